package io.github.fp4j.conformance.report;

import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.Mismatch;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.conformance.suite.Suites;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The summary that ends a run on the console. */
public final class ConsoleReport {
  private final RunReport report;
  private final PrintWriter out;

  /** Prints {@code report} to {@code out}. */
  public ConsoleReport(RunReport report, PrintWriter out) {
    this.report = report;
    this.out = out;
  }

  public void print() {
    differences();
    table();
    legend();
    allowed();
    verdict();
    out.flush();
  }

  private void differences() {
    for (ClassResult result : report.judged()) {
      if (result.verdict() == Verdict.PASS || result.verdict() == Verdict.ALLOWED) {
        continue;
      }
      out.printf("%s  %s  %s: %,d of %,d cases differ %s%n", result.verdict(), result.subject(), result.id(), result.differences(), result.judged(), result.reason());
      for (Mismatch mismatch : result.mismatches()) {
        out.printf("    %-11s %s: expected %s, got %s%n", mismatch.verdict(), mismatch.input(), mismatch.expected(), mismatch.actual());
      }
      if (result.differences() > result.mismatches().size()) {
        out.printf("    ... %,d more%n", result.differences() - result.mismatches().size());
      }
    }
  }

  private void table() {
    List<String> suites = report.suites();
    out.printf("%n%-16s", "subject");
    suites.forEach(suite -> out.printf("%9s", suite));
    out.printf("%18s  %8s  %s%n", "cases", "seconds", "verdict");
    for (RunReport.Subject subject : report.subjects()) {
      out.printf("%-16s", subject.name());
      if (!subject.unavailable().isEmpty()) {
        out.printf(" NOT_RUN: %s%n", subject.unavailable());
        continue;
      }
      suites.forEach(suite -> out.printf("%9s", cell(report.of(subject.name(), suite))));
      List<ClassResult> own = report.judged().stream().filter(result -> result.subject().equals(subject.name())).toList();
      Verdict worst = own.stream().map(ClassResult::verdict).max(Verdict::compareTo).orElse(Verdict.UNSUPPORTED);
      out.printf("%,18d  %8.1f  %s%n", own.stream().mapToLong(ClassResult::judged).sum(), own.stream().mapToDouble(ClassResult::seconds).sum(), worst);
    }
  }

  /** Classes passed of classes asked. */
  private static String cell(List<ClassResult> results) {
    long asked = results.stream().filter(result -> result.verdict() != Verdict.UNSUPPORTED).count();
    long passed = results.stream().filter(result -> result.verdict() == Verdict.PASS || result.verdict() == Verdict.ALLOWED).count();
    return asked == 0 ? "-" : passed + "/" + asked;
  }

  private void legend() {
    StringBuilder line = new StringBuilder();
    report.suites().forEach(suite -> line.append(line.isEmpty() ? "" : "; ").append(suite).append(' ').append(Suites.title(suite)));
    out.printf("%nClasses passed of classes asked; - is not supported. %s.%n", line);
  }

  private void allowed() {
    Map<String, Long> counts = new TreeMap<>();
    report.results().forEach(result -> result.allowed().forEach((id, count) -> counts.merge(id, count, Long::sum)));
    counts.forEach((id, count) -> out.printf("Allowed variation %s in %,d cases: %s%n", id, count, report.variations().get(id)));
  }

  private void verdict() {
    List<ClassResult> judged = report.judged();
    long exhaustive = judged.stream().filter(ClassResult::exhaustive).count();
    long cases = judged.stream().mapToLong(ClassResult::judged).sum();
    out.printf("%n%s: %,d cases in %,d classes (%,d exhaustive), %.0f s%n", report.verdict(), cases, judged.size(), exhaustive, report.seconds());
    if (!report.isConformanceResult()) {
      out.printf(
          "Level %s: %,d classes were sampled, so this is NOT a conformance result; --level full covers every float.%n",
          report.level(), judged.size() - exhaustive);
    }
  }
}
