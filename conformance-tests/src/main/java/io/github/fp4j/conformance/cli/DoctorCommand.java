package io.github.fp4j.conformance.cli;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code fp4j doctor}: what this machine has and what is missing, and why. */
@Command(name = "doctor", description = "Show what this machine has: JDK, vector widths, native libraries, GPUs; and why the rest is missing.",
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Environment.describe().forEach((name, value) -> out.printf("%-16s %s%n", name, value));
    out.printf("%nBackends%n");
    for (Backend backend : Backends.all()) {
      String state = backend.availability() instanceof Availability.Unavailable(String reason) ? "no   " + reason : "yes  " + backend.description();
      out.printf("  %-16s %s%n", backend.name(), state);
    }
    return ExitCode.OK;
  }
}
