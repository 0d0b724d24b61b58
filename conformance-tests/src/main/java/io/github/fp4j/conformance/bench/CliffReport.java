package io.github.fp4j.conformance.bench;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Each kernel timed alone, and again in a JVM that has run every other kernel first. On vectors the JIT compiler can be led over a cliff by what it has seen: a
 * kernel is then many times slower, and allocates.
 */
public record CliffReport(List<Line> lines) {
  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final double SLOWER = 1.3;

  /** One vector that became an object is more. */
  private static final double BYTES = 16;

  /** A JVM's own bookkeeping, spread over the calls, stays below this. */
  private static final double BYTES_PER_MICROSECOND = .1;

  /** One kernel, alone and in the crowd. */
  public record Line(Measurement alone, Measurement crowded) {

    double ratio() {
      return crowded.median() / alone.median();
    }

    boolean passed() {
      double microseconds = crowded.median() * crowded.workload().elements() / 1000;
      return ratio() <= SLOWER && crowded.allocated() < BYTES + microseconds * BYTES_PER_MICROSECOND;
    }
  }

  /** Joins the measurements of the same workloads, in the same order. */
  public static CliffReport of(List<Measurement> alone, List<Measurement> crowded) {
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < alone.size(); i++) {
      lines.add(new Line(alone.get(i), crowded.get(i)));
    }
    return new CliffReport(List.copyOf(lines));
  }

  /** Whether no kernel slows down by more than 1.3x or allocates. */
  public boolean passed() {
    return lines.stream().allMatch(Line::passed);
  }

  /** All lines as JSON. */
  public String json(Map<String, String> environment, Instant started) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("started", started.toString());
    environment.forEach(root.putObject("environment")::put);
    ArrayNode all = root.putArray("kernels");
    for (Line line : lines) {
      Workload workload = line.alone().workload();
      ObjectNode node = all.addObject();
      node.put("kernel", workload.family()).put("subject", workload.subject()).put("data", workload.size().name());
      node.put("aloneNanosecondsPerElement", line.alone().median()).put("crowdedNanosecondsPerElement", line.crowded().median());
      node.put("ratio", line.ratio()).put("crowdedBytesAllocatedPerCall", line.crowded().allocated()).put("passed", line.passed());
    }
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root);
  }

  /** The table in plain text. */
  public String table() {
    String format = "%-20s %-12s %-6s  %9s  %9s  %7s  %8s  %s%n";
    StringBuilder text = new StringBuilder(String.format(Locale.ROOT, format, "kernel", "subject", "data", "alone ns", "crowd ns", "ratio", "B/call", ""));
    for (Line line : lines) {
      Workload workload = line.alone().workload();
      text.append(
          String.format(
              Locale.ROOT, format, workload.family(), workload.subject(), workload.size(), "%.4f".formatted(line.alone().median()),
              "%.4f".formatted(line.crowded().median()), "%.2f".formatted(line.ratio()), "%.0f".formatted(line.crowded().allocated()),
              line.passed() ? "ok" : "CLIFF"));
    }
    return text.toString();
  }
}
