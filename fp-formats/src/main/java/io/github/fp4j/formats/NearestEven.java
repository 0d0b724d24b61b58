package io.github.fp4j.formats;

/**
 * Nearest-even rounding of a float or double magnitude to a format with subnormals, without comparison: an added power of two puts the last kept bit at the
 * unit place of the sum, and the hardware's own nearest-even addition rounds there.
 *
 * <p>With {@code e} the exponent of the value or of the smallest normal number, whichever is larger, the sum {@code value + 2^(e + 23 - m)} has the same
 * exponent as its power of two, so that the integer difference of the bit patterns is the significand in units of {@code 2^(e - m)}: exact.
 */
final class NearestEven {
  private NearestEven() {}

  /**
   * The magnitude code of the float with bits {@code magnitude} (sign clear, not NaN, below 2^100).
   *
   * @param m mantissa bits of the format
   * @param minField float32's exponent field of the smallest normal number
   */
  static int code(int magnitude, int m, int minField) {
    int exponent = Math.max(magnitude, minField << 23) & 0x7F800000;
    int unit = exponent + ((23 - m) << 23);
    int sum = Float.floatToRawIntBits(Float.intBitsToFloat(magnitude) + Float.intBitsToFloat(unit));
    return sum - unit + (((exponent >>> 23) - minField) << m);
  }

  /** The same for the double with bits {@code magnitude}; {@code minField} is float64's. */
  static int code(long magnitude, int m, int minField) {
    long exponent = Math.max(magnitude, (long) minField << 52) & 0x7FF0000000000000L;
    long unit = exponent + ((long) (52 - m) << 52);
    long sum = Double.doubleToRawLongBits(Double.longBitsToDouble(magnitude) + Double.longBitsToDouble(unit));
    return (int) (sum - unit) + (((int) (exponent >>> 52) - minField) << m);
  }

  static float[] decodeTable(FloatFormat format) {
    float[] values = new float[format.codeCount()];
    for (int code = 0; code < values.length; code++) {
      values[code] = ReferenceCodec.decode(format, code);
    }
    return values;
  }
}
