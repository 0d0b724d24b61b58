package io.github.fp4j.formats.gemm;

import java.math.BigInteger;

/** What a step of accumulation is rounded to, and how NaN looks there. Results are bit patterns: float32's, or fp16's in the low 16 bits. */
public enum AccumulatorType {
  /** IEEE 754 binary32. */
  FP32("fp32", 23, 23, -126, 255),
  /** Float32 whose low ten mantissa bits are always zero: Ada's and Hopper's fp8 accumulator (MMA-Sim, "f32_e8m13"). */
  FP32_E8M13("fp32-e8m13", 13, 23, -126, 255),
  /** IEEE 754 binary16. */
  FP16("fp16", 10, 10, -14, 31);

  private final String label;
  private final int precision;
  private final int storedMantissa;
  private final int minExponent;
  private final int topField;

  AccumulatorType(String label, int precision, int storedMantissa, int minExponent, int topField) {
    this.label = label;
    this.precision = precision;
    this.storedMantissa = storedMantissa;
    this.minExponent = minExponent;
    this.topField = topField;
  }

  /** NVIDIA's NaN, every bit below the sign set: 0x7FFFFFFF, 0x7FFF. */
  public int nan() {
    return sign(true) - 1;
  }

  int infinity(boolean negative) {
    return topField << storedMantissa | sign(negative);
  }

  private int sign(boolean negative) {
    return negative ? topField + 1 << storedMantissa : 0;
  }

  boolean isNegative(int bits) {
    return (bits & sign(true)) != 0;
  }

  boolean isNan(int bits) {
    return (bits & sign(true) - 1) > infinity(false);
  }

  boolean isInfinite(int bits) {
    return (bits & sign(true) - 1) == infinity(false);
  }

  /** Integer significand of a finite pattern, the hidden bit included; the value is {@code significand * 2^(exponent - mantissa bits)}. */
  int significand(int bits) {
    int mantissa = bits & (1 << storedMantissa) - 1;
    return field(bits) == 0 ? mantissa : mantissa | 1 << storedMantissa;
  }

  /** Exponent of a finite pattern; the smallest for subnormals and zero. */
  int exponent(int bits) {
    return Math.max(field(bits), 1) - 1 + minExponent;
  }

  /** The power of two that {@link #significand} counts. */
  int quantum(int bits) {
    return exponent(bits) - storedMantissa;
  }

  private int field(int bits) {
    return bits >>> storedMantissa & topField;
  }

  /**
   * {@code value * 2^exponent} rounded once. Zero gives +0; what rounds to zero keeps its sign; what is 2^(largest exponent + 1) or more after rounding is
   * infinite, for rounding toward zero too.
   *
   * @param nearest to nearest, ties to even; else toward zero
   */
  int round(BigInteger value, int exponent, boolean nearest) {
    if (value.signum() == 0) {
      return 0;
    }
    BigInteger magnitude = value.abs();
    int binade = Math.max(magnitude.bitLength() - 1 + exponent, minExponent);
    int discarded = binade - precision - exponent;
    BigInteger kept = magnitude.shiftRight(discarded);
    if (nearest && discarded > 0) {
      BigInteger twiceRest = magnitude.subtract(kept.shiftLeft(discarded)).shiftLeft(1);
      int half = twiceRest.compareTo(BigInteger.ONE.shiftLeft(discarded));
      if (half > 0 || half == 0 && kept.testBit(0)) {
        kept = kept.add(BigInteger.ONE);
      }
    }
    return pack(value.signum() < 0, kept.longValueExact(), binade);
  }

  /** The same for a {@code value} above -2^63. */
  int round(long value, int exponent, boolean nearest) {
    if (value == 0) {
      return 0;
    }
    long magnitude = Math.abs(value);
    int binade = Math.max(63 - Long.numberOfLeadingZeros(magnitude) + exponent, minExponent);
    int discarded = binade - precision - exponent;
    long kept;
    if (discarded <= 0) {
      kept = magnitude << -discarded;
    } else if (discarded > 63) {
      kept = 0; // magnitude < 2^63 is less than half of 2^discarded
    } else {
      kept = magnitude >>> discarded;
      long rest = magnitude - (kept << discarded);
      long half = 1L << discarded - 1;
      if (nearest && (rest > half || rest == half && (kept & 1) != 0)) {
        kept++;
      }
    }
    return pack(value < 0, kept, binade);
  }

  private int pack(boolean negative, long kept, int binade) {
    // kept holds the hidden bit of a normal number, which lifts the exponent field from 0 to 1
    long magnitude = kept + ((long) (binade - minExponent) << precision) << storedMantissa - precision;
    return (int) Math.min(magnitude, infinity(false)) | sign(negative);
  }

  /** The float with this value; fp16's NaN 0x7FFF becomes 0x7FFFE000. */
  public float toFloat(int bits) {
    return this == FP16 ? Float.float16ToFloat((short) bits) : Float.intBitsToFloat(bits);
  }

  /** The nearest pattern (ties to even) to a float; NaN becomes {@link #nan()}. */
  public int fromFloat(float value) {
    if (Float.isNaN(value)) {
      return nan();
    }
    return switch (this) {
      case FP16 -> Float.floatToFloat16(value) & 0xFFFF;
      case FP32, FP32_E8M13 -> Float.floatToRawIntBits(value);
    };
  }

  @Override
  public String toString() {
    return label;
  }
}
