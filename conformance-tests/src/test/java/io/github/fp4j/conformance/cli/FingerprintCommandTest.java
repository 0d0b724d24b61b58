package io.github.fp4j.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.conformance.fingerprint.Fingerprint;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.conformance.vectors.GemmQuestion;
import io.github.fp4j.conformance.vectors.Question;
import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.Gemm;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code fp4j fingerprint} end to end. */
class FingerprintCommandTest {
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

  @Test
  void itNamesTheModelAndWhatRuledOutTheOthers() {
    Run run = run("fingerprint", "--model", "nvfp4-f36");
    assertThat(run.err).isEmpty();
    assertThat(run.status).isZero();
    assertThat(run.out).startsWith("model nvfp4-f36, nvfp4: 13 published models").contains("rules out nvfp4-f37").contains("rules out exact-rz");
    assertThat(run.out.lines().filter(line -> line.contains("rules out")).count()).isEqualTo(12);
    assertThat(run.out).containsPattern("(?m)^nvfp4-f36 \\(40 vectors, \\d+ of which only confirm\\)$");
  }

  @Test
  void theCardHoldsEveryVector() throws IOException {
    Path card = folder.resolve("card.json");
    assertThat(run("fingerprint", "--model", "exact-rz", "--format", "mxfp4", "--json", card.toString()).status).isZero();
    JsonNode root = JsonMapper.builder().build().readTree(Files.readString(card));
    assertThat(root.get("schema").asString()).isEqualTo("fp4j-fingerprint-1");
    assertThat(root.get("format").asString()).isEqualTo("mxfp4");
    assertThat(root.get("remaining").get(0).get("id").asString()).isEqualTo("exact-rz");
    assertThat(root.get("vectors").size()).isEqualTo(40);
    assertThat(root.get("vectors")).allSatisfy(vector -> {
      assertThat(vector.get("aCodes").asString()).hasSize(64);
      assertThat(vector.get("bScales").asString()).hasSize(4);
      assertThat(vector.get("answer").asString()).hasSize(8);
    });
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(card);
    }
  }

  @Test
  void modelsOfMxfp4AreAskedInMxfp4() {
    assertThat(run("fingerprint", "--model", "blackwell-mxf8f6f4").out).startsWith("model blackwell-mxf8f6f4, mxfp4: 6 published models");
  }

  @Test
  void theSummationTreeIsPrintedAndOnTheCard() throws IOException {
    Path card = folder.resolve("card.json");
    Run run = run("fingerprint", "--model", "nvfp4-gst-f35", "--json", card.toString());
    String chain = "one block after the other, ascending: (((((((0 1) 2) 3) 4) 5) 6) 7)";
    assertThat(run.out).contains("summation tree over K: " + chain);
    assertThat(JsonMapper.shared().readTree(Files.readString(card)).get("summationTree").asString()).isEqualTo(chain);
    assertThat(run("fingerprint", "--model", "exact-rz").out).contains("summation tree over K: all blocks at once: (0 1 2 3 4 5 6 7)");
    assertThat(run("fingerprint", "--model", "hopper-bf16").out).contains("summation tree over K: " + chain);
    assertThat(run("fingerprint", "--model", "blackwell-fp8-fp32", "--format", "e2m1").out).contains("summation tree over K: none: the order over K cannot be seen in e2m1: ");
  }

  @Test
  void modelsOfWiderFormatsAreAskedInTheirs() {
    Run run = run("fingerprint", "--model", "hopper-fp8-fp16", "--format", "e5m2");
    assertThat(run.err).isEmpty();
    assertThat(run.out).startsWith("model hopper-fp8-fp16, e5m2: 9 published models").containsPattern("(?m)^hopper-fp8-fp16 \\(40 vectors, ");
    assertThat(run("fingerprint", "--model", "hopper-bf16").out).contains("hopper-bf16 = blackwell-bf16, by definition the same function");
  }

  /** What a device with {@code model} dumps for a suite. */
  private Path dumped(String suite, String model) throws IOException {
    Path questions = folder.resolve("questions.txt");
    assertThat(run("generate", suite, "--out", questions.toString()).status).isZero();
    List<String> answers = Files.readAllLines(questions).stream().map(line -> line.startsWith("#") ? line : answered(line, AccumulationModels.byId(model))).toList();
    return Files.write(folder.resolve(suite.replace('/', '-') + "-" + model), answers);
  }

  private static String answered(String line, AccumulationModel model) {
    String[] parts = line.split(" ", 2);
    GemmQuestion product = GemmQuestion.of(Question.parse(parts[1]));
    float[] d = new float[product.a().rows() * product.b().rows()];
    Gemm.of(model, product.a(), product.b()).multiply(product.c(), d, Runnable::run);
    return parts[0] + " " + Question.answerText(List.of(Tensor.ofFloats("d", d, product.a().rows(), product.b().rows())));
  }

  @Test
  void dumpedAnswersNameTheModelInEveryFormat() throws IOException {
    for (OperandFormat format : Fingerprint.FORMATS) {
      String model = Fingerprint.candidates(format).getLast().id();
      Run run = run("fingerprint", "--answers", dumped("gemm-fingerprint/" + format, model).toString());
      assertThat(run.err).as(format.name()).isEmpty();
      assertThat(run.status).as(format.name()).isZero();
      assertThat(run.out).containsPattern("(?m)^(.* )?" + model + "[ ,].*\\(40 vectors").contains("add them with --k-order");
    }
    String answers = dumped("gemm-fingerprint/tf32", "hopper-tf32").toString();
    Path order = dumped("gemm-k-order/tf32/1x2x256", "hopper-tf32");
    assertThat(run("fingerprint", "--answers", answers, "--k-order", order.toString()).out)
        .contains("summation tree over K: 2 of 2 elements of D: one block after the other, ascending: (((0 1) 2) 3)");
    String other = dumped("gemm-k-order/1x1x128", "exact-rz").toString();
    assertThat(run("fingerprint", "--answers", answers, "--k-order", other).err).contains("answers to gemm-k-order/1x1x128: expected to gemm-k-order/tf32");
    assertThat(run("fingerprint", "--model", "mxf4", "--k-order", other).err).contains("expected --answers with it");
  }

  @Test
  void errorsSayWhatWouldBeRight() {
    Run unknown = run("fingerprint", "--model", "f35");
    assertThat(unknown.status).isEqualTo(ExitCode.USAGE);
    assertThat(unknown.err).startsWith("fp4j fingerprint: unknown model \"f35\": expected one of nvfp4-gst-f35, ").hasLineCount(1);
    assertThat(run("fingerprint", "--model", "mxf4", "--format", "nvfp4"))
        .isEqualTo(new Run(ExitCode.USAGE, "", "fp4j fingerprint: --format nvfp4: expected mxfp4 for model mxf4" + System.lineSeparator()));
    assertThat(run("fingerprint", "nobody").err).startsWith("fp4j fingerprint: unknown backend \"nobody\": expected one of reference");
    assertThat(run("fingerprint", "simd-128").err).containsAnyOf("backend simd-128 has no accumulator of its own: expected ", "backend simd-128 is unavailable: ");
    for (String timeout : List.of("0", "-1", "NaN", "soon")) {
      for (String command : List.of("fingerprint", "verify", "conform")) {
        Run run = run(command, "--subject", "./device", "--timeout", timeout);
        assertThat(run.err).startsWith("fp4j " + command + ": Invalid value for option '--timeout': '" + timeout + "': expected seconds, 0.001 to a billion");
        assertThat(run.status).isEqualTo(ExitCode.USAGE);
      }
    }
    Path lost = folder.resolve("missing").resolve("card.json");
    assertThat(run("fingerprint", "--model", "mxf4", "--json", lost.toString()).err)
        .isEqualTo("fp4j fingerprint: --json " + lost + ": its folder does not exist; expected a file in one that does" + System.lineSeparator());
    assertThat(run("fingerprint").status).isEqualTo(ExitCode.USAGE);
    assertThat(run("fingerprint", "reference", "--model", "mxf4").status).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void aSubjectWithoutAnAccumulatorOfItsOwnIsRefused() {
    Run run = run("fingerprint", "reference");
    assertThat(run.status).isEqualTo(ExitCode.USAGE);
    assertThat(run.err).startsWith("fp4j fingerprint: backend reference has no accumulator of its own: expected ").contains("--model ID");
  }
}
