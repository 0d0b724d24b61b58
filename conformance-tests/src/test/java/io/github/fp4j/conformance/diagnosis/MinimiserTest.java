package io.github.fp4j.conformance.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.Epilogue;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.spi.ToolProvider;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cases get small, still fail, and what is printed of them compiles and runs. */
class MinimiserTest {
  @TempDir private Path folder;

  private static GemmOperand random(long seed, int rows, int k) {
    Random random = new Random(seed);
    byte[] codes = new byte[rows * k / 2];
    byte[] scales = new byte[rows * k / 16];
    random.nextBytes(codes);
    for (int i = 0; i < scales.length; i++) {
      scales[i] = (byte) (0x30 + random.nextInt(16));
    }
    return new GemmOperand(OperandFormat.NVFP4, rows, k, codes, scales);
  }

  private static <T> Fault<T> fault(List<Fault<T>> faults, String id) {
    return faults.stream().filter(one -> one.id().equals(id)).findFirst().orElseThrow();
  }

  private static <T extends Task<T>> Observation<T> played(T task, Fault<T> fault) {
    int[] right = task.right();
    int[] before = Arrays.stream(right).map(bits -> ~bits).toArray();
    Answers answers = fault.device().answers(task, before);
    int[] actual = new int[right.length];
    Arrays.setAll(actual, answers::at);
    return Observation.whole(task, right, actual, before);
  }

  @Test
  void aListShrinksToTheTwoElementsThatFailTogether() {
    List<Integer> smallest =
        Minimiser.shrink(
            List.of(9, 8, 7, 6, 5, 4, 3), list -> list.contains(8) && list.contains(4),
            list -> list.stream().map(out -> list.stream().filter(one -> !one.equals(out)).toList()), 1000);
    assertThat(smallest).containsExactly(8, 4);
  }

  @Test
  void triesAreLimited() {
    int[] asked = new int[1];
    Minimiser.shrink(1000, n -> ++asked[0] > 0, n -> Stream.of(n - 1), 10);
    assertThat(asked[0]).isEqualTo(10);
  }

  @Test
  void switchedScalesShrinkToOneProductUnderTwoScales() {
    GemmTask task = GemmTask.of("a random product", AccumulationModels.NVFP4_GST_F35, random(1, 9, 192), random(2, 7, 192), new float[63]);
    Fault<GemmTask> alike = fault(GemmFaults.all(), "scale-of-next-block-a");
    GemmTask smallest =
        Minimiser.shrink(task, one -> played(one, alike).wrong() > 0, GemmTask::smaller, 3000);
    assertThat(List.of(smallest.rows(), smallest.columns(), smallest.a().k())).containsExactly(1, 1, 64);
    assertThat(smallest.c()).isNull();
    assertThat(nonZero(smallest.a())).isEqualTo(1);
    assertThat(nonZero(smallest.b())).isEqualTo(1);
    assertThat(otherThanOne(smallest.a()) + otherThanOne(smallest.b())).isEqualTo(1);
  }

  private static long nonZero(GemmOperand operand) {
    return IntStream.range(0, operand.k()).filter(i -> operand.code(0, i) != 0).count();
  }

  private static long otherThanOne(GemmOperand operand) {
    return IntStream.range(0, operand.scales().length).filter(i -> operand.scales()[i] != 0x38).count();
  }

  @Test
  void theSnippetAndTheTestOfAProductCompileAndTheReferenceAnswersRight() throws Exception {
    GemmTask task = GemmTask.of("a random product", AccumulationModels.NVFP4_GST_F35, random(3, 5, 128), random(4, 6, 128), null);
    Explanation explanation = Diagnosis.of(List.of(played(task, fault(GemmFaults.all(), "scales-transposed-b")))).orElseThrow();
    Reproduction reproduction = explanation.reproduction();
    assertThat(reproduction.command()).startsWith("fp4j explain gemm --model nvfp4-gst-f35 --a-codes ").doesNotContain("\n");
    assertThatItRuns(reproduction);
  }

  @Test
  void aProductWithAnEpilogueAndABiasCompilesTooAndKeepsNoBiasThatIsNotNeeded() throws Exception {
    Epilogue epilogue = new Epilogue(0.5f, 3, Epilogue.Combination.FUSED, Epilogue.Output.FP16);
    float[] c = new float[30];
    Arrays.fill(c, 0.3f);
    GemmTask task =
        new GemmTask("with a bias", AccumulationModels.NVFP4_GST_F35, false, random(3, 5, 128), random(4, 6, 128), c, epilogue, new float[] {1, 2.5f, -3, 0.1f, 7});
    Reproduction scaled = Diagnosis.of(List.of(played(task, fault(GemmFaults.all(), "bias-scaled")))).orElseThrow().reproduction();
    assertThat(scaled.command()).contains(" --output fp16 --bias ");
    assertThatItRuns(scaled);
    Reproduction negated = Diagnosis.of(List.of(played(task, fault(GemmFaults.all(), "d-negated")))).orElseThrow().reproduction();
    assertThat(negated.command()).doesNotContain("--bias");
    assertThatItRuns(negated);
  }

  @Test
  void theSnippetAndTheTestOfALargestMagnitudeCompileAndTheReferenceAnswersRight() throws Exception {
    float[] values = {1, Float.NaN, -5, 2, 3, 4, Float.NEGATIVE_INFINITY, 0};
    AmaxTask task = new AmaxTask("a few numbers", Profiles.TORCHAO, FloatRows.of(values, 2, 4));
    Reproduction reproduction = Diagnosis.of(List.of(played(task, fault(AmaxTask.all(), "amax-nan-other")))).orElseThrow().reproduction();
    assertThat(reproduction.command()).isEqualTo("fp4j explain block --profile torchao --rows 1 --values 7fc00000");
    assertThatItRuns(reproduction);
  }

  @Test
  void theSnippetAndTheTestOfAQuantisationCompileAndTheReferenceAnswersRight() throws Exception {
    Random random = new Random(5);
    float[] values = new float[8 * 64];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    QuantizeTask task = QuantizeTask.of("normal deviates", Profiles.TE_2_15, Blocking.ROWS, FloatRows.of(values, 8, 64), 3);
    Reproduction reproduction = Diagnosis.of(List.of(played(task, fault(QuantizeFaults.all(), "tensor-scale-inverted")))).orElseThrow().reproduction();
    assertThat(reproduction.command()).startsWith("fp4j explain block --profile te-2.15 --rows 1 --values ");
    assertThat(reproduction.command().split(",")).as("one block of 16").hasSizeLessThan(2 * 17 + 1);
    assertThatItRuns(reproduction);
  }

  @Test
  void theSnippetAndTheTestOfANumberCompileAndTheReferenceAnswersRight() throws Exception {
    EncodeTask task =
        EncodeTask.of("ties", Conversion.cuda(FloatFormat.E2M1), new float[] {0.1f, 0.25f, 0.7f, 2.5f, 5});
    Reproduction reproduction = Diagnosis.of(List.of(played(task, fault(task.faults(), "ties-away")))).orElseThrow().reproduction();
    assertThat(reproduction.command()).isEqualTo("fp4j explain bits:0x3e800000 --to e2m1");
    assertThatItRuns(reproduction);
  }

  /** Compiles both, runs the snippet, and sees the reference give what must come out. */
  private void assertThatItRuns(Reproduction reproduction) throws Exception {
    int start = reproduction.snippet().lastIndexOf("import ");
    int end = reproduction.snippet().indexOf('\n', start) + 1;
    String main =
        reproduction.snippet().substring(0, end) + "public class Snippet { public static void main(String[] arguments) {\n" + reproduction.snippet().substring(end) + "}}\n";
    compile("Snippet", main);
    compile("ReproductionTest", reproduction.test());
    PrintStream out = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
      System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
      loader.loadClass("Snippet").getMethod("main", String[].class).invoke(null, (Object) new String[0]);
    } finally {
      System.setOut(out);
    }
    String line = printed.toString(StandardCharsets.UTF_8).strip();
    assertThat(line).matches("is (.*), must be \\1");
  }

  private void compile(String name, String source) throws Exception {
    Path file = Files.writeString(folder.resolve(name + ".java"), source);
    StringWriter messages = new StringWriter();
    PrintWriter printer = new PrintWriter(messages);
    String path = System.getProperty("jdk.module.path", "") + File.pathSeparator + System.getProperty("java.class.path");
    int status =
        ToolProvider.findFirst("javac").orElseThrow().run(printer, printer, "-proc:none", "-cp", path, "-d", folder.toString(), file.toString());
    assertThat(status).as(messages + "\n" + source).isZero();
  }
}
