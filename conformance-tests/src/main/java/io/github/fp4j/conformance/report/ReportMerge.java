package io.github.fp4j.conformance.report;

import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.report.RunReport.Subject;
import io.github.fp4j.conformance.subject.RivalDifference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/** Puts the reports of the shards of one suite together, so that counts add up as if one machine had run all of it. */
public final class ReportMerge {
  private final Map<String, RunReport> reports;
  private final RunReport first;

  private ReportMerge(Map<String, RunReport> reports) {
    this.reports = reports;
    this.first = reports.values().iterator().next();
  }

  /**
   * The whole.
   *
   * @param reports each under a name for messages
   * @throws IllegalArgumentException if they are of different suites, levels, versions or subjects
   * @throws IncompleteReportsException if a shard is missing or there twice, or a class is
   */
  public static RunReport of(Map<String, RunReport> reports) {
    return new ReportMerge(reports).merged();
  }

  private RunReport merged() {
    same("the suite (hash)", report -> report.shard().hash());
    same("the number of shards", report -> report.shard().count());
    same("the level", RunReport::level);
    same("the version of fp4j", report -> report.environment().get("fp4j"));
    same("the subjects", report -> report.subjects().stream().map(Subject::name).toList());
    requireEveryShardOnce();
    List<String> subjects = first.subjects().stream().map(Subject::name).toList();
    List<ClassResult> results = new ArrayList<>();
    subjects.forEach(subject -> results.addAll(whole(subject)));
    results.sort(Comparator.<ClassResult>comparingInt(result -> subjects.indexOf(result.subject())).thenComparing(ClassResult::id));
    List<RivalDifference> rivals = reports.values().stream().flatMap(report -> report.rivals().stream()).distinct().toList();
    return new RunReport(
        first.level(), reports.values().stream().map(RunReport::started).min(Comparator.naturalOrder()).orElseThrow(),
        reports.values().stream().mapToDouble(RunReport::seconds).sum(), environment(),
        reports.values().stream().flatMap(report -> report.commands().stream()).toList(), new Shard(1, 1, first.shard().classes(), first.shard().hash()),
        first.subjects(), results, first.variations(), rivals,
        reports.values().stream().map(RunReport::fingerprint).filter(Objects::nonNull).findFirst().orElse(null));
  }

  private void same(String what, Function<RunReport, Object> property) {
    Object expected = property.apply(first);
    reports.forEach((name, report) -> {
      Object actual = property.apply(report);
      if (!Objects.equals(actual, expected)) {
        throw new IllegalArgumentException("%s: %s is %s, but %s in %s: expected reports of one suite".formatted(
            name, what, actual, expected, reports.keySet().iterator().next()));
      }
    });
  }

  private void requireEveryShardOnce() {
    int count = first.shard().count();
    Map<Integer, String> seen = new LinkedHashMap<>();
    reports.forEach((name, report) -> {
      String before = seen.putIfAbsent(report.shard().index(), name);
      if (before != null) {
        throw new IncompleteReportsException("%s and %s are both shard %d of %d".formatted(before, name, report.shard().index(), count));
      }
    });
    List<Integer> missing = Stream.iterate(1, index -> index <= count, index -> index + 1).filter(index -> !seen.containsKey(index)).toList();
    if (!missing.isEmpty()) {
      throw new IncompleteReportsException("of %d shards these are missing: %s".formatted(count, missing));
    }
  }

  private List<ClassResult> whole(String subject) {
    List<ClassResult> results = PartsOfClasses.joined(subject, reports.values().stream().flatMap(report -> report.of(subject).stream()).toList());
    if (!Shard.hash(results.stream().map(ClassResult::id)).equals(first.shard().hash())) {
      throw new IncompleteReportsException(
          "%s: %d classes of the suite's %d are there, or others".formatted(subject, results.size(), first.shard().classes()));
    }
    return results;
  }

  /** What is the same everywhere once, what differs once for each shard. */
  private Map<String, String> environment() {
    Map<String, String> merged = new LinkedHashMap<>();
    for (String name : first.environment().keySet()) {
      List<String> values = reports.values().stream().map(report -> report.environment().getOrDefault(name, "unknown")).toList();
      if (values.stream().distinct().count() == 1) {
        merged.put(name, values.getFirst());
      } else {
        reports.values().forEach(report -> merged.put(name + ", shard " + report.shard().index(), report.environment().getOrDefault(name, "unknown")));
      }
    }
    merged.put("shards", Integer.toString(first.shard().count()));
    return merged;
  }
}
