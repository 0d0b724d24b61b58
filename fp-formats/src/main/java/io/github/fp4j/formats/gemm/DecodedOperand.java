package io.github.fp4j.formats.gemm;

import io.github.fp4j.formats.ExactValue;
import io.github.fp4j.formats.FloatFormat;
import java.util.Arrays;

/**
 * The scaled elements of an operand as integers times powers of two, {@code significands[i] * 2^exponents[i]}, row-major, and the exponents by which products
 * are aligned.
 */
final class DecodedOperand {
  final int[] significands;
  final int[] exponents;
  /** Of the element and of its scale, added. */
  final int[] alignments;
  /** Of the scale alone, 0 without scales. */
  final int[] scaleAlignments;
  private final boolean[] finite;

  DecodedOperand(GemmOperand operand) {
    int length = operand.rows() * operand.k();
    significands = new int[length];
    exponents = new int[length];
    alignments = new int[length];
    scaleAlignments = new int[length];
    finite = new boolean[operand.rows()];
    Arrays.fill(finite, true);
    FloatFormat scale = operand.format().scale();
    for (int at = 0; at < length; at++) {
      int row = at / operand.k();
      int index = at % operand.k();
      set(at, row, operand.format().element(), operand.code(row, index));
      if (scale != null) {
        int significand = significands[at];
        int exponent = exponents[at];
        int alignment = alignments[at];
        set(at, row, scale, operand.scale(row, index));
        scaleAlignments[at] = alignments[at];
        significands[at] *= significand;
        exponents[at] += exponent;
        alignments[at] += alignment;
      }
    }
  }

  private void set(int at, int row, FloatFormat format, int code) {
    ExactValue value = ExactValue.of(format, code);
    finite[row] &= value.kind() == ExactValue.Kind.FINITE;
    significands[at] = (int) (value.negative() ? -value.significand() : value.significand());
    exponents[at] = value.exponent();
    int binade = value.exponent() + 63 - Long.numberOfLeadingZeros(value.significand());
    alignments[at] = value.isZero() ? AccumulationModel.ZERO_EXPONENT : Math.max(binade, format.minExponent());
  }

  /** Whether no element and no scale of the row is infinite or NaN. */
  boolean isFinite(int row) {
    return finite[row];
  }
}
