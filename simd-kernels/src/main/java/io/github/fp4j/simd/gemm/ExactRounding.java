package io.github.fp4j.simd.gemm;

import io.github.fp4j.formats.gemm.AccumulatorType;

/** An exact float64 sum and C, added exactly and rounded once to float32. */
final class ExactRounding {
  private static final float NAN = Float.intBitsToFloat(AccumulatorType.FP32.nan());

  private ExactRounding() {}

  /**
   * {@code sum + c} to nearest even. The float64 sum is rounded to odd first: a last bit that is set when anything was lost decides every tie of the second
   * rounding, because 53 is at least 24 + 2 (Boldo and Melquiond, <i>Emulation of FMA and correctly rounded sums</i>, 2008).
   *
   * @param sum finite, not -0
   */
  static float add(double sum, float c) {
    if (!Float.isFinite(c)) {
      return Float.isNaN(c) ? NAN : c;
    }
    double rounded = sum + c;
    double ofC = rounded - sum;
    double lost = sum - (rounded - ofC) + (c - ofC);
    if (lost != 0 && (Double.doubleToRawLongBits(rounded) & 1) == 0) {
      rounded = lost > 0 ? Math.nextUp(rounded) : Math.nextDown(rounded);
    }
    return (float) rounded;
  }
}
