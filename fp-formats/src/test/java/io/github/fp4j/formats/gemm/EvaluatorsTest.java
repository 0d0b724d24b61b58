package io.github.fp4j.formats.gemm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.formats.gemm.AccumulationModel.Addend;
import io.github.fp4j.formats.gemm.AccumulationModel.Alignment;
import io.github.fp4j.formats.gemm.AccumulationModel.Cut;
import io.github.fp4j.formats.gemm.AccumulationModel.Output;
import io.github.fp4j.formats.gemm.AccumulationModel.Step;
import io.github.fp4j.formats.gemm.AccumulationModel.ZeroTerms;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Three evaluators that share no arithmetic give the same bits: the reference, the fast kernels, and fractions ({@link BruteForce}). */
class EvaluatorsTest {
  private static final int ROWS = 10;
  private static final int CASES_PER_BATCH = ROWS * ROWS;

  private static final List<AccumulationModel> FP4_MODELS =
      AccumulationModels.all().stream()
          .filter(model -> model.operands().contains(OperandFormat.NVFP4) || model.operands().contains(OperandFormat.MXFP4))
          .filter(model -> !model.id().startsWith("blackwell"))
          .toList();

  /** How many k64 cases were compared, and how many differed. */
  private record Comparison(long cases, long differences, String first) {
    Comparison plus(Comparison other) {
      return new Comparison(cases + other.cases, differences + other.differences, differences > 0 ? first : other.first);
    }
  }

  @Test
  void everyFp4ModelAgreesOnRandomSteps() {
    for (AccumulationModel model : FP4_MODELS) {
      for (OperandFormat format : List.of(OperandFormat.NVFP4, OperandFormat.MXFP4)) {
        if (model.supports(format, format)) {
          assertThat(compare(model, format, 30)).as(model.id() + " " + format).isEqualTo(new Comparison(3_000, 0, ""));
        }
      }
    }
    assertThat(FP4_MODELS).hasSize(15);
  }

  /** All K steps of all other instructions, on random bit patterns: NaNs, infinities, subnormals and both signs of C included. */
  @Test
  void everyOtherModelAgreesOnRandomBits() {
    List<AccumulationModel> models = AccumulationModels.all().stream().filter(model -> !FP4_MODELS.contains(model)).toList();
    assertThat(models).hasSize(27);
    for (AccumulationModel model : models) {
      long cases = 0;
      for (OperandFormat format : model.operands()) {
        Comparison comparison = compare(model, format, 6);
        assertThat(comparison.differences()).as(model.id() + " " + format + " " + comparison.first()).isZero();
        cases += comparison.cases();
      }
      assertThat(cases).as(model.id()).isEqualTo(600L * model.operands().size());
    }
  }

  /** Exact and sequential sums take every format. */
  @Test
  void softwareModelsAgreeOnEveryFormat() {
    for (AccumulationModel model : List.of(AccumulationModels.EXACT_RZ, AccumulationModels.EXACT_RNE, AccumulationModels.SEQUENTIAL_FP32)) {
      for (OperandFormat format : OperandFormat.named()) {
        assertThat(compare(model, format, 2)).as(model.id() + " " + format).isEqualTo(new Comparison(200, 0, ""));
      }
    }
  }

  /** Axes that no published model uses are evaluated all the same. */
  @Test
  void cutsToNearestAndFloorAgree() {
    for (Cut cut : Cut.values()) {
      for (ZeroTerms zeros : ZeroTerms.values()) {
        for (Alignment alignment : List.of(Alignment.FACTORS, Alignment.NORMALISED)) {
          for (boolean nearest : new boolean[] {false, true}) {
            Step step = new Step(64, 16, alignment, 30, cut, zeros);
            AccumulationModel model =
                new AccumulationModel("custom", "1", "test", List.of(OperandFormat.NVFP4), step, Addend.FUSED, new Output(AccumulatorType.FP32, nearest));
            assertThat(compare(model, OperandFormat.NVFP4, 5)).as(step + " " + model.output()).isEqualTo(new Comparison(500, 0, ""));
          }
        }
      }
    }
  }

  /** Steps chain in ascending order of K: the accumulator of one is the C of the next. */
  @Test
  void longerProductsAgree() {
    for (AccumulationModel model : FP4_MODELS) {
      OperandFormat format = model.supports(OperandFormat.NVFP4, OperandFormat.NVFP4) ? OperandFormat.NVFP4 : OperandFormat.MXFP4;
      RandomCases cases = new RandomCases(7);
      GemmOperand a = cases.operand(format, ROWS, 256);
      GemmOperand b = cases.operand(format, ROWS, 256);
      Gemm fast = Gemm.of(model, a, b);
      Gemm reference = Gemm.reference(model, a, b);
      BruteForce fractions = new BruteForce(model, a, b);
      for (int i = 0; i < CASES_PER_BATCH; i++) {
        int c = cases.c();
        int expected = fractions.dot(i / ROWS, i % ROWS, c);
        assertThat(fast.dot(i / ROWS, i % ROWS, c)).as(model.id() + " fast, case " + i).isEqualTo(expected);
        assertThat(reference.dot(i / ROWS, i % ROWS, c)).as(model.id() + " reference, case " + i).isEqualTo(expected);
      }
    }
  }

  /** A million products of K = 64 for each model, wide scales and random bits among them, over all pairs of its formats, or of the FP4 ones under FP4 models. */
  @Tag("exhaustive")
  @Test
  void everyModelAgreesOnAMillionRandomProducts() {
    long cases = 0;
    for (AccumulationModel model : AccumulationModels.all()) {
      List<OperandFormat[]> pairs = pairs(model);
      Comparison comparison = compare(10_000, batch -> compareBatch(model, pairs.get(batch % pairs.size()), batch));
      assertThat(comparison).as(model.id()).isEqualTo(new Comparison(1_000_000, 0, ""));
      cases += comparison.cases();
    }
    assertThat(cases).isEqualTo(42_000_000);
  }

  private static List<OperandFormat[]> pairs(AccumulationModel model) {
    List<OperandFormat> formats = FP4_MODELS.contains(model) ? List.of(OperandFormat.NVFP4, OperandFormat.MXFP4) : model.operands();
    return formats.stream()
        .flatMap(a -> formats.stream().filter(b -> model.supports(a, b)).map(b -> new OperandFormat[] {a, b}))
        .toList();
  }

  private static Comparison compare(AccumulationModel model, OperandFormat format, int batches) {
    return compare(batches, seed -> compareBatch(model, new OperandFormat[] {format, format}, seed));
  }

  private static Comparison compare(int batches, IntFunction<Comparison> batch) {
    return IntStream.range(0, batches).parallel().mapToObj(batch).reduce(new Comparison(0, 0, ""), Comparison::plus);
  }

  private static Comparison compareBatch(AccumulationModel model, OperandFormat[] formats, int seed) {
    RandomCases cases = new RandomCases(seed);
    GemmOperand a = cases.operand(formats[0], ROWS, 64);
    GemmOperand b = cases.operand(formats[1], ROWS, 64);
    Gemm fast = Gemm.of(model, a, b);
    Gemm reference = Gemm.reference(model, a, b);
    BruteForce fractions = new BruteForce(model, a, b);
    long differences = 0;
    String first = "";
    for (int i = 0; i < CASES_PER_BATCH; i++) {
      int row = i / ROWS;
      int column = i % ROWS;
      int c = model.output().type() == AccumulatorType.FP16 ? cases.halfC() : cases.c();
      int expected = fractions.dot(row, column, c);
      int slow = reference.dot(row, column, c);
      int quick = fast.dot(row, column, c);
      if (slow != expected || quick != expected) {
        first = differences++ == 0
            ? "seed %d row %d column %d C %08x: fractions %08x, reference %08x, fast %08x".formatted(seed, row, column, c, expected, slow, quick)
            : first;
      }
    }
    return new Comparison(CASES_PER_BATCH, differences, first);
  }
}
