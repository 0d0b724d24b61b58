package io.github.fp4j.conformance.report;

import io.github.fp4j.conformance.diagnosis.Explanation;
import io.github.fp4j.conformance.diagnosis.HeatMap;
import io.github.fp4j.conformance.diagnosis.Reproduction;
import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.Mismatch;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.conformance.suite.Suites;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A run as one self-contained page: verdict, subjects against suites, coverage, differences, and a picture of each format's staircase. */
final class HtmlReport {
  private static final String TEMPLATE = "report.mustache";
  private static final String CHART_SCRIPT = "chart.umd.min.js";

  private record Cell(String text, String style, String title) {}

  private record Row(String name, String description, List<Cell> cells, String covered, String cases, String seconds, Cell verdict) {}

  private record Absent(String name, String reason) {}

  private record Coverage(String id, String cases, String kind, List<Cell> cells) {}

  private record Difference(String subject, String id, String verdict, String count, List<Mismatch> mismatches, List<Why> why) {}

  /** The explanation; a list of one or none in {@link Difference}, as the template wants it. */
  private record Why(String summary, String first, String statistics, List<HeatGrid> map, List<Reproduction> again) {
    static Why of(Explanation explanation) {
      return new Why(
          explanation.summary(), String.join("\n", explanation.first()), String.join("\n", explanation.statistics()),
          Stream.ofNullable(explanation.map()).map(HeatGrid::of).toList(), Stream.ofNullable(explanation.reproduction()).toList());
    }
  }

  private record HeatGrid(String caption, int columns, List<HeatCell> cells) {
    static HeatGrid of(HeatMap map) {
      List<HeatCell> cells = new ArrayList<>();
      int down = map.shares().length;
      int across = down == 0 ? 0 : map.shares()[0].length;
      for (int y = 0; y < down; y++) {
        for (int x = 0; x < across; x++) {
          double share = map.shares()[y][x];
          String what = share < 0 ? "not judged" : String.format(Locale.ROOT, "%.0f %% wrong", 100 * share);
          cells.add(new HeatCell(
              share < 0 ? "unjudged" : share == 0 ? "right" : "wrong", String.format(Locale.ROOT, "%.2f", share <= 0 ? 1 : 0.25 + 0.75 * share),
              "row %d, column %d: %s".formatted(y * map.rows() / down, x * map.columns() / across, what)));
        }
      }
      return new HeatGrid("%s: %d rows down, %d columns across".formatted(map.title(), map.rows(), map.columns()), across, cells);
    }
  }

  private record HeatCell(String style, String opacity, String title) {}

  private record Named(String name, String text) {}

  private HtmlReport() {}

  static String of(RunReport report) throws IOException {
    List<RunReport.Subject> present = report.subjects().stream().filter(subject -> subject.unavailable().isEmpty()).toList();
    Map<String, Object> page =
        Map.ofEntries(
            Map.entry("verdict", badge(report.verdict())),
            Map.entry("level", report.level()),
            Map.entry("sampled", !report.isConformanceResult()),
            Map.entry("started", report.started().toString().substring(0, 19).replace('T', ' ') + " UTC"),
            Map.entry("seconds", String.format(Locale.ROOT, "%.0f", report.seconds())),
            Map.entry("cases", grouped(report.judged().stream().mapToLong(ClassResult::judged).sum())),
            Map.entry("suites", report.suites().stream().map(suite -> new Named(suite, Suites.title(suite))).toList()),
            Map.entry("subjects", present.stream().map(subject -> row(report, subject)).toList()),
            Map.entry("absent", report.subjects().stream().filter(s -> !s.unavailable().isEmpty()).map(s -> new Absent(s.name(), s.unavailable())).toList()),
            Map.entry("coverage", coverage(report, present)),
            Map.entry("differences", differences(report)),
            Map.entry("agree", differences(report).isEmpty()),
            Map.entry("commands", report.commands()),
            Map.entry("shard", report.shard().count() == 1 ? "" : "shard %d of %d, ".formatted(report.shard().index(), report.shard().count())),
            Map.entry("card", Stream.ofNullable(report.fingerprint()).toList()),
            Map.entry("variations", variations(report)),
            Map.entry("rivals", report.rivals()),
            Map.entry("peersCompared", !report.rivals().isEmpty()),
            Map.entry("environment", report.environment().entrySet().stream().map(e -> new Named(e.getKey(), e.getValue())).toList()),
            Map.entry("staircases", StaircasePictures.json()),
            Map.entry("chartScript", Page.resource(CHART_SCRIPT)));
    return Page.of(TEMPLATE, page);
  }

  private static Row row(RunReport report, RunReport.Subject subject) {
    List<ClassResult> own = report.judged().stream().filter(result -> result.subject().equals(subject.name())).toList();
    Verdict worst = own.stream().map(ClassResult::verdict).max(Verdict::compareTo).orElse(Verdict.UNSUPPORTED);
    return new Row(
        subject.name(),
        subject.description(),
        report.suites().stream().map(suite -> cell(report.of(subject.name(), suite))).toList(),
        coverage(own, report.of(subject.name())),
        grouped(own.stream().mapToLong(ClassResult::judged).sum()),
        String.format(Locale.ROOT, "%.1f", own.stream().mapToDouble(ClassResult::seconds).sum()),
        badge(worst));
  }

  /** Classes that were judged over their whole space, of all that the suite names, in percent. */
  private static String coverage(List<ClassResult> judged, List<ClassResult> all) {
    long whole = judged.stream().filter(result -> result.exhaustive() && result.judged() == result.cases()).count();
    return String.format(Locale.ROOT, "%.0f %%", 100.0 * whole / all.size());
  }

  private static Cell cell(List<ClassResult> results) {
    List<ClassResult> asked = results.stream().filter(result -> result.verdict() != Verdict.UNSUPPORTED).toList();
    Verdict worst = asked.stream().map(ClassResult::verdict).max(Verdict::compareTo).orElse(Verdict.UNSUPPORTED);
    long good = asked.stream().filter(result -> result.verdict() == Verdict.PASS || result.verdict() == Verdict.ALLOWED).count();
    return new Cell(asked.isEmpty() ? "–" : good + "/" + asked.size(), style(worst), worst.name());
  }

  private static Cell badge(Verdict verdict) {
    return new Cell(verdict.name(), style(verdict), verdict.name());
  }

  private static String style(Verdict verdict) {
    return switch (verdict) {
      case PASS -> "pass";
      case ALLOWED -> "allowed";
      case UNSUPPORTED, NOT_RUN -> "none";
      case INCOMPLETE -> "incomplete";
      case ZERO_SIGN, NAN_PAYLOAD, MISMATCH, CRASH -> "fail";
    };
  }

  /** One line per class that at least one subject answers. */
  private static List<Coverage> coverage(RunReport report, List<RunReport.Subject> present) {
    List<String> ids = report.judged().stream().map(ClassResult::id).distinct().toList();
    return ids.stream().map(id -> coverage(report, present, id)).toList();
  }

  private static Coverage coverage(RunReport report, List<RunReport.Subject> present, String id) {
    List<ClassResult> results = report.results().stream().filter(result -> result.id().equals(id)).toList();
    List<Cell> cells =
        present.stream()
            .map(subject -> results.stream().filter(result -> result.subject().equals(subject.name())).findFirst().orElseThrow())
            .map(result -> new Cell(mark(result.verdict()), style(result.verdict()), result.verdict().name()))
            .toList();
    return new Coverage(id, grouped(results.getFirst().cases()), results.getFirst().exhaustive() ? "all" : "sampled", cells);
  }

  private static String mark(Verdict verdict) {
    return switch (verdict) {
      case PASS -> "✓";
      case ALLOWED -> "≈";
      case UNSUPPORTED, NOT_RUN -> "–";
      case INCOMPLETE -> "…";
      case ZERO_SIGN, NAN_PAYLOAD, MISMATCH, CRASH -> "✗";
    };
  }

  private static List<Difference> differences(RunReport report) {
    return report.judged().stream()
        .filter(result -> result.verdict().compareTo(Verdict.INCOMPLETE) >= 0)
        .map(
            result ->
                new Difference(
                    result.subject(), result.id(), result.verdict() + (result.reason().isEmpty() ? "" : ": " + result.reason()),
                    grouped(result.differences()), result.mismatches(), Stream.ofNullable(result.explanation()).map(Why::of).toList()))
        .toList();
  }

  private static List<Named> variations(RunReport report) {
    Map<String, Map<String, Long>> bySubject = new TreeMap<>();
    for (ClassResult result : report.results()) {
      Map<String, Long> counts = bySubject.computeIfAbsent(result.subject(), subject -> new TreeMap<>());
      result.allowed().forEach((id, count) -> counts.merge(id, count, Long::sum));
    }
    List<Named> lines = new ArrayList<>();
    bySubject.forEach(
        (subject, counts) ->
            counts.forEach((id, count) -> lines.add(new Named(subject + ", " + id + " in " + count + " cases", report.variations().getOrDefault(id, "")))));
    return lines;
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
