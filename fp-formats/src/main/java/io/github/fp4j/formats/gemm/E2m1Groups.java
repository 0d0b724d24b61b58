package io.github.fp4j.formats.gemm;

import io.github.fp4j.formats.ExactValue;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.TopCodes;
import java.util.Arrays;
import java.util.Objects;

/**
 * One operand of scaled E2M1 codes laid out for exact group sums: elements in halves (2x is an integer of at most 12), four to a long in fields of 16 bits;
 * scales as significand in eighths and exponent, one entry for each group of 16.
 */
final class E2m1Groups {
  /** A scale is {@code significand / 8 * 2^exponent}, a group's sum {@code sum / 4}: units of {@code sum * significands} are 2^-8. */
  static final int UNIT = -8;

  private static final int[] HALVES = new int[16];

  static {
    for (int code = 0; code < HALVES.length; code++) {
      HALVES[code] = (int) (2 * ReferenceCodec.decode(FloatFormat.E2M1, code));
    }
  }

  final int groups;
  final int[] exponents;
  private final int[] significands;
  private final long[] fields;
  private final boolean[] hasNan;
  private final int[] minExponent;
  private final int[] maxExponent;

  /** Whether an operand of this format can be laid out so. */
  static boolean supports(OperandFormat format) {
    FloatFormat scale = format.scale();
    return format.element() == FloatFormat.E2M1
        && scale != null
        && scale.mantissaBits() <= 3
        && scale.topCodes() == TopCodes.SINGLE_NAN
        && format.block() % 16 == 0;
  }

  /** @param reversed whether the four elements of a long are in descending order, as one of two factors must be */
  E2m1Groups(GemmOperand operand, boolean reversed) {
    groups = operand.k() / 16;
    fields = new long[operand.rows() * groups * 4];
    significands = new int[operand.rows() * groups];
    exponents = new int[operand.rows() * groups];
    hasNan = new boolean[operand.rows()];
    minExponent = new int[operand.rows()];
    maxExponent = new int[operand.rows()];
    Arrays.fill(minExponent, Integer.MAX_VALUE);
    Arrays.fill(maxExponent, Integer.MIN_VALUE);
    FloatFormat scale = Objects.requireNonNull(operand.format().scale());
    for (int row = 0; row < operand.rows(); row++) {
      for (int group = 0; group < groups; group++) {
        setScale(scale, row, row * groups + group, operand.scale(row, 16 * group));
        for (int i = 0; i < 16; i++) {
          int field = reversed ? 3 - i % 4 : i % 4;
          fields[(row * groups + group) * 4 + i / 4] += (long) HALVES[operand.code(row, 16 * group + i)] << 16 * field;
        }
      }
    }
  }

  private void setScale(FloatFormat format, int row, int group, int code) {
    ExactValue value = ExactValue.of(format, code);
    hasNan[row] |= value.kind() == ExactValue.Kind.NAN;
    if (value.kind() != ExactValue.Kind.FINITE || value.isZero()) {
      exponents[group] = AccumulationModel.ZERO_EXPONENT;
      return;
    }
    int binade = value.exponent() + 63 - Long.numberOfLeadingZeros(value.significand());
    exponents[group] = Math.max(binade, format.minExponent());
    significands[group] = (int) (value.significand() << value.exponent() - exponents[group] + 3);
    minExponent[row] = Math.min(minExponent[row], exponents[group]);
    maxExponent[row] = Math.max(maxExponent[row], exponents[group]);
  }

  /** Whether a scale of the row is NaN. */
  boolean hasNan(int row) {
    return hasNan[row];
  }

  /** The smallest exponent of the row's nonzero scales; meaningless if {@link #allZero}. */
  int minExponent(int row) {
    return minExponent[row];
  }

  int maxExponent(int row) {
    return maxExponent[row];
  }

  /** Whether no scale of the row is a nonzero number. */
  boolean allZero(int row) {
    return maxExponent[row] == Integer.MIN_VALUE;
  }

  /** {@link #sum} times both scales' significands, in units of 2^{@link #UNIT} times both scales' powers of two; below 2^19. */
  int term(int group, E2m1Groups reversed, int otherGroup) {
    return sum(group, reversed, otherGroup) * (significands[group] * reversed.significands[otherGroup]);
  }

  /**
   * Four times the sum of the 16 products of a group of this operand and one of {@code reversed}; the indexes count groups over all rows.
   *
   * <p>A long is a polynomial in 2^16. With one factor's coefficients reversed the products x_i * y_i meet in the coefficient of 2^48. The lower coefficients
   * are below 2^13 in magnitude, so that adding half of 2^48 settles what they borrow, and those above 2^48 leave the long.
   */
  private int sum(int group, E2m1Groups reversed, int otherGroup) {
    int i = 4 * group;
    int j = 4 * otherGroup;
    long[] x = fields;
    long[] y = reversed.fields;
    long product = x[i] * y[j] + x[i + 1] * y[j + 1] + x[i + 2] * y[j + 2] + x[i + 3] * y[j + 3];
    return (int) (product + (1L << 47) >> 48);
  }
}
