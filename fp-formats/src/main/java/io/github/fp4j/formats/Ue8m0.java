package io.github.fp4j.formats;

/**
 * Fast scalar E8M0, the power-of-two scale 2^(code - 127), with its four published roundings: {@link Rounding#UP} (CUDA's class, RCEIL),
 * {@link Rounding#TOWARD_ZERO} (OCP, CUDA's RZ), {@link Rounding#NEAREST_AWAY} (ties up: torch and ml_dtypes from 2^-126 on) and
 * {@link Rounding#NEAREST_EVEN} (gfloat: ties to the even code). The sign is dropped, zero becomes code 0 (2^-127), NaN 0xFF. Equal to
 * {@link Staircase} for every float (all of them compared).
 * Source: cuda_fp8.hpp, {@code __nv_cvt_float_to_e8m0}.
 */
public final class Ue8m0 {
  private static final int NAN_CODE = 0xFF;
  private static final int MAX_CODE = 0xFE;
  private static final float[] VALUES = NearestEven.decodeTable(FloatFormat.UE8M0);

  private Ue8m0() {}

  /**
   * The code 0..255 of |value|; overflow and infinity saturate at 0xFE (2^127).
   *
   * @throws IllegalArgumentException for a rounding other than the four named above
   */
  public static int encode(float value, Rounding rounding) {
    int magnitude = Float.floatToRawIntBits(value) & 0x7FFFFFFF;
    return magnitude > 0x7F800000 ? NAN_CODE : Math.min(round(magnitude, rounding), MAX_CODE);
  }

  /** The same, but what rounds beyond 2^127, and an infinity, becomes NaN. */
  public static int encodeNonSaturating(float value, Rounding rounding) {
    int magnitude = Float.floatToRawIntBits(value) & 0x7FFFFFFF;
    return magnitude >= 0x7F800000 ? NAN_CODE : round(magnitude, rounding);
  }

  private static int round(int magnitude, Rounding rounding) {
    int field = magnitude >>> 23;
    int mantissa = magnitude & 0x7FFFFF;
    if (field == 0) { // float32 subnormals: code 0 is 2^-127 = 0x400000, code 1 is 2^-126 = 0x800000
      return switch (rounding) {
        case TOWARD_ZERO -> 0;
        case UP -> mantissa > 0x400000 ? 1 : 0;
        case NEAREST_AWAY -> mantissa >= 0x600000 ? 1 : 0;
        case NEAREST_EVEN -> mantissa > 0x600000 ? 1 : 0;
        default -> throw unsupported(rounding);
      };
    }
    return switch (rounding) {
      case TOWARD_ZERO -> field;
      case UP -> field + (mantissa != 0 ? 1 : 0);
      case NEAREST_AWAY -> field + (mantissa >>> 22);
      case NEAREST_EVEN -> field + (mantissa + 0x3FFFFF + (field & 1) >>> 23);
      default -> throw unsupported(rounding);
    };
  }

  private static IllegalArgumentException unsupported(Rounding rounding) {
    return new IllegalArgumentException("rounding = " + rounding + ": expected UP, TOWARD_ZERO, NEAREST_AWAY or NEAREST_EVEN");
  }

  /** The power of two that the low eight bits of {@code code} stand for; 0xFF is NaN. */
  public static float decode(int code) {
    return VALUES[code & 0xFF];
  }
}
