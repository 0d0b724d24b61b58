package io.github.fp4j.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.fp4j.backend.Backends;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ConformCommandTest {
  @Test
  void aRunThatPassesEndsWithStatusZero() {
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(new StringWriter()));
    assertThat(line.execute("conform", "--backend", "reference", "--class", "X1/e2m1,X6/e2m1")).isEqualTo(ExitCode.OK);
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
