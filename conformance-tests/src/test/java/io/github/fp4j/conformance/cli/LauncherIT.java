package io.github.fp4j.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher and the commands as a person runs them: real processes, pipes and exit statuses. */
class LauncherIT {
  private static final String LAUNCHER = System.getProperty("fp4j.launcher");

  @TempDir private Path folder;

  private record Outcome(int status, byte[] out, String err) {
    String text() {
      return new String(out, StandardCharsets.UTF_8);
    }
  }

  private Outcome run(Map<String, String> environment, byte[] input, String... command) throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input);
    }
    int status = process.waitFor();
    return new Outcome(status, Files.readAllBytes(out), ownLines(Files.readString(err)));
  }

  /** Without what the JVM says of the Vector API whenever it is there; no flag silences it. */
  private static String ownLines(String text) {
    return text.lines().filter(line -> !line.startsWith("WARNING: Using incubator modules")).collect(Collectors.joining("\n"));
  }

  private Outcome fp4j(byte[] input, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(LAUNCHER));
    command.addAll(Arrays.asList(arguments));
    return run(Map.of(), input, command.toArray(String[]::new));
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  @Test
  void startsFromAnyDirectoryAndThroughASymbolicLink() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of(LAUNCHER));
    Outcome outcome = run(Map.of(), new byte[0], link.toString(), "--version");
    assertThat(outcome.status()).isZero();
    assertThat(outcome.text()).startsWith("fp4j ");
    assertThat(outcome.err()).doesNotContain("building");
  }

  @Test
  void withoutAJdkOneLineSaysWhatWasLookedFor() throws Exception {
    Outcome outcome = run(Map.of("FP4J_JAVA_HOME", folder.toString()), new byte[0], LAUNCHER, "--version");
    assertThat(outcome.status()).isEqualTo(2);
    assertThat(outcome.err().lines()).hasSize(1).allMatch(line -> line.contains("JDK 25") && line.contains(folder.toString()));
  }

  @Test
  void convertsBothWays() throws Exception {
    byte[] codes = bytes(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    Outcome values = fp4j(codes, "convert", "--from", "e2m1", "--to", "f32");
    assertThat(values.status()).isZero();
    assertThat(values.out()).hasSize(64);
    Outcome back = fp4j(values.out(), "convert", "--from", "f32", "--to", "e2m1");
    assertThat(back.out()).isEqualTo(codes);
    Outcome packed = fp4j(values.out(), "convert", "--from", "f32", "--to", "e2m1", "--packed");
    assertThat(packed.out()).isEqualTo(bytes(0x10, 0x32, 0x54, 0x76, 0x98, 0xBA, 0xDC, 0xFE));
    assertThat(fp4j(packed.out(), "convert", "--from", "e2m1", "--to", "f32", "--packed").out()).isEqualTo(values.out());
  }

  @Test
  void aShortLastValueIsAnErrorAndNothingBeforeItIsLost() throws Exception {
    Outcome outcome = fp4j(bytes(0, 0, 0x40, 0x40, 1, 2), "convert", "--from", "f32", "--to", "e2m1");
    assertThat(outcome.status()).isEqualTo(2);
    assertThat(outcome.out()).isEqualTo(bytes(5));
    assertThat(outcome.err().lines()).hasSize(1).allMatch(line -> line.contains("6 bytes") && line.contains("multiple of 4"));
  }

  @Test
  void badWordsGetOneLineAndStatusTwo() throws Exception {
    for (String[] arguments :
        new String[][] {
          {"convert", "--from", "f32", "--to", "e9m9"},
          {"convert", "--from", "f32", "--to", "e2m1", "--backend", "nobody"},
          {"convert", "--from", "f32", "--to", "e2m1", "--variant", "nobody"},
          {"convert", "--from", "f32", "--to", "e4m3", "--packed"},
          {"convert", "--from", "f32", "--to", "e2m1", "--overflow", "infinity"},
          {"explain", "e2m1", "0x10"},
          {"explain", "abc", "--to", "e2m1"},
          {"conform", "--suite", "X99"},
          {"conform", "--backend", "nobody"},
          {"selftest", "--threads", "0"},
          {"merge", "."},
          {"generate", "layouts", "--out", "."},
        }) {
      Outcome outcome = fp4j(new byte[0], arguments);
      assertThat(outcome.status()).as(String.join(" ", arguments)).isEqualTo(2);
      assertThat(outcome.err().lines()).as(String.join(" ", arguments)).hasSize(1).noneMatch(line -> line.contains("\tat "));
      assertThat(outcome.out()).isEmpty();
    }
  }

  @Test
  void whoAnswersProductsWithoutAnAccumulatorIsToldOfTheOption() throws Exception {
    byte[] questions = fp4j(new byte[0], "generate", "gemm-certified", "--count", "3").out();
    Outcome own = fp4j(questions, "answer", "--backend", "reference");
    assertThat(own.text()).endsWith("0 unsupported\n1 unsupported\n2 unsupported\n");
    assertThat(own.err())
        .isEqualTo("fp4j answer: 3 products are unsupported: reference does not compute them under --model own; expected one that it does, see 'fp4j gemm --list'");
    Outcome exact = fp4j(questions, "answer", "--backend", "reference", "--model", "exact-rz");
    assertThat(exact.text()).doesNotContain("unsupported");
    assertThat(exact.err()).isEmpty();
    assertThat(fp4j(questions, "answer", "--backend", "reference", "--model", "exact").err()).startsWith("fp4j answer: unknown model \"exact\": expected one of ").hasLineCount(1);
  }

  @Test
  void aClosedStandardOutputIsAnErrorOfOneLine() throws Exception {
    Outcome outcome = run(Map.of(), new byte[0], "sh", "-c", "head -c 40000000 /dev/zero | \"$0\" convert --from f32 --to e2m1 2>err2 | head -c 1 >/dev/null; cat err2", LAUNCHER);
    assertThat(ownLines(outcome.text()).lines()).hasSize(1).allMatch(line -> line.contains("standard output was closed"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aQuantisationThatIsKilledLeavesNoOutput(boolean atOnce) throws Exception {
    Path input = folder.resolve("big.npy");
    Path output = folder.resolve("out");
    writeZeros(input, 32_768, 16_384); // sparse on most file systems: 1 GB of bf16 would be no different
    Process process =
        new ProcessBuilder(LAUNCHER, "quantize", input.toString(), "--profile", "te-2.15", "--out", output.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    while (process.isAlive() && !stagedIn(folder)) {
      Thread.sleep(20);
    }
    assertThat(process.isAlive()).as("still at work when it is ended").isTrue();
    if (atOnce) {
      process.destroyForcibly();
    } else {
      process.destroy();
    }
    assertThat(process.waitFor()).isEqualTo(128 + (atOnce ? 9 : 15));
    assertThat(output).doesNotExist();
    assertThat(stagedIn(folder)).as("nobody is left to take the unfinished file away").isEqualTo(atOnce);
  }

  private static boolean stagedIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.anyMatch(file -> file.getFileName().toString().endsWith(".part"));
    }
  }

  private static void writeZeros(Path file, int rows, int columns) throws IOException {
    String header = "{'descr': '<f2', 'fortran_order': False, 'shape': (%d, %d), }".formatted(rows, columns);
    byte[] start = ("\u0093NUMPY\u0001\u0000" + (char) 118 + "\u0000" + header + " ".repeat(117 - header.length()) + "\n").getBytes(StandardCharsets.ISO_8859_1);
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.write(start);
      out.setLength(start.length + 2L * rows * columns);
    }
  }

  @Test
  void quantisedFilesAreInspectedComparedAndRestored() throws Exception {
    Path input = folder.resolve("x.npy");
    Files.write(input, smallArray());
    Path raw = folder.resolve("raw");
    Path back = folder.resolve("back.npy");
    assertThat(fp4j(new byte[0], "quantize", input.toString(), "--profile", "te-2.15", "--out", raw.toString()).status()).isZero();
    assertThat(fp4j(new byte[0], "dequantize", raw.toString(), "--profile", "te-2.15", "--out", back.toString()).status()).isZero();
    assertThat(Files.size(back)).isEqualTo(Files.size(input));
    assertThat(fp4j(new byte[0], "compare", input.toString(), "--profiles", "te-2.15,te-2.15").status()).isZero();
    assertThat(fp4j(new byte[0], "compare", input.toString(), "--profiles", "te-2.15,ggml-nvfp4").status()).isEqualTo(1);
    assertThat(fp4j(new byte[0], "quantize", input.toString(), "--profile", "vllm", "--out", folder.resolve("v").toString()).err()).contains("hardware-only");
    assertThat(fp4j(new byte[0], "quantize", input.toString(), "--profile", "te-2.15", "--out", raw.toString()).err()).contains("exists already");
    String none = folder.resolve("none").toString();
    assertThat(fp4j(new byte[0], "quantize", input.toString(), "--profile", "te-2.15", "--exclude", "*", "--out", none).err())
        .contains("--exclude choose among tensors: layout raw takes the only one of ");
    assertThat(fp4j(new byte[0], "quantize", input.toString(), "--profile", "ggml-nvfp4", "--layout", "ggml", "--exclude", "*", "--out", none).err())
        .contains("nothing to quantise: the array: ");
    assertThat(Path.of(none)).doesNotExist();
  }

  /** 4 x 64 float32 values of many sizes. */
  private static byte[] smallArray() {
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 64), }";
    byte[] start = ("\u0093NUMPY\u0001\u0000" + (char) 118 + "\u0000" + header + " ".repeat(117 - header.length()) + "\n").getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer file = ByteBuffer.allocate(start.length + 4 * 256).order(ByteOrder.LITTLE_ENDIAN).put(start);
    for (int i = 0; i < 256; i++) {
      file.putFloat((float) (Math.sin(i * 0.37) * (1 + i * 0.25)));
    }
    return file.array();
  }

  @Test
  void aQuickRunWritesItsThreeReports() throws Exception {
    Path report = folder.resolve("report");
    Outcome outcome = fp4j(new byte[0], "conform", "--level", "quick", "--backend", "reference", "--class", "X6/e2m1,X1/e2m1", "--report", report.toString());
    assertThat(outcome.status()).as(outcome.text()).isZero();
    assertThat(Files.list(report).map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("report.json", "junit.xml", "index.html");
    assertThat(Files.readString(report.resolve("index.html"))).contains("X6/e2m1/nearest-even/saturate").contains("new Chart(");
    assertThat(Files.readString(report.resolve("report.json"))).contains("\"verdict\" : \"PASS\"");
    assertThat(Files.readString(report.resolve("junit.xml"))).contains("<testcase classname=\"reference.X1\" name=\"X1/e2m1\"");
  }
}
