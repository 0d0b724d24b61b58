package io.github.fp4j.conformance.report;

import io.github.fp4j.conformance.staging.StagedFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.stream.XMLStreamException;

/** Writes a run as {@code report.json}, {@code junit.xml} and {@code index.html}. */
public final class ReportFolder {
  private ReportFolder() {}

  /** Writes the three files into {@code folder}, which is made if missing; each is written beside its place and moved there when complete. */
  public static void write(RunReport report, Path folder) throws IOException {
    Files.createDirectories(folder);
    place(folder.resolve("report.json"), JsonReport.of(report));
    try {
      place(folder.resolve("junit.xml"), JunitReport.of(report));
    } catch (XMLStreamException e) {
      throw new IOException(folder.resolve("junit.xml") + ": " + e.getMessage(), e);
    }
    place(folder.resolve("index.html"), HtmlReport.of(report));
  }

  /** What a file is to hold. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Reads a {@code report.json} that was written here.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static RunReport read(Path file) throws IOException {
    return JsonReport.read(file);
  }

  /** Writes {@code text} beside {@code file} and moves it there when complete. */
  public static void place(Path file, String text) throws IOException {
    place(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** The same for any content. */
  public static void place(Path file, Content content) throws IOException {
    try (StagedFile staged = StagedFile.of(file)) {
      try (OutputStream out = staged.stream()) {
        content.writeTo(out);
      }
      staged.commit();
    }
  }
}
