package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.fingerprint.PackedCodes;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What makes a large M, its negative and a small u of an operand format, for the probes of the order over K: in units of {@link #unit}, M is 1.5 * 2^24 and u is
 * 2^-9. M's sign is that of A's elements.
 *
 * @param format of A and B
 * @param unit a power of two
 * @param large what gives M
 * @param small what gives u
 */
record MaskingProbe(OperandFormat format, float unit, Products large, Products small) {
  private static final int STEP = 64;

  /** Without scales M is 1.5 * 2^8 by 2^7, and u this power of two by itself. */
  private static final int SMALLEST = -9;

  /**
   * The first elements of a k64 block, all others being zero.
   *
   * @param count how many
   * @param codeOfA element of A, in the low bits
   * @param codeOfB element of B, in the low bits
   * @param scaleOfA scale of their block in A; of no meaning without scales
   * @param scaleOfB scale of their block in B
   */
  record Products(int count, int codeOfA, int codeOfB, int scaleOfA, int scaleOfB) {}

  /** E2M1 and UE4M3 need all of their range: M is sixteen products of 6 and 4 under 2^8 and 2^8, u is 1 under 2^-9. */
  private static final MaskingProbe NVFP4 = new MaskingProbe(OperandFormat.NVFP4, 1, new Products(16, 7, 6, 0x78, 0x78), new Products(1, 2, 2, 0x01, 0x38));

  /** The formats in which there is one. */
  static List<OperandFormat> formats() {
    return OperandFormat.named().stream().filter(format -> of(format).isPresent()).toList();
  }

  /** The one of a format; empty where the elements' range is too narrow for M to hide u and there are no scales. */
  static Optional<MaskingProbe> of(OperandFormat format) {
    if (format.equals(OperandFormat.NVFP4)) {
      return Optional.of(NVFP4);
    }
    FloatFormat element = format.element();
    if (FloatFormat.UE8M0.equals(format.scale())) {
      int one = code(element, 0);
      int oneAndHalf = one | 1 << element.mantissaBits() - 1;
      return Optional.of(new MaskingProbe(format, 1, new Products(1, oneAndHalf, one, 127 + 12, 127 + 12), new Products(1, one, one, 127 - 9, 127)));
    }
    int smallest = element.minExponent() - element.mantissaBits();
    if (format.scale() != null || smallest > SMALLEST) {
      return Optional.empty();
    }
    int large = code(element, 8) | 1 << element.mantissaBits() - 1;
    int small = code(element, SMALLEST);
    return Optional.of(new MaskingProbe(format, 0x1p-9f, new Products(1, large, code(element, 7), 0, 0), new Products(1, small, small, 0, 0)));
  }

  /** The code of 2^exponent. */
  private static int code(FloatFormat element, int exponent) {
    int above = exponent - element.minExponent();
    return above >= 0 ? above + 1 << element.mantissaBits() : 1 << element.mantissaBits() + above;
  }

  /** Why a format has none. */
  static String inapplicable(OperandFormat format) {
    return "the order over K cannot be seen in " + format + ": no block of its elements is large enough to hide a small one in a float32, and it has no scales";
  }

  /** Rows of A, all the same: M in block {@code first}, -M in {@code second}, u in all others. */
  GemmOperand a(int rows, int k, int first, int second) {
    return operand(rows, k, first, second, true);
  }

  /** Rows of B to go with them. */
  GemmOperand b(int rows, int k, int first, int second) {
    return operand(rows, k, first, second, false);
  }

  private GemmOperand operand(int rows, int k, int first, int second, boolean ofA) {
    int block = format.block();
    int[] elements = new int[k];
    byte[] scales = new byte[block == 0 ? 0 : k / block];
    Arrays.fill(scales, (byte) (format.equals(OperandFormat.NVFP4) ? 0x38 : 127));
    for (int step = 0; step < k / STEP; step++) {
      Products products = step == first || step == second ? large : small;
      int sign = ofA && step == second ? 1 << format.element().width() - 1 : 0;
      Arrays.fill(elements, step * STEP, step * STEP + products.count, sign | (ofA ? products.codeOfA : products.codeOfB));
      if (block != 0) {
        scales[step * STEP / block] = (byte) (ofA ? products.scaleOfA : products.scaleOfB);
      }
    }
    return new GemmOperand(format, rows, k, repeated(PackedCodes.of(format, elements), rows), repeated(scales, rows));
  }

  private static byte[] repeated(byte[] row, int rows) {
    byte[] all = new byte[rows * row.length];
    for (int i = 0; i < rows; i++) {
      System.arraycopy(row, 0, all, i * row.length, row.length);
    }
    return all;
  }
}
