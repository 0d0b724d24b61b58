package io.github.fp4j.conformance.cli;

import io.github.fp4j.conformance.report.ConsoleReport;
import io.github.fp4j.conformance.report.IncompleteReportsException;
import io.github.fp4j.conformance.report.ReportFolder;
import io.github.fp4j.conformance.report.ReportMerge;
import io.github.fp4j.conformance.report.RunReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fp4j merge}: one report of the reports of all shards. */
@Command(
    name = "merge",
    description = {
      "Join the reports of 'fp4j conform --shard I/N --report DIR', one for each I.",
      "Reports of other suites, levels or versions are refused; a shard that is missing or there twice makes the result incomplete (exit 3)."
    },
    mixinStandardHelpOptions = true)
final class MergeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "REPORT.json", description = "The report.json of each shard.")
  private List<Path> files = new ArrayList<>();

  @Option(names = "--report", paramLabel = "DIR", description = "Write report.json, junit.xml and index.html of the whole here.")
  private @Nullable Path report;

  @Override
  public Integer call() throws IOException {
    Map<String, RunReport> reports = new LinkedHashMap<>();
    for (Path file : files) {
      if (reports.put(file.toString(), ReportFolder.read(file)) != null) {
        throw new IllegalArgumentException(file + " is named twice: expected each report once");
      }
    }
    RunReport whole;
    try {
      whole = ReportMerge.of(reports);
    } catch (IncompleteReportsException e) {
      spec.commandLine().getErr().println(spec.qualifiedName() + ": " + e.getMessage());
      return ExitCode.INCOMPLETE;
    }
    new ConsoleReport(whole, spec.commandLine().getOut()).print();
    if (report != null) {
      ReportFolder.write(whole, report);
      spec.commandLine().getOut().println("Report: " + report.resolve("index.html"));
    }
    return ExitCode.of(whole.verdict());
  }
}
