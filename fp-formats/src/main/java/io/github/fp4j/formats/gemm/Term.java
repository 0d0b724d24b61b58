package io.github.fp4j.formats.gemm;

import io.github.fp4j.formats.ExactValue;
import io.github.fp4j.formats.FloatFormat;
import java.math.BigInteger;

/**
 * A number on its way into a fused sum: {@code significand * 2^exponent}, exactly.
 *
 * @param kind finite, infinite or NaN
 * @param significand any integer; the sign alone (-1, 1) of an infinity; 0 for NaN
 * @param exponent the power of two that the significand counts
 * @param alignment the exponent by which it is aligned under {@link AccumulationModel.Alignment#FACTORS}
 */
record Term(ExactValue.Kind kind, BigInteger significand, int exponent, int alignment) {
  private static final Term NAN = new Term(ExactValue.Kind.NAN, BigInteger.ZERO, 0, 0);

  static Term of(FloatFormat format, int code) {
    ExactValue value = ExactValue.of(format, code);
    BigInteger sign = value.negative() ? BigInteger.ONE.negate() : BigInteger.ONE;
    return switch (value.kind()) {
      case NAN -> NAN;
      case INFINITE -> new Term(ExactValue.Kind.INFINITE, sign, 0, 0);
      case FINITE -> {
        int binade = value.exponent() + 63 - Long.numberOfLeadingZeros(value.significand());
        int alignment = value.isZero() ? AccumulationModel.ZERO_EXPONENT : Math.max(binade, format.minExponent());
        yield new Term(ExactValue.Kind.FINITE, sign.multiply(BigInteger.valueOf(value.significand())), value.exponent(), alignment);
      }
    };
  }

  static Term of(AccumulatorType type, int bits) {
    if (type.isNan(bits)) {
      return NAN;
    }
    BigInteger sign = type.isNegative(bits) ? BigInteger.ONE.negate() : BigInteger.ONE;
    if (type.isInfinite(bits)) {
      return new Term(ExactValue.Kind.INFINITE, sign, 0, 0);
    }
    int significand = type.significand(bits);
    int alignment = significand == 0 ? AccumulationModel.ZERO_EXPONENT : type.exponent(bits);
    return new Term(ExactValue.Kind.FINITE, sign.multiply(BigInteger.valueOf(significand)), type.quantum(bits), alignment);
  }

  /** The exact product; the exponents of alignment add. */
  Term times(Term other) {
    if (isNan() || other.isNan()) {
      return NAN;
    }
    BigInteger product = significand.multiply(other.significand);
    if (isInfinite() || other.isInfinite()) {
      return product.signum() == 0 ? NAN : new Term(ExactValue.Kind.INFINITE, BigInteger.valueOf(product.signum()), 0, 0);
    }
    return new Term(ExactValue.Kind.FINITE, product, exponent + other.exponent, alignment + other.alignment);
  }

  /** The exact sum, by the rules of IEEE 754 for infinities and NaN; aligned by 0, to be scaled yet. */
  Term plus(Term other) {
    if (isNan() || other.isNan() || isInfinite() && other.isInfinite() && !significand.equals(other.significand)) {
      return NAN;
    }
    if (isInfinite() || other.isInfinite()) {
      return isInfinite() ? this : other;
    }
    int quantum = Math.min(exponent, other.exponent);
    BigInteger sum = significand.shiftLeft(exponent - quantum).add(other.significand.shiftLeft(other.exponent - quantum));
    return new Term(ExactValue.Kind.FINITE, sum, quantum, 0);
  }

  Term alignedBy(int other) {
    return new Term(kind, significand, exponent, other);
  }

  /** Exponent of the actual magnitude, which must not be zero. */
  int binade() {
    return exponent + significand.abs().bitLength() - 1;
  }

  boolean isNan() {
    return kind == ExactValue.Kind.NAN;
  }

  boolean isInfinite() {
    return kind == ExactValue.Kind.INFINITE;
  }

  boolean isZero() {
    return kind == ExactValue.Kind.FINITE && significand.signum() == 0;
  }

  /** What is left of it on multiples of 2^quantum. */
  Term cut(int quantum, AccumulationModel.Cut cut) {
    int shift = quantum - exponent;
    if (shift <= 0 || kind != ExactValue.Kind.FINITE) {
      return this;
    }
    BigInteger floor = significand.shiftRight(shift);
    BigInteger kept =
        switch (cut) {
          case FLOOR -> floor;
          case TOWARD_ZERO -> significand.signum() < 0 ? significand.negate().shiftRight(shift).negate() : floor;
          case NEAREST_EVEN -> {
            BigInteger twiceRest = significand.subtract(floor.shiftLeft(shift)).shiftLeft(1);
            int half = twiceRest.compareTo(BigInteger.ONE.shiftLeft(shift));
            yield half > 0 || half == 0 && floor.testBit(0) ? floor.add(BigInteger.ONE) : floor;
          }
        };
    return new Term(kind, kept, quantum, alignment);
  }
}
