package io.github.fp4j.conformance.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.Epilogue;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Explanations of answers that are made here, without a judge. */
class DiagnosisTest {
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

  private static GemmTask task(float[] c, Epilogue epilogue) {
    return new GemmTask("a random product", AccumulationModels.NVFP4_GST_F35, false, random(1, 9, 192), random(2, 7, 192), c, epilogue, null);
  }

  private static Observation<GemmTask> observation(GemmTask task, int[] actual) {
    return Observation.whole(task, task.right(), actual, null);
  }

  private static Fault<GemmTask> fault(String id) {
    return GemmFaults.all().stream().filter(fault -> fault.id().equals(id)).findFirst().orElseThrow();
  }

  private static int[] played(String id, GemmTask task) {
    Answers answers = fault(id).device().answers(task, null);
    int[] actual = new int[task.rows() * task.columns()];
    for (int i = 0; i < actual.length; i++) {
      actual[i] = answers.at(i);
    }
    return actual;
  }

  @Test
  void rightAnswersNeedNoExplanation() {
    GemmTask task = task(null, Epilogue.NONE);
    assertThat(Diagnosis.of(List.of(observation(task, task.right())))).isEmpty();
  }

  @Test
  void faultsOfTheEpilogueAreNamed() {
    GemmTask task = task(new float[63], new Epilogue(1 / 3f, 0, Epilogue.Combination.FUSED, Epilogue.Output.FP32));
    for (String id : List.of("alpha-missing", "alpha-inverted", "alpha-twice")) {
      Explanation explanation = Diagnosis.of(List.of(observation(task, played(id, task)))).orElseThrow();
      assertThat(explanation.causes()).extracting(Explanation.Cause::fault).containsExactly(id);
    }
    Explanation missing = Diagnosis.of(List.of(observation(task, played("alpha-missing", task)))).orElseThrow();
    assertThat(missing.summary())
        .isEqualTo("The result is not multiplied by alpha: the tensor scales are missing. This explains all 63 mismatches and all 0 matches of 1 task.");
  }

  /** As many biases as rows; with 9 rows and 7 columns a bias may be taken by column too. */
  @Test
  void faultsOfTheBiasAreNamed() {
    float[] bias = {1.5f, -2.25f, 3, 0.125f, -7, 1000, 0.3f, -0.7f, 12};
    Epilogue epilogue = new Epilogue(1 / 3f, 0, Epilogue.Combination.FUSED, Epilogue.Output.BF16);
    GemmTask task = task(null, epilogue).withBias(bias);
    for (String id : List.of("bias-ignored", "bias-negated", "bias-scaled", "bias-of-first-row", "bias-of-column", "bias-after-rounding", "output-not-rounded", "alpha-missing")) {
      Explanation explanation = Diagnosis.of(List.of(observation(task, played(id, task)))).orElseThrow();
      assertThat(explanation.causes()).as(id).extracting(Explanation.Cause::fault).containsExactly(id);
      assertThat(explanation.first()).as(id).anyMatch(line -> line.startsWith("bias of row "));
    }
  }

  private static QuantizeTask matrix(float[] values, int rows) {
    QuantizationProfile profile = Profiles.TE_2_15;
    FloatRows from = FloatRows.of(values, rows, values.length / rows);
    return QuantizeTask.of("a matrix", profile, Blocking.ROWS, from, profile.tensorScaleOf(20));
  }

  private static float[] normal(int count) {
    Random random = new Random(11);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian() * (1 + i / 64);
    }
    return values;
  }

  @Test
  void faultsOfATensorScaleAreNamed() {
    QuantizationProfile keeping = Profiles.TORCHAO;
    float[] values = normal(8 * 64);
    values[100] = Float.NaN;
    QuantizeTask withNan = QuantizeTask.of("a NaN", keeping, Blocking.ROWS, FloatRows.of(values, 8, 64), keeping.tensorScaleOf(20));
    assertThat(keeping.keepsNanInAmax()).isTrue();
    assertThat(causes(withNan, "tensor-scale-nan-swallowed")).containsExactly("tensor-scale-nan-swallowed");
    QuantizeTask task = matrix(normal(8 * 64), 8);
    for (String id : List.of("tensor-scale-inverted", "tensor-scale-twice", "tensor-scale-of-first-row", "tensor-scale-of-row")) {
      assertThat(causes(task, id)).as(id).containsExactly(id);
    }
    assertThat(causes(task, "tensor-scale-of-own-amax")).as("a scale that is stored as the largest magnitude is the same as a raw one")
        .containsExactly("tensor-scale-raw-amax", "tensor-scale-of-own-amax", "tensor-scale-nan-swallowed", "tensor-scale-nan-kept");
    QuantizeTask inverse = QuantizeTask.of("torchao", keeping, Blocking.ROWS, FloatRows.of(normal(8 * 64), 8, 64), keeping.tensorScaleOf(20));
    assertThat(causes(inverse, "tensor-scale-raw-amax")).containsExactly("tensor-scale-raw-amax");
  }

  private static List<String> causes(QuantizeTask task, String id) {
    Fault<QuantizeTask> fault = QuantizeFaults.all().stream().filter(one -> one.id().equals(id)).findFirst().orElseThrow();
    Answers answers = fault.device().answers(task, null);
    int[] right = task.right();
    int[] actual = new int[right.length];
    Arrays.setAll(actual, answers::at);
    return Diagnosis.of(List.of(Observation.whole(task, right, actual, null))).orElseThrow().causes().stream().map(Explanation.Cause::fault).toList();
  }

  /** Every one of them on matrices that tell them apart: a NaN in the middle, an infinity, the largest at an edge, something larger between the rows. */
  @Test
  void faultsOfTheLargestMagnitudeAreNamed() {
    List<AmaxTask> tasks = new ArrayList<>();
    for (QuantizationProfile profile : List.of(Profiles.TE_2_15, Profiles.TORCHAO)) {
      for (float special : new float[] {0, Float.NaN, Float.NEGATIVE_INFINITY}) {
        for (int largest : new int[] {3, 40, 45, 3 * 53 + 49, 3 * 53 + 2}) {
          float[] values = normal(4 * 53);
          for (int row = 0; row < 4; row++) {
            Arrays.fill(values, row * 53 + 50, row * 53 + 53, 300);
          }
          values[largest] = largest % 2 == 0 ? 20.123457f : -20.123457f;
          values[60] = special;
          tasks.add(new AmaxTask("special " + special, profile, new FloatRows(values, 0, 53, 4, 50)));
        }
      }
      tasks.add(new AmaxTask("subnormal", profile, FloatRows.of(new float[] {0, 1e-40f, -1e-41f}, 1, 3)));
    }
    for (Fault<AmaxTask> fault : AmaxTask.all()) {
      List<Observation<AmaxTask>> observations = new ArrayList<>();
      for (AmaxTask task : tasks) {
        observations.add(Observation.whole(task, task.right(), new int[] {fault.device().answers(task, null).at(0)}, null));
      }
      assertThat(Diagnosis.of(observations).orElseThrow().causes()).as(fault.id()).extracting(Explanation.Cause::fault).containsExactly(fault.id());
    }
  }

  @Test
  void oneOutputThatTheFaultDoesNotGiveRefutesIt() {
    GemmTask task = task(null, Epilogue.NONE);
    int[] actual = played("scales-switched", task);
    actual[17] ^= 1;
    Explanation explanation = Diagnosis.of(List.of(observation(task, actual))).orElseThrow();
    assertThat(explanation.causes()).isEmpty();
    assertThat(explanation.summary()).matches("None of the \\d+ known faults explains all \\d+ mismatches and all \\d+ matches of 1 task\\.");
    assertThat(explanation.statistics()).anyMatch(line -> line.matches("rows: \\d of 9 have mismatches, \\d nothing else: .*"));
  }

  @Test
  void aMatchRefutesAsWellAsAMismatch() {
    GemmTask task = task(null, Epilogue.NONE);
    int[] actual = played("d-negated", task);
    actual[5] = task.right()[5];
    assertThat(Diagnosis.of(List.of(observation(task, actual))).orElseThrow().causes()).isEmpty();
  }

  @Test
  void theFirstMismatchIsShownInFull() {
    GemmTask task = task(null, Epilogue.NONE);
    int[] actual = task.right();
    actual[9] = 0x42280000;
    List<String> first = Diagnosis.of(List.of(observation(task, actual))).orElseThrow().first();
    assertThat(first.getFirst()).isEqualTo("a random product: D[1, 2] of 9 x 7, K = 192");
    assertThat(first).anyMatch(line -> line.startsWith("codes of A's row 1:   "));
    assertThat(first).anyMatch(line -> line.startsWith("exactly "));
    assertThat(first).anyMatch(line -> line.startsWith("must be 0x") && line.endsWith(", is 0x42280000 (42.0)"));
    assertThat(first).anyMatch(line -> line.startsWith("  nvfp4-gst-f35 ")).anyMatch(line -> line.startsWith("  te-reference "));
  }
}
