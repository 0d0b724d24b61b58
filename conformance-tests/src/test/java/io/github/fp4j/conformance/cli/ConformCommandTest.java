package io.github.fp4j.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.fp4j.backend.Backends;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ConformCommandTest {
  @Test
  void aRunThatPassesEndsWithStatusZero() {
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(new StringWriter()));
    assertThat(line.execute("conform", "--backend", "reference", "--class", "X1/e2m1,X6/e2m1")).isEqualTo(ExitCode.OK);
  }

  /** A word with blanks is in quotes, so that the line can be typed again; the card's order over K is shown. */
  @Test
  void theReportHasTheCommandAndTheCardAsTheyAre(@TempDir Path folder) throws IOException {
    String card = folder.resolve("a card.json").toString();
    assertThat(run("fingerprint", "--model", "nvfp4-f34", "--json", card)).isZero();
    Path report = folder.resolve("the report");
    assertThat(run("conform", "--backend", "reference", "--class", "X1/e2m1", "--card", card, "--report", report.toString())).isZero();
    String json = Files.readString(report.resolve("report.json"));
    assertThat(json).contains("fp4j conform --backend reference --class X1/e2m1 --card '" + card + "' --report '" + report + "'");
    assertThat(Files.readString(report.resolve("index.html"))).contains("Order over K: one block after the other, ascending: (((((((0 1) 2) 3) 4) 5) 6) 7)");
  }

  private static int run(String... arguments) {
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(new StringWriter()));
    return line.execute(arguments);
  }

  @Test
  void aSubjectThatIsNotHereIsReportedAsNotRunWithItsReason() {
    boolean gpu = Backends.named("cuda").availability().isAvailable() || Backends.named("cublaslt").availability().isAvailable();
    assumeFalse(gpu, "NOT RUN: there is a GPU here");
    CommandLine line = Main.commandLine();
    StringWriter out = new StringWriter();
    line.setOut(new PrintWriter(out, true));
    int status = line.execute("conform", "--backend", "cuda,cublaslt", "--suite", "XG", "--level", "quick");
    assertThat(status).isEqualTo(ExitCode.INCOMPLETE);
    assertThat(out.toString()).containsPattern("cuda +.*NOT_RUN: libcuda.so.1").containsPattern("cublaslt +.*NOT_RUN: libcuda.so.1");
  }
}
