package io.github.fp4j.conformance.bench;

import io.github.fp4j.conformance.report.BenchmarkPage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a run found, as a table, as JSON and as a page with a roofline.
 *
 * @param ours the subject that the others are compared with
 * @param measurements all that was measured, limits included
 * @param environment machine and versions
 * @param started when the run began
 */
public record BenchmarkReport(String ours, List<Measurement> measurements, Map<String, String> environment, Instant started) {
  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final String LINE = "%-20s %-6s %7s  %9s  %8s  %-15s %9s  %8s  %7s%n";

  /** Lines of the table: our kernels, each against each peer. */
  public List<Comparison> comparisons() {
    return Comparison.of(measurements, ours);
  }

  /** The table in plain text. Times are nanoseconds for an element and thread. */
  public String table() {
    StringBuilder text = new StringBuilder(String.format(Locale.ROOT, LINE, "kernel", "data", "threads", ours, "B/call", "peer", "ns", "ratio", "% limit"));
    for (Comparison line : comparisons()) {
      Measurement own = line.ours();
      Measurement peer = line.peer();
      text.append(
          String.format(
              Locale.ROOT, LINE, own.workload().family(), own.workload().size(), own.threads(), nanoseconds(own), "%.0f".formatted(own.allocated()),
              peer == null ? "-" : peer.workload().subject(), peer == null ? "-" : nanoseconds(peer),
              line.ratio().map(ratio -> String.format(Locale.ROOT, "%.2f", ratio)).orElse("-"), String.format(Locale.ROOT, "%.0f", line.percent())));
    }
    return text.toString();
  }

  private static String nanoseconds(Measurement measurement) {
    return String.format(Locale.ROOT, measurement.median() < 10 ? "%.4f" : "%.2f", measurement.median());
  }

  /** The whole run as JSON: environment, every measurement with all its JVMs, every comparison. */
  public String json() {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("started", started.toString());
    root.put("ours", ours);
    ObjectNode machine = root.putObject("environment");
    environment.forEach(machine::put);
    ArrayNode all = root.putArray("measurements");
    for (Measurement measurement : measurements) {
      ObjectNode node = all.addObject();
      node.put("kernel", measurement.workload().family()).put("subject", measurement.workload().subject());
      node.put("data", measurement.workload().size().name()).put("threads", measurement.threads());
      node.put("nanosecondsPerElement", measurement.median()).put("bytesAllocatedPerCall", measurement.allocated());
      if (!measurement.workload().family().equals(Workload.PEAK)) {
        KernelFamily family = KernelFamilies.byId(measurement.workload().family());
        node.put("gigabytesPerSecond", family.bytes() * measurement.throughput()).put("operationsPerByte", family.operations() / family.bytes());
        node.put("gigaOperationsPerSecond", family.operations() * measurement.throughput());
      } else {
        node.put("gigaOperationsPerSecond", measurement.throughput());
      }
      measurement.nanoseconds().forEach(node.putArray("jvms")::add);
    }
    ArrayNode lines = root.putArray("comparisons");
    for (Comparison line : comparisons()) {
      ObjectNode node = lines.addObject();
      node.put("kernel", line.ours().workload().family()).put("data", line.ours().workload().size().name()).put("threads", line.ours().threads());
      if (line.peer() != null) {
        node.put("peer", line.peer().workload().subject());
      }
      line.ratio().ifPresent(ratio -> node.put("ratio", ratio));
      node.put("percentOfLimit", line.percent());
    }
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root);
  }

  /** Writes {@code bench.json} and {@code index.html}. */
  public void write(Path folder) throws IOException {
    BenchmarkPage.write(folder, json(), started, environment);
  }
}
