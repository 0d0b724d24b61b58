package io.github.fp4j.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Judge;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The GEMM suites: their counts, and that every wrong device is caught by exactly the classes named here. That the reference passes all is JudgeTest's. */
class GemmSuitesTest {
  private static final String F35 = AccumulationModels.NVFP4_GST_F35.id();
  private static final List<CoverageClass> QUESTIONS = GemmSuites.at(Level.QUICK);
  private static final GemmStub.Fault NONE = GemmStub.Operands::new;
  private static List<ClassResult> judge(Backend subject) throws InterruptedException {
    try (Workers workers = new Workers(2)) {
      List<ClassResult> results = new Judge(QUESTIONS, 20).judge(List.of(subject), workers, Judge.Listener.SILENT);
      return results.stream().filter(result -> result.verdict() != Verdict.UNSUPPORTED).toList();
    }
  }

  /** The verdict of each class that was put to a device under {@code claimed}, by its id without the model. */
  private static Map<String, Verdict> verdicts(String claimed, AccumulationModel actual, GemmStub.Fault fault) throws InterruptedException {
    List<ClassResult> results = judge(new GemmStub(claimed, actual, fault));
    return results.stream().collect(Collectors.toMap(result -> result.id().replace("/" + claimed, ""), ClassResult::verdict));
  }

  private static Map<String, Verdict> expected(Verdict codes, Verdict scales, Verdict certified, Verdict discriminators) {
    return Map.of("X4/codes", codes, "X4/scales", scales, "XG/nvfp4", certified, "XD", discriminators, "XR/nvfp4", Verdict.MISMATCH);
  }

  private static GemmOperand with(GemmOperand operand, byte[] codes, byte[] scales) {
    return new GemmOperand(operand.format(), operand.rows(), operand.k(), codes, scales);
  }

  @Tag("exhaustive")
  @Test
  void theReferenceMultipliesAllCodesUnderAllScales() throws InterruptedException {
    try (Workers workers = new Workers(2)) {
      List<CoverageClass> question = List.of(new ScaledProductClass(F35, true));
      ClassResult result = new Judge(question, 20).judge(List.of(ReferenceBackend.INSTANCE), workers, Judge.Listener.SILENT).getFirst();
      assertThat(result.verdict()).isEqualTo(Verdict.PASS);
      assertThat(result.judged()).isEqualTo(1L << 24);
    }
  }

  @Test
  void theSpacesHaveTheSizesOfTheCoverageTable() {
    assertThat(new CodeProductClass(F35).cases()).isEqualTo(256 * 64 * 64);
    assertThat(new ScaledProductClass(F35, true).cases()).isEqualTo(16_777_216);
    assertThat(new ScaledProductClass(F35, false).cases()).isEqualTo(256 * 256 * 9);
    assertThat(new ScaledProductClass(F35, false).exhaustive()).isFalse();
    assertThat(new DiscriminatorClass(AccumulationModels.NVFP4_GST_F35).cases()).isEqualTo(5 * 24 * 24 + 3 * 12 * 12 + 4 * 4 + 6 * 6);
    assertThat(new CertifiedGemmClass(F35, new CertifiedProblems(OperandFormat.NVFP4)).cases()).as("all of them").isEqualTo(51_576);
    assertThat(new CertifiedGemmClass(F35, new CertifiedProblems(OperandFormat.MXFP4)).cases()).as("of 51576").isEqualTo(50_731);
  }

  @Test
  void certifiedProblemsUseEveryCodeAndEveryScale() {
    for (OperandFormat format : List.of(OperandFormat.NVFP4, OperandFormat.MXFP4)) {
      for (boolean ofA : new boolean[] {true, false}) {
        BitSet codes = new BitSet();
        BitSet scales = new BitSet();
        for (GemmProblem problem : new CertifiedProblems(format).all()) {
          GemmOperand operand = ofA ? problem.a() : problem.b();
          int[] rows = problem.judged().stream().map(i -> ofA ? i / problem.b().rows() : i % problem.b().rows()).distinct().toArray();
          for (int row : rows) {
            for (int i = 0; i < operand.k(); i++) {
              codes.set(operand.code(row, i));
              scales.set(operand.scale(row, i));
            }
          }
        }
        assertThat(codes.cardinality()).isEqualTo(16);
        assertThat(scales.cardinality()).as(format + " scales").isEqualTo(format.scale().codeCount() - 1);
      }
    }
  }

  @Test
  void anAccumulatorOfItsOwnIsJudgedWhereThereIsOneRightAnswer() throws InterruptedException {
    Verdict pass = Verdict.PASS;
    assertThat(verdicts(GemmKernels.OWN, AccumulationModels.BEAM_34_28, NONE)).isEqualTo(Map.of("X4/codes", pass, "X4/scales", pass, "XG/nvfp4", pass));
  }

  @Test
  void switchedScalesAreFoundWhereverAAndBDiffer() throws InterruptedException {
    GemmStub.Fault switched = (a, b) ->
        a.rows() == b.rows()
            ? new GemmStub.Operands(with(a, a.codes(), b.scales()), with(b, b.codes(), a.scales()))
            : new GemmStub.Operands(with(a, a.codes(), resized(b.scales(), a)), with(b, b.codes(), resized(a.scales(), b)));
    assertThat(verdicts(F35, AccumulationModels.NVFP4_GST_F35, switched))
        .isEqualTo(expected(Verdict.PASS, Verdict.MISMATCH, Verdict.MISMATCH, Verdict.MISMATCH));
  }

  private static byte[] resized(byte[] scales, GemmOperand operand) {
    byte[] resized = new byte[operand.scales().length];
    for (int i = 0; i < resized.length; i++) {
      resized[i] = scales[i % scales.length];
    }
    return resized;
  }

  @Test
  void swappedNibblesOfOneOperandAreFoundByCodesAndMatrices() throws InterruptedException {
    GemmStub.Fault swapped = (a, b) -> {
      byte[] codes = b.codes().clone();
      for (int i = 0; i < codes.length; i++) {
        codes[i] = (byte) (codes[i] << 4 | codes[i] >> 4 & 0xF);
      }
      return new GemmStub.Operands(a, with(b, codes, b.scales()));
    };
    Map<String, Verdict> verdicts = verdicts(F35, AccumulationModels.NVFP4_GST_F35, swapped);
    assertThat(verdicts).isEqualTo(expected(Verdict.MISMATCH, Verdict.PASS, Verdict.MISMATCH, Verdict.MISMATCH));
  }

  @Test
  void nearestEvenInPlaceOfTruncationIsFoundWhereModelsDifferAlone() throws InterruptedException {
    AccumulationModel f35 = AccumulationModels.NVFP4_GST_F35;
    AccumulationModel nearest =
        new AccumulationModel("rne", "1", "a fault", f35.operands(), f35.step(), f35.addend(), AccumulationModel.Output.FP32_RNE);
    assertThat(verdicts(F35, nearest, NONE)).isEqualTo(onlyWhereModelsDiffer());
  }

  @Test
  void otherAccumulatorsUnderAFalseNameAreFoundWhereModelsDifferAlone() throws InterruptedException {
    assertThat(verdicts(F35, AccumulationModels.NVFP4_F34, NONE)).isEqualTo(onlyWhereModelsDiffer());
    assertThat(verdicts(F35, AccumulationModels.NVFP4_GST_F35_ZERO_IGNORED, NONE)).isEqualTo(onlyWhereModelsDiffer());
  }

  private static Map<String, Verdict> onlyWhereModelsDiffer() {
    return expected(Verdict.PASS, Verdict.PASS, Verdict.PASS, Verdict.MISMATCH);
  }

  @Test
  void aDroppedLastStepIsFoundByMatrices() throws InterruptedException {
    GemmStub.Fault dropped = (a, b) -> a.k() == 64 ? new GemmStub.Operands(a, b) : new GemmStub.Operands(withoutLastStep(a), b);
    assertThat(verdicts(F35, AccumulationModels.NVFP4_GST_F35, dropped))
        .isEqualTo(expected(Verdict.PASS, Verdict.PASS, Verdict.MISMATCH, Verdict.PASS));
  }

  private static GemmOperand withoutLastStep(GemmOperand operand) {
    byte[] codes = operand.codes().clone();
    for (int row = 1; row <= operand.rows(); row++) {
      Arrays.fill(codes, row * operand.k() / 2 - 32, row * operand.k() / 2, (byte) 0);
    }
    return with(operand, codes, operand.scales());
  }
}
