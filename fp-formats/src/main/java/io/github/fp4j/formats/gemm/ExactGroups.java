package io.github.fp4j.formats.gemm;

import io.github.fp4j.formats.gemm.AccumulationModel.Addend;
import io.github.fp4j.formats.gemm.AccumulationModel.Alignment;

/**
 * Exact sums over all of K of scaled E2M1 products, with C rounded in once. The sum is one long in units of the smallest scales' product; the rare rows whose
 * scales span too many binades for that (UE8M0 only) go to the reference. Allocates nothing otherwise.
 */
final class ExactGroups implements DotProduct {
  private static final AccumulatorType TYPE = AccumulatorType.FP32;
  private static final int TERM_BITS = 19;

  private final E2m1Groups a;
  private final E2m1Groups b;
  private final boolean nearest;
  private final int maxSpan;
  private final DotProduct reference;

  ExactGroups(AccumulationModel model, GemmOperand a, GemmOperand b) {
    this.a = new E2m1Groups(a, false);
    this.b = new E2m1Groups(b, true);
    nearest = model.output().nearest();
    maxSpan = 61 - TERM_BITS - (32 - Integer.numberOfLeadingZeros(this.a.groups));
    reference = new ReferenceDotProduct(model, a, b);
  }

  static boolean supports(AccumulationModel model, GemmOperand a, GemmOperand b) {
    return E2m1Groups.supports(a.format())
        && E2m1Groups.supports(b.format())
        && model.step().products() == AccumulationModel.ALL_OF_K
        && model.step().alignment() == Alignment.EXACT
        && model.addend().equals(Addend.FUSED)
        && model.output().type() == TYPE;
  }

  @Override
  public int dot(int row, int column, int c) {
    if (a.hasNan(row) || b.hasNan(column) || TYPE.isNan(c)) {
      return TYPE.nan();
    }
    if (TYPE.isInfinite(c)) {
      return c;
    }
    boolean zero = a.allZero(row) || b.allZero(column);
    int unit = zero ? 0 : a.minExponent(row) + b.minExponent(column);
    if (!zero && a.maxExponent(row) + b.maxExponent(column) - unit > maxSpan) {
      return reference.dot(row, column, c);
    }
    long sum = 0;
    int i = row * a.groups;
    int j = column * b.groups;
    for (int end = i + a.groups; i < end; i++, j++) {
      long term = a.term(i, b, j);
      if (term != 0) {
        sum += term << a.exponents[i] + b.exponents[j] - unit;
      }
    }
    int significand = TYPE.significand(c);
    return TwoTermSum.round(TYPE, sum, unit + E2m1Groups.UNIT, TYPE.isNegative(c) ? -significand : significand, TYPE.quantum(c), nearest);
  }
}
