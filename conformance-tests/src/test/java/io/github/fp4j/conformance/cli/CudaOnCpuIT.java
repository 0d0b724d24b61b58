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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The judge asks the {@code cuda} backends as it would ask a GPU: cuda-src builds a CUDA driver that runs the kernels on the CPU (target {@code cuda_on_cpu}), and
 * everything from the command line to the last byte of a kernel's result is what runs on a chip, but for the chip.
 */
class CudaOnCpuIT {
  private static final String LAUNCHER = System.getProperty("fp4j.launcher");
  private static final Pattern PASSED = Pattern.compile("(?m)^PASS: ([\\d,]+) cases in (\\d+) classes");
  private static final Path BUILD = Path.of("target", "cuda-on-cpu").toAbsolutePath();

  @TempDir private Path folder;

  @BeforeAll
  static void buildDriver() throws IOException, InterruptedException {
    Path sources = Path.of("..", "cuda-src").toAbsolutePath().normalize();
    if (!System.getProperty("os.name").equals("Linux")) {
      notRun("the kernels' execution model on the CPU needs Linux");
    }
    run("cmake", "-S", sources.toString(), "-B", BUILD.toString(), "-DCMAKE_BUILD_TYPE=Release", "-DFP4J_NVIDIA_HEADERS=OFF");
    run("cmake", "--build", BUILD.toString(), "--target", "cuda_on_cpu", "--parallel", "2");
  }

  private static void notRun(String reason) {
    String message = "NOT RUN: " + reason;
    System.err.println(message);
    abort(message);
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Path log = Files.createTempFile("fp4j-cmake", ".log");
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
      assertThat(process.waitFor()).as(() -> read(log)).isZero();
    } catch (IOException e) {
      notRun("no cmake here: " + e.getMessage());
    } finally {
      Files.deleteIfExists(log);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** What {@code fp4j} prints with a played GPU of this compute capability; its exit status must be 0. */
  private String fp4j(String capability, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(LAUNCHER));
    command.addAll(Arrays.asList(arguments));
    Path out = folder.resolve("out");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
    Path driver = BUILD.resolve("on-cpu");
    builder.environment().putAll(
        Map.of("FP4J_CUDA_PATH", driver.toString(), "FP4J_FATBINS", driver.resolve("kernels").toString(), "FP4J_ON_CPU_CAPABILITY", capability));
    int status = builder.start().waitFor();
    String text = Files.readString(out);
    assertThat(status).as(text).isZero();
    return text;
  }

  private static int classesPassed(String text) {
    Matcher passed = PASSED.matcher(text);
    assertThat(passed.find()).as(text).isTrue();
    return Integer.parseInt(passed.group(2));
  }

  /** Every class of every suite that the backend supports: X4, X5, X7, X8, X9, XD, XG, XH, XO, XQ and XR. */
  @Test
  void everythingPassesItsSuites() throws Exception {
    String text = fp4j("12.0", "conform", "--backend", "cuda", "--level", "quick");
    assertThat(classesPassed(text))
        .as("classes at level quick that cuda answers: one more or less than before belongs into this number, and into the root README's 'What was verified'")
        .isEqualTo(445);
    assertThat(classesPassed(fp4j("9.0", "conform", "--backend", "cuda", "--level", "quick", "--class", "XG/own/float32"))).isEqualTo(2);
  }

  @Test
  void singleInstructionsPassTheirSuites() throws Exception {
    String text = fp4j("10.0", "conform", "--backend", "cuda-probes", "--level", "quick", "--suite", "X1,X6,X9,XG");
    assertThat(classesPassed(text)).isGreaterThanOrEqualTo(1 + 4 + 1 + 2);
  }

  @Test
  void theAccumulatorIsFoundThroughBothInstructions() throws Exception {
    for (String capability : new String[] {"10.0", "12.0"}) { // tcgen05.mma and mma.sync, played by one model
      assertThat(fp4j(capability, "fingerprint", "cuda-probes")).contains("nvfp4-gst-f35 (40 vectors").contains("summation tree over K: one block after the other");
    }
    assertThat(fp4j("12.0", "fingerprint", "cuda")).contains("nvfp4-gst-f35 (40 vectors");
  }
}
