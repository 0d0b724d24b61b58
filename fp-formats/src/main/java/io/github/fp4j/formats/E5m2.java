package io.github.fp4j.formats;

/**
 * Fast scalar E5M2 under NVIDIA's conversion: nearest-even, -0 kept, every NaN to +0x7F, overflow and infinities saturating at 57344 or becoming
 * infinity. Equal to {@link Staircase} of {@link Conversion#cuda} for every float (all of them compared) and to {@link ReferenceCodec} for doubles, which are
 * rounded once. Source: cuda_fp8.hpp, float path of {@code __nv_cvt_float_to_fp8}.
 */
public final class E5m2 {
  private static final int NAN_CODE = 0x7F;
  private static final int MAX_BITS = Float.floatToRawIntBits(57344f);
  private static final long MAX_BITS_DOUBLE = Double.doubleToRawLongBits(57344);
  private static final int OVERFLOW_CODE = 0x7C;
  private static final int BEYOND_BITS = Float.floatToRawIntBits(65536f);
  private static final float[] VALUES = NearestEven.decodeTable(FloatFormat.E5M2);

  private E5m2() {}

  /** The code 0..255 of {@code value}, saturating. */
  public static int encode(float value) {
    int bits = Float.floatToRawIntBits(value);
    int magnitude = bits & 0x7FFFFFFF;
    if (magnitude > 0x7F800000) {
      return NAN_CODE;
    }
    return NearestEven.code(Math.min(magnitude, MAX_BITS), 2, 113) | bits >>> 24 & 0x80;
  }

  /** The code 0..255 of {@code value}, saturating, rounded once. */
  public static int encode(double value) {
    long bits = Double.doubleToRawLongBits(value);
    long magnitude = bits & Long.MAX_VALUE;
    if (magnitude > 0x7FF0000000000000L) {
      return NAN_CODE;
    }
    return NearestEven.code(Math.min(magnitude, MAX_BITS_DOUBLE), 2, 1009) | (int) (bits >>> 56) & 0x80;
  }

  /** The code 0..255 of {@code value}; what rounds beyond 57344, and an infinity, becomes infinity with the sign of the value. */
  public static int encodeNonSaturating(float value) {
    int bits = Float.floatToRawIntBits(value);
    int magnitude = bits & 0x7FFFFFFF;
    if (magnitude > 0x7F800000) {
      return NAN_CODE;
    }
    int code = NearestEven.code(Math.min(magnitude, BEYOND_BITS), 2, 113);
    return Math.min(code, OVERFLOW_CODE) | bits >>> 24 & 0x80;
  }

  /** The value of the low eight bits of {@code code}. */
  public static float decode(int code) {
    return VALUES[code & 0xFF];
  }
}
