package io.github.fp4j.formats.gemm;

import io.github.fp4j.formats.gemm.AccumulationModel.Addend;
import io.github.fp4j.formats.gemm.AccumulationModel.Alignment;
import io.github.fp4j.formats.gemm.AccumulationModel.Output;

/**
 * Groups of 16 added one after the other in float32, from zero on, and C at the end. Allocates nothing.
 *
 * <p>A sum of two numbers of at most 24 bits that is rounded to double first rounds to the same float as at once (Figueroa: 53 is at least 2 * 24 + 2).
 */
final class SequentialGroups implements DotProduct {
  private static final int NAN = AccumulatorType.FP32.nan();

  private final E2m1Groups a;
  private final E2m1Groups b;

  SequentialGroups(GemmOperand a, GemmOperand b) {
    this.a = new E2m1Groups(a, false);
    this.b = new E2m1Groups(b, true);
  }

  static boolean supports(AccumulationModel model, GemmOperand a, GemmOperand b) {
    return E2m1Groups.supports(a.format())
        && E2m1Groups.supports(b.format())
        && model.step().products() == 16
        && model.step().group() == 16
        && model.step().alignment() == Alignment.EXACT
        && model.addend().equals(Addend.AFTER_K)
        && model.output().equals(Output.FP32_RNE);
  }

  @Override
  public int dot(int row, int column, int c) {
    if (a.hasNan(row) || b.hasNan(column) || AccumulatorType.FP32.isNan(c)) {
      return NAN;
    }
    float sum = 0;
    int i = row * a.groups;
    int j = column * b.groups;
    for (int end = i + a.groups; i < end; i++, j++) {
      int exponent = a.exponents[i] + b.exponents[j] + E2m1Groups.UNIT;
      double term = a.term(i, b, j) * Double.longBitsToDouble((long) (exponent + 1023) << 52);
      sum = (float) (sum + term);
    }
    sum += Float.intBitsToFloat(c);
    return Float.isNaN(sum) ? NAN : Float.floatToRawIntBits(sum);
  }
}
