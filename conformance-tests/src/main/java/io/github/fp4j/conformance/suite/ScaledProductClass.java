package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Mismatch;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * X4: every E2M1 product under both UE4M3 scales, as the one term of a sum: 256 products times 256 times 256 scale bytes. A row of either operand has one scale and
 * one code, and zeros in the rest of K. Twelve significant bits are exact in float32 under every accumulator, so that one value is right; a scale that is NaN gives
 * NaN, and the sign of a zero sum is the accumulator's own affair.
 */
final class ScaledProductClass implements CoverageClass {
  private static final int CODES = 16;
  private static final int SCALES = 256;
  private static final int K = 64;
  private static final byte ONE = 0x38;

  @Override
  public String suite() {
    return "X4";
  }

  @Override
  public String id() {
    return "X4/nvfp4";
  }

  @Override
  public long cases() {
    return (long) CODES * CODES * SCALES * SCALES;
  }

  @Override
  public boolean exhaustive() {
    return true;
  }

  @Override
  public boolean appliesTo(Backend subject) {
    return subject.gemms().flatMap(ScaledProductClass::model).isPresent();
  }

  /** Its own accumulator, or else the first of the models that it follows. */
  private static Optional<String> model(GemmKernels kernels) {
    return Stream.concat(Stream.of(GemmKernels.OWN), AccumulationModels.all().stream().map(AccumulationModel::id))
        .filter(model -> kernels.supports(model, OperandFormat.NVFP4, OperandFormat.NVFP4))
        .findFirst();
  }

  @Override
  public void run(Backend subject, Tally tally, Workers workers) throws Exception {
    GemmKernels kernels = subject.gemms().orElseThrow();
    String model = model(kernels).orElseThrow();
    GemmOperand b = operand(IntStream.range(0, SCALES).toArray());
    workers.share(SCALES, () -> worker(kernels, model, b, tally));
  }

  /** One row for each scale and code, scale by scale. */
  private static GemmOperand operand(int... ofScales) {
    int rows = ofScales.length * CODES;
    byte[] codes = new byte[rows * K / 2];
    byte[] blockScales = new byte[rows * K / OperandFormat.NVFP4.block()];
    Arrays.fill(blockScales, ONE);
    for (int row = 0; row < rows; row++) {
      codes[row * K / 2] = (byte) (row % CODES);
      blockScales[row * K / OperandFormat.NVFP4.block()] = (byte) ofScales[row / CODES];
    }
    return new GemmOperand(OperandFormat.NVFP4, rows, K, codes, blockScales);
  }

  private static IntConsumer worker(GemmKernels kernels, String model, GemmOperand b, Tally tally) {
    float[] products = new float[CODES * b.rows()];
    return piece -> {
      GemmOperand a = operand(piece);
      Arrays.fill(products, Float.NEGATIVE_INFINITY);
      kernels.multiply(model, a, b, null, products);
      for (int i = 0; i < products.length; i++) {
        float right = factor(a, i / b.rows()) * factor(b, i % b.rows());
        if (right == 0 ? products[i] != 0 : !FloatTarget.same(right, products[i])) {
          int wrong = i;
          tally.mismatch(
              (long) piece * products.length + i, Float.isNaN(right) ? Verdict.NAN_PAYLOAD : Verdict.MISMATCH,
              () -> mismatch(a, wrong / b.rows(), b, wrong % b.rows(), right, products[wrong]));
        }
      }
      tally.judged(products.length);
    };
  }

  /** Scale times element: at most six significant bits. */
  private static float factor(GemmOperand operand, int row) {
    return ReferenceCodec.decode(FloatFormat.UE4M3, operand.scale(row, 0)) * ReferenceCodec.decode(FloatFormat.E2M1, operand.code(row, 0));
  }

  private static Mismatch mismatch(GemmOperand a, int rowA, GemmOperand b, int rowB, float right, float wrong) {
    String input =
        "A: code 0x%x, scale 0x%02x; B: code 0x%x, scale 0x%02x".formatted(a.code(rowA, 0), a.scale(rowA, 0), b.code(rowB, 0), b.scale(rowB, 0));
    return new Mismatch(Float.isNaN(right) ? Verdict.NAN_PAYLOAD : Verdict.MISMATCH, input, BlockTarget.text(right), BlockTarget.text(wrong));
  }
}
