package io.github.fp4j.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

class MainTest {
  /** Prints as {@code bench} and {@code optim} do: a table by {@code print}, which an automatic flush passes over. */
  @Command(name = "table")
  private static final class Table implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
      spec.commandLine().getOut().print("kernel ns\namax 1\n");
    }
  }

  @Test
  void whatWasPrintedLastIsOutWhenTheStatusIsThere() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CommandLine line = Main.commandLine("--version").addSubcommand(new Table());
    line.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
    assertThat(Main.run(line, "table")).isEqualTo(ExitCode.OK);
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("kernel ns\namax 1\n");
  }
}
