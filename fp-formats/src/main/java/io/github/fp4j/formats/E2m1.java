package io.github.fp4j.formats;

/**
 * Fast scalar E2M1 under NVIDIA's conversion: nearest-even, saturating at 6, infinities to 6, -0 kept, every NaN to +6. Bit-equal to {@link ReferenceCodec}
 * with {@link Conversion#cuda} for every float (all of them compared) and for doubles without double rounding. Source: cuda_fp4.hpp,
 * {@code __nv_cvt_double_to_fp4}.
 */
public final class E2m1 {
  private static final int NAN_CODE = 7;
  private static final int MAX_BITS = Float.floatToRawIntBits(6f);
  private static final long MAX_BITS_DOUBLE = Double.doubleToRawLongBits(6);
  private static final float[] VALUES = NearestEven.decodeTable(FloatFormat.E2M1);

  private E2m1() {}

  /** The code 0..15 of {@code value}. */
  public static int encode(float value) {
    int bits = Float.floatToRawIntBits(value);
    int magnitude = bits & 0x7FFFFFFF;
    if (magnitude > 0x7F800000) {
      return NAN_CODE;
    }
    return NearestEven.code(Math.min(magnitude, MAX_BITS), 1, 127) | bits >>> 28 & 8;
  }

  /** The code 0..15 of {@code value}, rounded once. */
  public static int encode(double value) {
    long bits = Double.doubleToRawLongBits(value);
    long magnitude = bits & Long.MAX_VALUE;
    if (magnitude > 0x7FF0000000000000L) {
      return NAN_CODE;
    }
    return NearestEven.code(Math.min(magnitude, MAX_BITS_DOUBLE), 1, 1023) | (int) (bits >>> 60) & 8;
  }

  /** The value of the low four bits of {@code code}. */
  public static float decode(int code) {
    return VALUES[code & 15];
  }
}
