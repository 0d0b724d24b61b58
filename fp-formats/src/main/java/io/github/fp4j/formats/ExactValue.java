package io.github.fp4j.formats;

/**
 * What a bit pattern means, without rounding: {@code (-1)^negative * significand * 2^exponent} for a finite one.
 *
 * @param kind finite, infinite or NaN
 * @param negative the sign bit; meaningful for zeros, infinities and NaNs too
 * @param significand the integer significand, at least 0 and below 2^53; 0 unless finite
 * @param exponent the power of two that scales it; 0 for zero and unless finite
 */
public record ExactValue(Kind kind, boolean negative, long significand, int exponent) {

  /** The three kinds of bit pattern. */
  public enum Kind {
    FINITE,
    INFINITE,
    NAN
  }

  static ExactValue finite(boolean negative, long significand, int exponent) {
    return new ExactValue(Kind.FINITE, negative, significand, significand == 0 ? 0 : exponent);
  }

  static ExactValue infinite(boolean negative) {
    return new ExactValue(Kind.INFINITE, negative, 0, 0);
  }

  static ExactValue nan(boolean negative) {
    return new ExactValue(Kind.NAN, negative, 0, 0);
  }

  /** The meaning of a float64. */
  public static ExactValue of(double value) {
    long bits = Double.doubleToRawLongBits(value);
    boolean negative = bits < 0;
    int field = (int) (bits >>> 52) & 0x7FF;
    long mantissa = bits & 0xFFFFFFFFFFFFFL;
    if (field == 0x7FF) {
      return mantissa == 0 ? infinite(negative) : nan(negative);
    }
    return finite(negative, field == 0 ? mantissa : mantissa | 1L << 52, Math.max(field, 1) - 1075);
  }

  /** The meaning of a code of {@code format}; bits above its width are ignored. */
  public static ExactValue of(FloatFormat format, int code) {
    boolean negative = (code & format.signMask()) != 0;
    if (format.isNan(code)) {
      return nan(negative);
    }
    if (format.isInfinite(code)) {
      return infinite(negative);
    }
    int m = format.mantissaBits();
    int field = (code & format.magnitudeMask()) >>> m;
    int mantissa = code & ((1 << m) - 1);
    boolean subnormal = field == 0 && format.bottomCodes() == BottomCodes.ZERO_AND_SUBNORMALS;
    int significand = subnormal ? mantissa : mantissa | 1 << m;
    return finite(negative, significand, (subnormal ? 1 : field) - format.bias() - m);
  }

  /** The value as a double: exact for every code of every format, and for what came from a double. NaN is the canonical one. */
  public double toDouble() {
    if (kind == Kind.NAN) {
      return Double.NaN;
    }
    double magnitude = kind == Kind.INFINITE ? Double.POSITIVE_INFINITY : Math.scalb((double) significand, exponent);
    return negative ? -magnitude : magnitude;
  }

  public boolean isZero() {
    return kind == Kind.FINITE && significand == 0;
  }
}
