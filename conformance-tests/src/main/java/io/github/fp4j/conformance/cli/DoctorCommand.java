package io.github.fp4j.conformance.cli;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.bridge.LibraryStatus;
import io.github.fp4j.bridge.NativeLibraries;
import java.io.PrintWriter;
import java.util.List;
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
    List<LibraryStatus> libraries = NativeLibraries.searches();
    out.printf("%nBackends%n");
    for (Backend backend : Backends.all()) {
      String state = backend.availability() instanceof Availability.Unavailable(String reason) ? "no   " + withoutPlaces(reason, libraries) : "yes  " + backend.description();
      out.printf("  %-16s %s%n", backend.name(), state);
    }
    out.printf("%nNative libraries%n");
    for (LibraryStatus library : libraries) {
      switch (library) {
        case LibraryStatus.Found(String name, List<String> tried, String path, String version, List<String> details) -> {
          out.printf("  %-26s yes  %s, %s%n", name, version, path);
          details.forEach(detail -> out.printf("  %-26s      %s%n", "", detail));
        }
        case LibraryStatus.Missing(String name, List<String> tried, String reason) -> {
          out.printf("  %-26s no   %s%n", name, withoutPlaces(reason, libraries));
          tried.forEach(place -> out.printf("  %-26s      looked: %s%n", "", place));
        }
      }
    }
    return ExitCode.OK;
  }

  /** A reason names the places of its search in brackets; here they have lines of their own. */
  private static String withoutPlaces(String reason, List<LibraryStatus> libraries) {
    String text = reason;
    for (LibraryStatus library : libraries) {
      text = text.replace(" (" + String.join("; ", library.tried()) + ")", "");
    }
    return text;
  }
}
