package io.github.fp4j.simd.gemm;

import io.github.fp4j.formats.ExactValue;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.Objects;

/**
 * How large rows of scaled E2M1 are in units of the smallest bit that they use: what says that float32 and float64 sums of their products are exact.
 *
 * <p>Let every element of a run of A be a multiple of 2^e and of B of 2^f. All products and all their sums are multiples of q = 2^(e + f), and by Cauchy and
 * Schwarz the magnitudes of the products add up to at most norm(A) * norm(B). If that is below 2^24 q, every partial sum is a float32, in any order; below 2^53 q,
 * a float64. The numbers kept are norm(A) / 2^e.
 */
final class RowBounds {

  /** Elements whose products are summed in float32. */
  static final int RUN = 256;

  /** Below it the product of two norms certifies a float32 sum. */
  static final double FLOAT_LIMIT = 0x1p24;

  /** Below it the product of two norms certifies a float64 sum. */
  static final double DOUBLE_LIMIT = 0x1p53;

  /** Exponents of two operands within these add up to a float's: sums are neither subnormal past 2^-149 nor infinite. */
  private static final int MIN_EXPONENT = -74;

  private static final int MAX_EXPONENT = 52;
  private static final double ROUNDED_UP = 1 + 0x1p-40;

  /** Of a byte of two codes: the sum of their squares, in quarters. */
  private static final int[] SQUARES = squares();

  /** Of a scale byte: its square over four (an element counts halves), and the exponent of its last bit less one; NaN for a NaN. */
  private final double[] scaleSquares = new double[256];

  private final int[] scaleExponents = new int[256];
  private final int block;

  RowBounds(OperandFormat format) {
    block = format.block();
    FloatFormat scale = Objects.requireNonNull(format.scale());
    for (int code = 0; code < 256; code++) {
      ExactValue value = ExactValue.of(scale, code & scale.codeCount() - 1);
      boolean finite = value.kind() == ExactValue.Kind.FINITE;
      int zeros = value.isZero() || !finite ? 0 : Long.numberOfTrailingZeros(value.significand());
      scaleExponents[code] = value.exponent() + zeros - 1;
      double magnitude = value.significand() * Math.scalb(1.0, value.exponent() - 1);
      boolean inRange = value.isZero() || scaleExponents[code] >= MIN_EXPONENT && scaleExponents[code] <= MAX_EXPONENT;
      scaleSquares[code] = finite && inRange ? magnitude * magnitude : Double.NaN;
    }
  }

  private static int[] squares() {
    int[] halves = {0, 1, 2, 3, 4, 6, 8, 12};
    int[] squares = new int[256];
    for (int pair = 0; pair < 256; pair++) {
      int low = halves[pair & 7];
      int high = halves[pair >> 4 & 7];
      squares[pair] = low * low + high * high;
    }
    return squares;
  }

  /** Runs in a row of {@code k} elements. */
  static int runs(int k) {
    return Math.ceilDiv(k, RUN);
  }

  /**
   * One row. What holds a NaN, or scales past what float32 sums bear, gets NaN, which certifies nothing.
   *
   * @param norms takes the norm of each run in its own unit, then that of the row in the smallest of these units: {@code runs(k) + 1} numbers
   */
  void measure(GemmOperand operand, int row, double[] norms, int offset) {
    int k = operand.k();
    int runs = runs(k);
    int smallest = MAX_EXPONENT;
    double rowSquares = 0; // in units of 4^smallest
    for (int run = 0; run < runs; run++) {
      int end = Math.min((run + 1) * RUN, k);
      double squares = 0;
      int exponent = MAX_EXPONENT;
      for (int from = run * RUN; from < end; from += block) {
        int scale = operand.scales()[(row * k + from) / block] & 0xFF;
        squares += scaleSquares[scale] * sumOfSquares(operand.codes(), (row * k + from) / 2);
        exponent = scaleSquares[scale] == 0 ? exponent : Math.min(exponent, scaleExponents[scale]);
      }
      norms[offset + run] = Math.sqrt(squares) * Math.scalb(ROUNDED_UP, -exponent);
      int before = smallest;
      smallest = Math.min(smallest, exponent);
      rowSquares = rowSquares * Math.scalb(1.0, 2 * (before - smallest)) + squares * Math.scalb(1.0, -2 * smallest);
    }
    norms[offset + runs] = Math.sqrt(rowSquares) * ROUNDED_UP;
  }

  private int sumOfSquares(byte[] codes, int offset) {
    int sum = 0;
    for (int i = 0; i < block / 2; i++) {
      sum += SQUARES[codes[offset + i] & 0xFF];
    }
    return sum;
  }
}
