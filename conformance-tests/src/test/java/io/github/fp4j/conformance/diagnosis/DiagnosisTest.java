package io.github.fp4j.conformance.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.Epilogue;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
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
    return new GemmTask("a random product", AccumulationModels.NVFP4_GST_F35, false, random(1, 9, 192), random(2, 7, 192), c, epilogue);
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
