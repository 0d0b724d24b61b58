package io.github.fp4j.conformance.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Every profile against every other on one input, as a heat map: the share of codes that differ, and of scales. */
public final class ProfileMatrix {
  private record Shares(double codes, double scales) {}

  private record Cell(String text, String background, String title) {}

  private record Row(String name, List<Cell> cells) {}

  private final String input;
  private final List<String> refused;
  private final Map<String, Map<String, Shares>> shares = new LinkedHashMap<>();

  /** A page about {@code input}; {@code refused} says why some profiles did not take it. */
  public ProfileMatrix(String input, List<String> refused) {
    this.input = input;
    this.refused = List.copyOf(refused);
  }

  /** Adds one pair. */
  public void add(String a, String b, double codes, double scales) {
    shares.computeIfAbsent(a, key -> new LinkedHashMap<>()).put(b, new Shares(codes, scales));
  }

  /** Writes the page. */
  public void write(Path file) throws IOException {
    List<String> names = new ArrayList<>(shares.keySet());
    List<Row> rows = names.stream().map(a -> new Row(a, names.stream().map(b -> cell(a, b)).toList())).toList();
    ReportFolder.place(file, Page.of("profiles.mustache", Map.of("input", input, "names", names, "rows", rows, "refused", refused)));
  }

  private Cell cell(String a, String b) {
    Shares pair = shares.get(a).get(b);
    if (pair == null) {
      return new Cell("", "transparent", a + " and " + b + " store different formats");
    }
    double strength = pair.codes == 0 ? 0 : Math.clamp((Math.log10(pair.codes) + 7) / 7, 0.12, 1); // 1e-7 and below is faint, all is full
    String title = String.format(Locale.ROOT, "%s against %s: %.5f %% of codes, %.5f %% of scales differ", a, b, 100 * pair.codes, 100 * pair.scales);
    return new Cell(percent(pair.codes), String.format(Locale.ROOT, "rgba(214, 69, 65, %.2f)", strength), title);
  }

  private static String percent(double share) {
    if (share == 0) {
      return "0";
    }
    return share < 0.0001 ? String.format(Locale.ROOT, "%.0e", 100 * share) : String.format(Locale.ROOT, share < 0.1 ? "%.2f" : "%.0f", 100 * share);
  }
}
