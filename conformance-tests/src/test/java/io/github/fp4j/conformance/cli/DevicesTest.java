package io.github.fp4j.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The example devices, right and wrong in known ways, on a pipe and by files: the judge passes the right ones and names each fault. */
class DevicesTest {
  private static final Path EXAMPLES = Path.of("examples").toAbsolutePath();

  @TempDir private Path folder;

  /** What a command printed, and its exit status. */
  private record Run(int status, String out, String err) {
    static Run of(String... arguments) {
      StringWriter out = new StringWriter();
      StringWriter err = new StringWriter();
      CommandLine line = Main.commandLine();
      line.setOut(new PrintWriter(out, true));
      line.setErr(new PrintWriter(err, true));
      int status = line.execute(arguments);
      return new Run(status, out.toString(), err.toString());
    }
  }

  private static Run verified(String subject, String suite) {
    return Run.of("verify", "--suite", suite, "--mismatches", "1", "--timeout", "20", "--subject", subject);
  }

  private static void assertNamed(Run run, String sentence) {
    assertThat(run.out()).contains(sentence).contains("explains all");
    assertThat(run.status()).isEqualTo(1);
  }

  /** The program made of an example; without its compiler the test is reported as not run. */
  private String compiled(String source, String... command) throws IOException, InterruptedException {
    String program = folder.resolve("device").toString();
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of("-o", program, EXAMPLES.resolve(source).toString(), "-lm"));
    assertThat(printed(all)).as("warnings").isEmpty();
    return program;
  }

  private static String printed(List<String> command) throws IOException, InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      String message = "NOT RUN: no " + command.getFirst() + " here: " + e.getMessage();
      System.err.println(message);
      return abort(message);
    }
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(command + ": " + text).isZero();
    return text;
  }

  private static String python() throws IOException, InterruptedException {
    printed(List.of("python3", "-c", "")); // is there any
    Process process = new ProcessBuilder("python3", "-c", "import numpy").redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    if (process.waitFor() != 0) {
      System.err.println("NOT RUN: python3 has no numpy here");
      abort("NOT RUN: python3 has no numpy here");
    }
    return "python3 " + EXAMPLES.resolve("device.py");
  }

  @Test
  void theDeviceInCIsRightAndEachOfItsFaultsIsNamed() throws Exception {
    String device = compiled("device.c", "cc", "-std=gnu99", "-O2", "-Wall", "-Wextra");
    for (String suite : List.of("conversions/e2m1/nearest-even/saturate", "gemm-certified/nvfp4", "gemm-discriminators/nvfp4-gst-f35", "gemm-k-order")) {
      assertThat(verified(device, suite).status()).as(suite).isZero();
    }
    assertThat(verified(device, "gemm-discriminators").out()).contains("accumulator: nvfp4-gst-f35\n");
    assertNamed(verified(device + " ties-away", "conversions/e2m1/nearest-even/saturate"), "ties are rounded away from zero");
    assertNamed(verified(device + " scales-switched", "gemm-certified/nvfp4"), "The block scales of A and B are switched");
    assertNamed(verified(device + " nibbles-swapped", "gemm-certified/nvfp4"), "The two codes of each byte of A or B are taken in the wrong order");
    assertNamed(verified(device + " last-block-dropped", "gemm-certified/nvfp4"), "The last 64 elements of K are left out");
    assertNamed(verified(device + " swizzle-missing", "gemm-certified/nvfp4"), "are handed over in 128x4 tiles and read as if they were linear");
    assertNamed(verified(device + " f25", "gemm-discriminators/nvfp4-gst-f35"), "The accumulator is nvfp4-f25");
    assertThat(verified(device + " f25", "gemm-certified/nvfp4").status()).as("no accumulator shows on certified products").isZero();
    assertThat(verified(device, "blocks/te-2.15").status()).as("what it does not claim is incomplete").isEqualTo(3);
  }

  @Test
  void crashesAndSilenceAreContained() throws Exception {
    String device = compiled("device.c", "cc", "-std=gnu99", "-O2", "-Wall", "-Wextra");
    Run crash = verified(device + " crash", "gemm-k-order/1x1x256");
    assertThat(crash.status()).isEqualTo(4);
    assertThat(crash.out()).contains("ended with exit status 134, signal 6; standard error ends: illegal memory access");
    Run silent = Run.of("verify", "--suite", "gemm-k-order/1x1x256", "--timeout", "0.5", "--subject", device + " silent");
    assertThat(silent.status()).isEqualTo(4);
    assertThat(silent.out()).contains("timed out").contains("printed nothing for 0.5 s");
    assertThat(verified("/nonexistent/device", "layouts").status()).isEqualTo(4);
    assertThat(verified("cat > /dev/null", "layouts").out()).contains("no answers: there is no header");
    assertThat(verified("head -n 6", "layouts").status()).as("a question is no answer").isEqualTo(2);
  }

  @Test
  void theAccumulatorOfAProcessIsFoundOut() throws Exception {
    String device = compiled("device.c", "cc", "-std=gnu99", "-O2", "-Wall", "-Wextra");
    assertThat(Run.of("fingerprint", "--subject", device).out())
        .containsPattern("(?m)^nvfp4-gst-f35 \\(40 vectors")
        .contains("summation tree over K: one block after the other, ascending: (((((((0 1) 2) 3) 4) 5) 6) 7)");
    assertThat(Run.of("fingerprint", "--subject", device + " f25").out()).containsPattern("(?m)^nvfp4-f25 \\(40 vectors");
    assertThat(Run.of("fingerprint", "--subject", device + " last-block-dropped").status()).as("no model").isEqualTo(1);
    Run crash = Run.of("fingerprint", "--subject", device + " crash");
    assertThat(crash.status()).isEqualTo(4);
    assertThat(crash.out()).contains("signal 6");
    assertThat(Run.of("fingerprint", "--subject", "cat").out()).contains("is no answer");
  }

  @Test
  void aProfileSaysWhatIsAskedAndAWaiverWhatDoesNotCount() throws Exception {
    String device = compiled("device.c", "cc", "-std=gnu99", "-O2", "-Wall", "-Wextra") + " last-block-dropped";
    String claims = "{name: c-device, conversions: [e2m1/nearest-even/saturate], products: [nvfp4]%s}";
    String waiver = ", waivers: [{id: W%d, suite: %s, reason: known, link: l, expires: 2999-01-01}]";
    Run wrong = conformed(device, claims.formatted(""));
    assertThat(wrong.status()).isEqualTo(1);
    assertThat(wrong.out()).contains("c-device").contains("The last 64 elements of K are left out");
    Run waived = conformed(device, claims.formatted(waiver.formatted(1, "gemm-certified/nvfp4")));
    assertThat(waived.status()).isZero();
    assertThat(waived.out()).contains("Waived by W1 until 2999-01-01: MISMATCH of XV/gemm-certified/nvfp4 (known, l)");
    Run unused = conformed(device, claims.formatted(waiver.formatted(2, "conversions/e2m1/nearest-even/saturate")));
    assertThat(unused.status()).isEqualTo(1);
    assertThat(unused.out()).contains("WARNING: unexpected pass: XV/conversions/e2m1/nearest-even/saturate passes, waiver W2 is not needed");
  }

  private Run conformed(String device, String profile) throws IOException {
    Path file = Files.writeString(folder.resolve("profile.yaml"), profile);
    return Run.of("conform", "--subject", device, "--profile", file.toString(), "--mismatches", "1");
  }

  @Test
  void theDeviceInPythonIsRightAndEachOfItsFaultsIsNamed() throws Exception {
    String device = python();
    assertThat(verified(device, "gemm-certified").status()).isZero();
    assertNamed(verified(device + " --fault d-transposed", "gemm-certified/mxfp4"), "D is written column after column");
    assertNamed(verified(device + " --fault last-block-dropped", "gemm-certified/nvfp4"), "The last 64 elements of K are left out");
    assertNamed(verified(device + " --fault ties-away", "conversions/e2m1/nearest-even/saturate"), "ties are rounded away from zero");
  }

  @Test
  void theDeviceInPythonDumpsAFolder() throws Exception {
    List<String> device = List.of(python().split(" "));
    String vectors = folder.resolve("vectors.bin").toString();
    assertThat(Run.of("generate", "gemm-certified", "--seed", "5", "--format", "bin", "--out", vectors).status()).isZero();
    assertThat(dumped(device, vectors, "right", "").status()).isZero();
    assertNamed(dumped(device, vectors, "switched", "scales-switched"), "The block scales of A and B are switched");
    assertNamed(dumped(device, vectors, "nibbles", "nibbles-swapped"), "The two codes of each byte");
    Files.delete(folder.resolve("right").resolve("3.d.npy"));
    Run hole = Run.of("verify", folder.resolve("right").toString());
    assertThat(hole.status()).isEqualTo(3);
    assertThat(hole.out()).contains("1 of 384 answers are missing: ids 3");
  }

  private Run dumped(List<String> device, String vectors, String name, String fault) throws Exception {
    List<String> command = new ArrayList<>(device);
    String answers = folder.resolve(name).toString();
    command.addAll(List.of("--fault", fault, vectors, answers));
    printed(command);
    return Run.of("verify", "--mismatches", "1", answers);
  }

  @Test
  void theDeviceInCudaReadsAndWritesFilesOnTheHost() throws Exception {
    String device = compiled("device.cu", "c++", "-std=c++17", "-O2", "-Wall", "-Wextra", "-x", "c++");
    String vectors = folder.resolve("vectors.bin").toString();
    String answers = folder.resolve("answers.bin").toString();
    assertThat(Run.of("generate", "gemm-certified", "--format", "bin", "--out", vectors).status()).isZero();
    printed(List.of(device, vectors, answers));
    assertThat(Run.of("verify", "--suite", "gemm-certified", answers).status()).isZero();
    assertThat(Run.of("verify", "--suite", "layouts", answers).err()).contains("the answers are to suite gemm-certified: expected layouts");
    assertThat(Run.of("verify", vectors).err()).contains("holds questions");
    byte[] bytes = Files.readAllBytes(Path.of(answers));
    bytes[bytes.length - 300] ^= 1;
    Files.write(Path.of(answers), bytes);
    Run altered = Run.of("verify", answers);
    assertThat(altered.status()).isEqualTo(2);
    assertThat(altered.err()).contains("cut off or altered");
    printed(List.of(device, vectors, answers, "swizzle-missing"));
    assertNamed(Run.of("verify", answers), "The scales of A and B are handed over in 128x4 tiles and read as if they were linear, the NaN of the padding among them");
  }
}
