package io.github.fp4j.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What {@code fp4j bench} refuses before it times anything. */
class BenchCommandTest {
  private static void refused(String message, String... arguments) {
    CommandLine line = Main.commandLine();
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    assertThat(line.execute(arguments)).as(err.toString()).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains(message).doesNotContain("[1/");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void theSubjectIsNoPeerOfItself() {
    refused("--peers reference: it is the subject itself", "bench", "quantize-nvfp4", "--ours", "reference", "--peers", "reference", "--forks", "1", "--warmup", "1");
  }

  @Test
  void aPeerIsNamedOnce() {
    refused("--peers names reference twice: expected each once", "bench", "quantize-nvfp4", "--peers", "reference,reference", "--forks", "1", "--warmup", "1");
  }
}
