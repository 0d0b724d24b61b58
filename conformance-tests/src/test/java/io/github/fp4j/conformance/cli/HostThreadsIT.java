package io.github.fp4j.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The judge asks the host library while each call shares its work among three threads, in pieces as small as they can be. */
class HostThreadsIT {
  private static final Pattern PASSED = Pattern.compile("(?m)^PASS: ([\\d,]+) cases in (\\d+) classes");

  @TempDir private Path folder;

  /** What {@code fp4j} prints; its exit status must be this one. */
  private String fp4j(int status, String threads, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(System.getProperty("fp4j.launcher")));
    command.addAll(Arrays.asList(arguments));
    Path out = folder.resolve("out");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
    builder.environment().putAll(Map.of("FP4J_HOST_THREADS", threads, "FP4J_ELEMENTS_AT_ONCE", "32"));
    int actual = builder.start().waitFor();
    String text = Files.readString(out);
    assertThat(actual).as(text).isEqualTo(status);
    return text;
  }

  private void requireLibrary(String doctor) {
    if (!Pattern.compile("(?m)^ {2}host +yes ").matcher(doctor).find()) {
      String message = "NOT RUN: no host library here";
      System.err.println(message);
      abort(message);
    }
  }

  @Test
  void everythingPassesItsSuites() throws Exception {
    String doctor = fp4j(0, "3", "doctor");
    requireLibrary(doctor);
    assertThat(doctor).contains("a call uses up to 3 threads: FP4J_HOST_THREADS");
    Matcher passed = PASSED.matcher(fp4j(0, "3", "conform", "--backend", "host", "--level", "quick"));
    assertThat(passed.find()).isTrue();
    assertThat(Integer.parseInt(passed.group(2))).isGreaterThanOrEqualTo(590);
  }

  @Test
  void aNumberThatIsNoneIsNamed() throws Exception {
    requireLibrary(fp4j(0, "1", "doctor"));
    for (String wrong : new String[] {"many", "-1", "1025", ""}) {
      assertThat(fp4j(0, wrong, "doctor")).contains("FP4J_HOST_THREADS = " + wrong + ": expected 0 (all processors) to 1024, the threads that one call may use");
    }
  }
}
