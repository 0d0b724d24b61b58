package io.github.fp4j.formats.gemm;

import io.github.fp4j.formats.FloatFormat;

/**
 * Says of each output of a product whether it has one right answer in float32, whatever the accumulator.
 *
 * <p>Let q be the largest power of two that divides every term and C. If the magnitudes of all terms and C add up to less than 2^24 q, every partial sum in any
 * order is a multiple of q below 2^24 q: a float32, so that no rounding ever happens. For accumulators that align by the factors' exponents (fused sums) one
 * thing must be added: no exponent that they may align by, those of zero terms included, is more than 25 above q. Without it a group that is zero under large
 * scales makes such a device drop the bits of the others ({@link Discriminators} V5 and V6, where a single nonzero term is left).
 *
 * <p>It speaks of accumulators with float32 results that keep at least 25 bits right of the largest exponent: all that this project knows for FP4.
 */
public final class Certificate {
  private static final int PRECISION = 24;
  private static final int FRACTION_BITS = 25;

  /** What an output's exactness rests on; each level includes the ones before. */
  public enum Exactness {
    /** Devices may differ. */
    NONE,
    /** Exact in any order of whole groups of 16, for devices that sum within a group exactly (all k64 instructions do). */
    GROUPS,
    /** Exact in any order of single products. */
    PRODUCTS
  }

  private final GemmOperand a;
  private final DecodedOperand decodedA;
  private final DecodedOperand decodedB;
  private final boolean grouped;

  /**
   * Prepares the operands.
   *
   * @throws IllegalArgumentException if their K differ
   */
  public Certificate(GemmOperand a, GemmOperand b) {
    if (a.k() != b.k()) {
      throw new IllegalArgumentException("k = " + a.k() + " of A, " + b.k() + " of B: expected the same");
    }
    this.a = a;
    decodedA = new DecodedOperand(a);
    decodedB = new DecodedOperand(b);
    grouped = isGrouped(a.format()) && isGrouped(b.format());
  }

  private static boolean isGrouped(OperandFormat format) {
    return format.element() == FloatFormat.E2M1 && format.block() != 0 && format.block() % 16 == 0;
  }

  /**
   * The exactness of one output. Infinite or NaN inputs certify nothing.
   *
   * @param c the initial accumulator
   */
  public Exactness exactness(int row, int column, float c) {
    if (!decodedA.isFinite(row) || !decodedB.isFinite(column) || !Float.isFinite(c)) {
      return Exactness.NONE;
    }
    if (isExact(row, column, c, 1)) {
      return Exactness.PRODUCTS;
    }
    return grouped && isExact(row, column, c, 16) ? Exactness.GROUPS : Exactness.NONE;
  }

  private boolean isExact(int row, int column, float c, int group) {
    AccumulatorType type = AccumulatorType.FP32;
    int bits = Float.floatToRawIntBits(c);
    int terms = a.k() / group;
    long[] significands = new long[terms + 1];
    int[] exponents = new int[terms + 1];
    significands[terms] = type.significand(bits);
    exponents[terms] = type.quantum(bits);
    int largest = significands[terms] == 0 ? AccumulationModel.ZERO_EXPONENT : type.exponent(bits);
    for (int term = 0; term < terms; term++) {
      int i = row * a.k() + term * group;
      int j = column * a.k() + term * group;
      exponents[term] = smallestExponent(i, j, group);
      for (int n = 0; n < group; n++) {
        long product = (long) decodedA.significands[i + n] * decodedB.significands[j + n];
        significands[term] += product == 0 ? 0 : product << decodedA.exponents[i + n] + decodedB.exponents[j + n] - exponents[term];
        if (group == 1) {
          largest = Math.max(largest, decodedA.alignments[i + n] + decodedB.alignments[j + n]);
        }
      }
      if (grouped) {
        largest = Math.max(largest, decodedA.scaleAlignments[i] + decodedB.scaleAlignments[j]);
      }
    }
    return fits(significands, exponents, largest);
  }

  private int smallestExponent(int i, int j, int group) {
    int smallest = Integer.MAX_VALUE;
    for (int n = 0; n < group; n++) {
      if (decodedA.significands[i + n] != 0 && decodedB.significands[j + n] != 0) {
        smallest = Math.min(smallest, decodedA.exponents[i + n] + decodedB.exponents[j + n]);
      }
    }
    return smallest;
  }

  private static boolean fits(long[] significands, int[] exponents, int largestAlignment) {
    int quantum = Integer.MAX_VALUE;
    for (int i = 0; i < significands.length; i++) {
      if (significands[i] != 0) {
        quantum = Math.min(quantum, exponents[i] + Long.numberOfTrailingZeros(significands[i]));
      }
    }
    if (quantum == Integer.MAX_VALUE) {
      return true;
    }
    if (quantum < -149 || quantum + PRECISION > 128 || largestAlignment > quantum + FRACTION_BITS) {
      return false;
    }
    long sum = 0;
    for (int i = 0; i < significands.length; i++) {
      if (significands[i] != 0) {
        long odd = Math.abs(significands[i]) >>> Long.numberOfTrailingZeros(significands[i]);
        int shift = exponents[i] + Long.numberOfTrailingZeros(significands[i]) - quantum;
        if (64 - Long.numberOfLeadingZeros(odd) + shift > PRECISION) {
          return false;
        }
        sum += odd << shift;
      }
    }
    return sum < 1L << PRECISION;
  }
}
