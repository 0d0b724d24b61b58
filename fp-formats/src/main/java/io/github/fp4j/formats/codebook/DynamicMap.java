package io.github.fp4j.formats.codebook;

import java.util.Arrays;

/**
 * The values of a dynamic-exponent map: a decimal exponent in unary, what is left of the bits a linear fraction of [.1, 1], and 0 and 1 besides.
 *
 * <p>Every operation is the float32 operation of the original (torch's {@code linspace}, which contracts its product and sum into one rounding), because the
 * values are part of a stored format: in plain float32 two of the sixteen unsigned 4-bit values come out one ulp off.
 */
final class DynamicMap {
  private static final double[] POWERS_OF_TEN = {1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6};

  private DynamicMap() {}

  /** The {@code 2^bits} values in ascending order. */
  static float[] values(boolean signed, int exponents, int bits) {
    float[] values = new float[1 << bits];
    int size = 0;
    for (int i = 0; i < exponents; i++) {
      int items = 1 << (i + bits - 1 - exponents + (signed ? 0 : 1));
      float power = (float) POWERS_OF_TEN[exponents - 1 - i];
      for (int j = 0; j < items; j++) {
        float mean = (boundary(j, items + 1) + boundary(j + 1, items + 1)) / 2;
        values[size++] = power * mean;
        if (signed) {
          values[size++] = -(power * mean);
        }
      }
    }
    values[size++] = 0;
    values[size] = 1;
    Arrays.sort(values);
    return values;
  }

  /** Point {@code i} of {@code count} evenly spaced ones from .1 to 1, counted from the nearer end. */
  private static float boundary(int i, int count) {
    float step = (1 - .1f) / (count - 1);
    return i < count / 2 ? Math.fma(step, i, .1f) : Math.fma(-step, count - i - 1, 1);
  }
}
