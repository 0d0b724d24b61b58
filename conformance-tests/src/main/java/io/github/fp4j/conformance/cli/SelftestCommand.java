package io.github.fp4j.conformance.cli;

import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.conformance.mutants.Selftest;
import io.github.fp4j.conformance.mutants.Selftest.Fate;
import io.github.fp4j.conformance.mutants.Selftest.Outcome;
import io.github.fp4j.conformance.mutants.Tolerances;
import io.github.fp4j.conformance.report.ReportFolder;
import io.github.fp4j.conformance.report.SelftestReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fp4j selftest}: whether the suites find implementations that are wrong on purpose. */
@Command(
    name = "selftest",
    description = {
      "Judge the judge: put implementations that are wrong on purpose to the suites, each of which must be found.",
      "Next to each stands which tolerant comparison of a random workload would have noticed it:",
      "cosine > .97, SQNR > 15.8 dB, atol = rtol = .1, atol = rtol = 8e-3."
    },
    mixinStandardHelpOptions = true)
final class SelftestCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--mutant", split = ",", paramLabel = "PREFIX", description = "Only mutants whose id begins so, e.g. gemm/ or quantize/scale-f.")
  private List<String> prefixes = new ArrayList<>();

  @Option(names = "--report", paramLabel = "FILE", description = "Write the table as JSON.")
  private @Nullable Path report;

  @Option(names = "--quiet", description = "Print survivors and the summary only.")
  private boolean quiet;

  @Option(names = "--threads", paramLabel = "N", description = "Threads (default: one per core).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Override
  public Integer call() throws Exception {
    Selftest selftest = new Selftest(prefixes);
    if (selftest.size() == 0) {
      throw new IllegalArgumentException("--mutant " + String.join(",", prefixes) + ": no mutant begins so; expected e.g. gemm/scales-switched");
    }
    long start = System.nanoTime();
    List<Outcome> outcomes;
    try (Workers workers = new Workers(threads);
        WorkProgress progress = new WorkProgress("mutants", selftest.size())) {
      outcomes = selftest.run(workers, outcome -> progress.accept(1));
    }
    print(outcomes, (System.nanoTime() - start) / 1e9);
    if (report != null) {
      ReportFolder.place(report, SelftestReport.json(outcomes));
    }
    return outcomes.stream().anyMatch(outcome -> outcome.fate() == Fate.SURVIVED) ? ExitCode.MISMATCH : ExitCode.OK;
  }

  private void print(List<Outcome> outcomes, double seconds) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf("%-44s %-10s %-9s %-28s %s%n", "mutant", "fate", "cos sqnr", "explained", "found by");
    for (Outcome outcome : outcomes) {
      if (!quiet || outcome.fate() == Fate.SURVIVED) {
        Tolerances seen = outcome.tolerances();
        String marks = mark(seen.cosine()) + " " + mark(seen.sqnr()) + " " + mark(seen.tenth()) + " " + mark(seen.thousandths());
        out.printf("%-44s %-10s %-9s %-28s %s%n", outcome.mutant(), outcome.fate(), marks, explained(outcome), outcome.how());
      }
    }
    out.printf(
        "%n%d mutants in %.0f s: %d killed, %d equivalent, %d survived. Of the killed the explanation names %d, %d of them alone.%n", outcomes.size(), seconds,
        count(outcomes, outcome -> outcome.fate() == Fate.KILLED), count(outcomes, outcome -> outcome.fate() == Fate.EQUIVALENT),
        count(outcomes, outcome -> outcome.fate() == Fate.SURVIVED), count(outcomes, Outcome::named),
        count(outcomes, outcome -> outcome.named() && outcome.alternatives() == 0));
    List<Outcome> killed = outcomes.stream().filter(outcome -> outcome.fate() == Fate.KILLED).toList();
    out.printf(
        "On normal deviates (64 x 1024, K = 1024) cosine > .97 notices %d of the %d killed, SQNR > 15.8 dB %d, atol = rtol = .1 %d, 8e-3 %d.%n",
        count(killed, outcome -> outcome.tolerances().cosine()), killed.size(), count(killed, outcome -> outcome.tolerances().sqnr()),
        count(killed, outcome -> outcome.tolerances().tenth()), count(killed, outcome -> outcome.tolerances().thousandths()));
    out.flush();
  }

  private static String mark(boolean noticed) {
    return noticed ? "x" : ".";
  }

  private static String explained(Outcome outcome) {
    if (outcome.fate() != Fate.KILLED) {
      return "";
    }
    return outcome.named() ? outcome.alternatives() == 0 ? "named" : "named, with " + outcome.alternatives() + " others" : "not named";
  }

  private static long count(List<Outcome> outcomes, Predicate<Outcome> condition) {
    return outcomes.stream().filter(condition).count();
  }
}
