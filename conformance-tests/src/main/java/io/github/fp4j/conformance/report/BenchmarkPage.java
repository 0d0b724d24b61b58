package io.github.fp4j.conformance.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

/** A run of benchmarks as {@code bench.json} and as a page: a roofline, and the table of ratios. */
public final class BenchmarkPage {
  private BenchmarkPage() {}

  /** Writes both files into {@code folder}, which is made if missing. */
  public static void write(Path folder, String json, Instant started, Map<String, String> environment) throws IOException {
    Files.createDirectories(folder);
    ReportFolder.place(folder.resolve("bench.json"), json);
    Map<String, Object> values =
        Map.of(
            "json", json.replace("</", "<\\/"), "started", started.toString().substring(0, 19).replace('T', ' ') + " UTC",
            "environment", environment.entrySet(), "chartScript", Page.resource("chart.umd.min.js"));
    ReportFolder.place(folder.resolve("index.html"), Page.of("bench.mustache", values));
  }
}
