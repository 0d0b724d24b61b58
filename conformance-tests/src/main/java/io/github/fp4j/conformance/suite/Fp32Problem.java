package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.gemm.AccumulatorType;
import io.github.fp4j.formats.gemm.ExactAccumulation;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Seeded products under {@link io.github.fp4j.formats.gemm.Fp32Accumulation} or correctly rounded, and what is right: a loop of fused multiply-adds, or of exact sums,
 * over elements that the reference codec decodes. NaN counts by its bits, for the accumulation fixes them.
 */
final class Fp32Problem {

  /** M, N, K: single rows and columns, parts of vectors, tiles and panels, K of one block and of many that are no power of two. */
  static final List<int[]> SHAPES =
      List.of(
          new int[] {1, 1, 32}, new int[] {1, 100, 1120}, new int[] {3, 49, 64}, new int[] {9, 33, 160}, new int[] {17, 16, 96}, new int[] {40, 130, 1056},
          new int[] {530, 3, 64});

  private static final float[] SPECIAL = {
    0, -0f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, Float.intBitsToFloat(0xFFC12345), Float.MIN_VALUE, -Float.MIN_VALUE,
    Float.MIN_NORMAL, Float.MAX_VALUE, -Float.MAX_VALUE
  };
  private static final long SEED = 0x46503332L;
  private static final int NAN = AccumulatorType.FP32.nan();

  private final SplittableRandom random;

  Fp32Problem(int number) {
    random = new SplittableRandom(SEED + number);
  }

  static long outputs() {
    return SHAPES.stream().mapToLong(shape -> (long) shape[0] * shape[1]).sum();
  }

  /** Any codes; in every fourth row any scales, NaN among them, elsewhere scales around one, so that sums are finite. */
  GemmOperand operand(OperandFormat format, int rows, int k) {
    byte[] codes = new byte[rows * k * format.storedBits() / 8];
    random.nextBytes(codes);
    byte[] scales = new byte[format.block() == 0 ? 0 : rows * k / format.block()];
    int one = format.block() == 16 ? 0x38 : 127;
    for (int i = 0; i < scales.length; i++) {
      boolean any = i / (k / format.block()) % 4 == 3;
      scales[i] = (byte) (any ? random.nextInt(256) : one + random.nextInt(-12, 13));
    }
    return new GemmOperand(format, rows, k, codes, scales);
  }

  /** Float32 below 1; in every fifth row some special values, in every third any below 2. */
  float[] activations(int rows, int k) {
    float[] values = new float[rows * k];
    for (int i = 0; i < values.length; i++) {
      values[i] = switch (i / k % 15) {
        case 4, 9, 14 -> random.nextInt(20) == 0 ? SPECIAL[random.nextInt(SPECIAL.length)] : (float) random.nextDouble(-1, 1);
        case 1, 7, 13 -> Float.intBitsToFloat(random.nextInt() & 0xBFFFFFFF);
        default -> (float) random.nextDouble(-1, 1);
      };
    }
    return values;
  }

  static float[] values(GemmOperand operand) {
    OperandFormat format = operand.format();
    float[] values = new float[operand.rows() * operand.k()];
    for (int i = 0; i < values.length; i++) {
      int row = i / operand.k();
      int index = i % operand.k();
      double scale =
          format.scale() == null ? 1 : ReferenceCodec.decodeDouble(format.scale(), operand.scale(row, index) & format.scale().codeCount() - 1);
      values[i] = (float) (ReferenceCodec.decodeDouble(format.element(), operand.code(row, index)) * scale);
    }
    return values;
  }

  /** Bits of {@code alpha * (A * transpose(B))} under {@link GemmKernels#FP32} or {@link GemmKernels#EXACT}. */
  static int[] right(String model, float[] a, float[] b, int rows, int columns, int k, float alpha) {
    ExactAccumulation exact = new ExactAccumulation();
    int[] right = new int[rows * columns];
    for (int i = 0; i < right.length; i++) {
      int fromA = i / columns * k;
      int fromB = i % columns * k;
      float d = alpha * (model.equals(GemmKernels.EXACT) ? exact.dot(a, fromA, b, fromB, k) : fused(a, fromA, b, fromB, k));
      right[i] = Float.isNaN(d) ? NAN : Float.floatToRawIntBits(d);
    }
    return right;
  }

  private static float fused(float[] a, int fromA, float[] b, int fromB, int k) {
    float accumulator = 0;
    for (int n = 0; n < k; n++) {
      accumulator = Math.fma(a[fromA + n], b[fromB + n], accumulator);
    }
    return accumulator;
  }

  /** An array in which every element is wrong. */
  static float[] poisoned(int[] right) {
    float[] d = new float[right.length];
    for (int i = 0; i < d.length; i++) {
      d[i] = right[i] == NAN ? 1 : Float.intBitsToFloat(~right[i]);
    }
    return d;
  }

  static void compare(String name, int[] shape, int[] right, float[] d, long firstCase, Tally tally) {
    for (int i = 0; i < right.length; i++) {
      if (Float.floatToRawIntBits(d[i]) != right[i]) {
        String place = "%s, K = %d: D[%d, %d]".formatted(name, shape[2], i / shape[1], i % shape[1]);
        tally.mismatch(firstCase + i, FloatTarget.mismatch(place, Float.intBitsToFloat(right[i]), d[i]));
      }
    }
    tally.judged(right.length);
  }
}
