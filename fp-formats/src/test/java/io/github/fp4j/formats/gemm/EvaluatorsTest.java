package io.github.fp4j.formats.gemm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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

  @Tag("exhaustive")
  @Test
  void everyFp4ModelAgreesOnAMillionRandomSteps() {
    for (AccumulationModel model : FP4_MODELS) {
      OperandFormat format = model.supports(OperandFormat.NVFP4, OperandFormat.NVFP4) ? OperandFormat.NVFP4 : OperandFormat.MXFP4;
      long start = System.nanoTime();
      assertThat(compare(model, format, 10_000)).as(model.id()).isEqualTo(new Comparison(1_000_000, 0, ""));
      System.out.println(model.id() + " " + (System.nanoTime() - start) / 1_000_000);
    }
  }

  private static Comparison compare(AccumulationModel model, OperandFormat format, int batches) {
    return IntStream.range(0, batches).parallel()
        .mapToObj(seed -> compareBatch(model, format, seed))
        .reduce(new Comparison(0, 0, ""), Comparison::plus);
  }

  private static Comparison compareBatch(AccumulationModel model, OperandFormat format, int seed) {
    RandomCases cases = new RandomCases(seed);
    GemmOperand a = cases.operand(format, ROWS, 64);
    GemmOperand b = cases.operand(format, ROWS, 64);
    Gemm fast = Gemm.of(model, a, b);
    Gemm reference = Gemm.reference(model, a, b);
    long differences = 0;
    String first = "";
    for (int i = 0; i < CASES_PER_BATCH; i++) {
      int row = i / ROWS;
      int column = i % ROWS;
      int c = cases.c();
      int expected = BruteForce.dot(model, a, row, b, column, c);
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
