package io.github.fp4j.conformance.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Where two quantised tensors differ: a heat map over rows and columns for each, and the first differences in words. */
public final class ComparisonPage {
  private record Section(String name, String summary, List<String> first, String map) {}

  private final List<Section> sections = new ArrayList<>();

  /** A page without pairs. */
  public ComparisonPage() {}

  /** Adds one pair; {@code map} holds the share of differing codes in a grid over rows and columns. */
  public void add(
      String name, String a, String b, long codes, long codeDifferences, long scales, long scaleDifferences, List<String> first, double[][] map) {
    String summary =
        String.format(Locale.ROOT, "%s against %s: %,d of %,d codes and %,d of %,d scales differ", a, b, codeDifferences, codes, scaleDifferences, scales);
    String grid = Arrays.stream(map).map(Arrays::toString).collect(Collectors.joining(",", "[", "]"));
    sections.add(new Section(name, summary, first, grid));
  }

  /** Writes the page. */
  public void write(Path file) throws IOException {
    ReportFolder.place(file, Page.of("comparison.mustache", Map.of("sections", sections)));
  }
}
