package io.github.fp4j.conformance.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
    Path temporary = Files.createTempFile(file.toAbsolutePath().getParent(), "." + file.getFileName(), ".part");
    try {
      Files.writeString(temporary, text);
      Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
