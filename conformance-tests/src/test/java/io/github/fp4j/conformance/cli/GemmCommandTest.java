package io.github.fp4j.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.conformance.tensorfile.Npy;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.Discriminator;
import io.github.fp4j.formats.gemm.Discriminators;
import io.github.fp4j.formats.gemm.Gemm;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code fp4j gemm} end to end, on files. */
class GemmCommandTest {
  @TempDir private Path folder;

  private record Run(int status, String out, String err) {}

  private static Run run(String... arguments) {
    CommandLine line = Main.commandLine();
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int status = line.execute(arguments);
    return new Run(status, out.toString(), err.toString());
  }

  /** Runs with the four operand files of {@link #write} and {@code more}. */
  private Run gemm(String model, String... more) {
    List<String> arguments = new ArrayList<>(List.of("gemm", "--model", model));
    for (String name : List.of("a-codes", "a-scales", "b-codes", "b-scales")) {
      arguments.addAll(List.of("--" + name, file(name)));
    }
    arguments.addAll(List.of("--out", file("d")));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  private String file(String name) {
    return folder.resolve(name + ".npy").toString();
  }

  private void write(GemmOperand a, GemmOperand b) throws IOException {
    write("a", a);
    write("b", b);
  }

  private void write(String name, GemmOperand operand) throws IOException {
    Npy.write(Path.of(file(name + "-codes")), Tensor.ofBytes("", operand.codes(), operand.rows(), operand.k() / 2));
    Npy.write(Path.of(file(name + "-scales")), Tensor.ofBytes("", operand.scales(), operand.rows(), operand.k() / operand.format().block()));
  }

  private void writeC(float[] c, long... shape) throws IOException {
    Npy.write(Path.of(file("c")), Tensor.ofFloats("", c, shape));
  }

  private int[] result(long... shape) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      Tensor d = Npy.map(Path.of(file("d")), arena);
      assertThat(d.shape()).isEqualTo(shape);
      float[] values = d.toFloats();
      return IntStream.range(0, values.length).map(i -> Float.floatToRawIntBits(values[i])).toArray();
    }
  }

  private static GemmOperand random(OperandFormat format, long seed, int rows, int k) {
    Random random = new Random(seed);
    byte[] codes = new byte[rows * k / 2];
    byte[] scales = new byte[rows * k / format.block()];
    random.nextBytes(codes);
    random.nextBytes(scales);
    return new GemmOperand(format, rows, k, codes, scales);
  }

  @Test
  void discriminatorsGoThroughFiles() throws IOException {
    for (Discriminator vector : Discriminators.all()) {
      write(vector.a(), vector.b());
      writeC(new float[] {vector.c()}, 1, 1);
      for (String model : vector.expected().keySet()) {
        assertThat(gemm(model, "--c", file("c"))).isEqualTo(new Run(0, "", ""));
        assertThat(result(1, 1)).as(vector.id() + " " + model).containsExactly(vector.expected().get(model));
      }
    }
  }

  @Test
  void everyBitOfAMatrixIsTheModels() throws IOException {
    for (AccumulationModel model : List.of(AccumulationModels.NVFP4_GST_F35, AccumulationModels.MXF4)) {
      OperandFormat format = model.operands().getFirst();
      GemmOperand a = random(format, 1, 11, 128);
      GemmOperand b = random(format, 2, 7, 128);
      a.scales()[0] = (byte) 0xFF; // NaN in both scale formats
      write(a, b);
      assertThat(gemm(model.id(), "--format", format.name())).isEqualTo(new Run(0, "", ""));
      Gemm reference = Gemm.reference(model, a, b);
      int[] expected = IntStream.range(0, 77).map(i -> reference.dot(i / 7, i % 7, 0)).toArray();
      assertThat(result(11, 7)).isEqualTo(expected);
      assertThat(expected).contains(0x7FFFFFFF);
    }
  }

  @Test
  void everyBackendGivesTheSameBits() throws IOException {
    GemmOperand a = random(OperandFormat.NVFP4, 5, 13, 96);
    GemmOperand b = random(OperandFormat.NVFP4, 6, 50, 96);
    write(a, b);
    for (String model : List.of("fp32", "exact-rne")) {
      List<Backend> backends =
          Backends.available().stream()
              .filter(backend -> backend.gemms().filter(kernels -> kernels.supports(model, OperandFormat.NVFP4, OperandFormat.NVFP4)).isPresent())
              .toList();
      assertThat(backends).extracting(Backend::name).contains("reference", "simd-128");
      float[] expected = new float[13 * 50];
      Backends.byName("reference").gemms().orElseThrow().multiply(model, a, b, null, expected);
      int[] bits = IntStream.range(0, 650).map(i -> Float.floatToRawIntBits(expected[i])).toArray();
      assertThat(gemm(model)).isEqualTo(new Run(0, "", ""));
      assertThat(result(13, 50)).as(model).isEqualTo(bits);
      for (Backend backend : backends) {
        assertThat(gemm(model, "--backend", backend.name())).isEqualTo(new Run(0, "", ""));
        assertThat(result(13, 50)).as(backend.name() + " " + model).isEqualTo(bits);
      }
    }
  }

  /** V9: 2^24 + 1.5 between two floats that are 2 apart; the truncating model is 3/4 below, the correctly rounded one 1/4 above. */
  @Test
  void errorsAreCountedInUlps() throws IOException {
    Discriminator v9 = Discriminators.all().get(8);
    write(v9.a(), v9.b());
    writeC(new float[] {v9.c()}, 1, 1);
    Run run = run(
        "gemm", "--model", "nvfp4-gst-f35", "--a-codes", file("a-codes"), "--a-scales", file("a-scales"), "--b-codes", file("b-codes"), "--b-scales",
        file("b-scales"), "--c", file("c"), "--errors");
    assertThat(run.status).isZero();
    assertThat(run.out).startsWith("forward errors of 1 of 1 outputs, K = 64, in ulp of float32" + System.lineSeparator());
    assertThat(run.out.lines().filter(line -> line.matches("(exact|exact-rne|nvfp4-gst-f35|fp32) .*")).map(line -> line.replaceAll(" +", " ")).toList())
        .containsExactly(
            "nvfp4-gst-f35 0.7500 0.7500 0 of 1", "exact-rne 0.2500 0.2500 1 of 1", "fp32 0.2500 0.2500 1 of 1", "exact 16777217.5",
            "nvfp4-gst-f35 4B800000 1.6777216E7 -0.7500 ulp", "exact-rne 4B800001 1.6777218E7 +0.2500 ulp", "fp32 4B800001 1.6777218E7 +0.2500 ulp");
  }

  @Test
  void infiniteAndNanInputsAreLeftOutOfErrors() throws IOException {
    GemmOperand a = random(OperandFormat.NVFP4, 1, 4, 64);
    GemmOperand b = random(OperandFormat.NVFP4, 2, 5, 64);
    for (byte[] scales : List.of(a.scales(), b.scales())) {
      Arrays.fill(scales, (byte) 0x38);
    }
    a.scales()[0] = 0x7F;
    write(a, b);
    Run run = gemm("exact-rne", "--errors", "10");
    assertThat(run.status).isZero();
    assertThat(run.out).contains("forward errors of 7 of 20 outputs", "left out: 3 with an infinite or NaN input");
    assertThat(run.out).containsPattern("exact-rne +0\\.\\d+ +0\\.\\d+ +7 of 7");
    assertThat(result(4, 5)).hasSize(20);
  }

  @Test
  void pairwiseGivesTheDiagonal() throws IOException {
    GemmOperand a = random(OperandFormat.NVFP4, 3, 9, 192);
    GemmOperand b = random(OperandFormat.NVFP4, 4, 9, 192);
    write(a, b);
    float[] c = {0, -0f, 1, 2, Float.NEGATIVE_INFINITY, 3, 4, Float.NaN, 5};
    writeC(c, 9);
    assertThat(gemm("nvfp4-gst-f35", "--pairwise", "--c", file("c")).status).isZero();
    Gemm reference = Gemm.reference(AccumulationModels.NVFP4_GST_F35, a, b);
    assertThat(result(9)).isEqualTo(IntStream.range(0, 9).map(i -> reference.dot(i, i, Float.floatToRawIntBits(c[i]))).toArray());
  }

  /** Row by row, by whoever multiplies: the diagonal of the whole product. */
  @Test
  void pairwiseTakesEveryModelAndBackend() throws IOException {
    write(random(OperandFormat.NVFP4, 3, 9, 192), random(OperandFormat.NVFP4, 4, 9, 192));
    for (String model : List.of("fp32", "nvfp4-gst-f35")) {
      List<String> able =
          Backends.available().stream()
              .filter(backend -> backend.gemms().filter(kernels -> kernels.supports(model, OperandFormat.NVFP4, OperandFormat.NVFP4)).isPresent())
              .map(Backend::name)
              .toList();
      assertThat(able).contains("reference");
      for (String backend : Stream.concat(Stream.of(""), able.stream()).toList()) {
        String[] who = backend.isEmpty() ? new String[0] : new String[] {"--backend", backend};
        assertThat(gemm(model, who).status).isZero();
        int[] all = result(9, 9);
        assertThat(gemm(model, Stream.concat(Stream.of("--pairwise"), Stream.of(who)).toArray(String[]::new)).status).as(model + " " + backend).isZero();
        assertThat(result(9)).as(model + " " + backend).isEqualTo(IntStream.range(0, 9).map(i -> all[10 * i]).toArray());
      }
    }
  }

  @Test
  void alphaAndBetaAreTheEpilogues() throws IOException {
    byte[] codes = new byte[32];
    codes[0] = 2;
    GemmOperand one = new GemmOperand(OperandFormat.NVFP4, 1, 64, codes, new byte[] {0x38, 0x38, 0x38, 0x38});
    write(one, one);
    writeC(new float[] {0x1p24f}, 1, 1);
    assertThat(gemm("nvfp4-gst-f35", "--c", file("c"), "--alpha", "3").status).isZero();
    assertThat(result(1, 1)).as("3 * RZ(2^24 + 1)").containsExactly(Float.floatToRawIntBits(3 * 0x1p24f));
    assertThat(gemm("nvfp4-gst-f35", "--c", file("c"), "--alpha", "3", "--beta", "2").status).isZero();
    assertThat(result(1, 1)).as("RNE(3 * 1 + 2 * 2^24)").containsExactly(Float.floatToRawIntBits(0x1p25f + 4));
  }

  @Test
  void theListNamesEveryModel() {
    Run run = run("gemm", "--list");
    assertThat(run.status).isZero();
    assertThat(run.out.lines().skip(1).map(line -> line.split(" ")[0]).toList())
        .isEqualTo(Stream.concat(AccumulationModels.all().stream().map(AccumulationModel::id), Stream.of("fp32")).toList());
    assertThat(run.out).contains("nvfp4-gst-f35               1    64     16    factors    35  toward-zero  count    fused          fp32 RZ        nvfp4");
  }

  @Test
  void errorsNameTheFileAndBothShapes() throws IOException {
    write(random(OperandFormat.NVFP4, 1, 4, 128), random(OperandFormat.NVFP4, 2, 5, 64));
    refused(gemm("nvfp4-gst-f35"), "%s holds K = 128, %s K = 64: expected the same K/2 columns", file("a-codes"), file("b-codes"));
    write("b", random(OperandFormat.NVFP4, 2, 5, 128));
    refused(
        gemm("nvfp4-gst-f35", "--pairwise"), "%s has 4 rows, %s 5: --pairwise needs as many", file("a-codes"), file("b-codes"));
    refused(
        gemm("mxf4", "--format", "mxfp4"),
        "%s has shape [4, 8]: expected [4, 4], one mxfp4 scale for 32 elements of %s, which has shape [4, 64]",
        file("a-scales"), file("a-codes"));
    writeC(new float[20], 5, 4);
    refused(gemm("nvfp4-gst-f35", "--c", file("c")), "%s has shape [5, 4]: expected [4, 5], the shape of D", file("c"));
    assertThat(gemm("fp32", "--backend", "fast").err).startsWith("fp4j gemm: unknown backend \"fast\": expected one of reference, ");
    refused(
        run("gemm", "--model", "fp32", "--a-codes", "a", "--a-scales", "a", "--b-codes", "b", "--b-scales", "b"),
        "neither --out nor --errors: expected one of them, or both");
    refused(gemm("nvfp4-gst-f35", "--beta", "1"), "--beta 1.0 without --c: expected both");
    refused(gemm("nvfp4-gst-f35", "--format", "e4m3"), "--format e4m3: expected nvfp4 or mxfp4");
    refused(gemm("mxf4"), "model mxf4 does not take nvfp4 x nvfp4: expected two of mxfp4 with the same scales");
    write("a", random(OperandFormat.NVFP4, 1, 4, 96));
    refused(
        gemm("nvfp4-gst-f35"),
        "%s has shape [4, 48], K = 96, which is not a positive multiple of 64: pad codes and scales of A and B with zeros to K = 128",
        file("a-codes"));
    Files.copy(Path.of(file("c")), Path.of(file("a-codes")), StandardCopyOption.REPLACE_EXISTING);
    refused(gemm("exact-rne"), "%s has elements of type F32: expected uint8", file("a-codes"));
    Files.delete(Path.of(file("a-codes")));
    refused(gemm("exact-rne"), "%s: no such file", file("a-codes"));
  }

  @Test
  void anUnknownModelListsTheIds() throws IOException {
    write(random(OperandFormat.NVFP4, 1, 1, 64), random(OperandFormat.NVFP4, 2, 1, 64));
    Run run = gemm("f35");
    assertThat(run.status).isEqualTo(ExitCode.USAGE);
    assertThat(run.err).startsWith("fp4j gemm: unknown model \"f35\": expected one of nvfp4-gst-f35, ").contains("te-reference").hasLineCount(1);
  }

  @Test
  void missingOptionsAreAUsageError() {
    assertThat(run("gemm").status).isEqualTo(ExitCode.USAGE);
    assertThat(run("gemm", "--model", "mxf4").status).isEqualTo(ExitCode.USAGE);
  }

  private void refused(Run run, String message, Object... files) throws IOException {
    assertThat(run).isEqualTo(new Run(ExitCode.USAGE, "", "fp4j gemm: " + message.formatted(files) + System.lineSeparator()));
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.filter(path -> path.getFileName().toString().matches("d\\.npy|.*\\.part")).toList()).isEmpty();
    }
  }
}
