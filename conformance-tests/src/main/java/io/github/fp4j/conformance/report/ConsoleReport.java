package io.github.fp4j.conformance.report;

import io.github.fp4j.conformance.diagnosis.Explanation;
import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.Mismatch;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.conformance.subject.RivalDifference;
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
    rivals();
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
      if (result.explanation() != null) {
        explain(result.explanation());
      }
    }
  }

  /** Causes, the first mismatch in full, where no cause was found the statistics, and how to see it again. */
  private void explain(Explanation explanation) {
    out.printf("  Why: %s%n", explanation.summary());
    explanation.first().forEach(line -> out.printf("    %s%n", line));
    if (explanation.causes().isEmpty()) {
      explanation.statistics().forEach(line -> out.printf("    %s%n", line));
    }
    if (explanation.reproduction() != null) {
      out.printf("  Again: %s%n", explanation.reproduction().command());
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

  private void rivals() {
    if (report.rivals().isEmpty()) {
      return;
    }
    out.printf("%nHow peers differ from NVIDIA's rule (one level: tensor scale 1)%n");
    out.printf("%-12s %-14s %-18s %-18s %16s %18s%n", "peer", "rule", "NVIDIA's", "input", "scales differ", "codes differ");
    for (RivalDifference one : report.rivals()) {
      out.printf(
          "%-12s %-14s %-18s %-18s %7d of %5d %8d of %6d%s%n", one.peer(), one.profile(), one.rival(), one.input(), one.scalesDiffer(), one.scales(),
          one.codesDiffer(), one.codes(), one.unlikeOwnProfile() == 0 ? "" : "  and " + one.unlikeOwnProfile() + " unlike its own rule");
    }
  }

  private void verdict() {
    List<ClassResult> judged = report.judged();
    long exhaustive = judged.stream().filter(ClassResult::exhaustive).count();
    long cases = judged.stream().mapToLong(ClassResult::judged).sum();
    out.printf("%n%s: %,d cases in %,d classes (%,d exhaustive), %.0f s%n", report.verdict(), cases, judged.size(), exhaustive, report.seconds());
    long twice = judged.stream().filter(ClassResult::askedTwice).count();
    out.printf("%,d of the classes were asked twice and had to answer the same; those of more than 65,536 cases once.%n", twice);
    if (!report.isConformanceResult()) {
      out.printf(
          "Level %s: %,d classes were sampled, so this is NOT a conformance result; --level full covers every float.%n",
          report.level(), judged.size() - exhaustive);
    }
  }
}
