package io.github.fp4j.formats.gemm;

import java.math.BigInteger;

/**
 * A fraction {@code numerator / 2^places}, not reduced: arithmetic of the school book, sharing nothing with the code under test. Numerators are longs as long as
 * overflow checks say that they fit, and {@link BigInteger}s else.
 */
final class Rational {
  static final Rational ZERO = of(0);

  private static final int LONG_BITS = 62;
  private static final int MOST_PLACES = 2000;
  private static final Rational[] POWERS = new Rational[2 * MOST_PLACES + 1];

  static {
    for (int exponent = -MOST_PLACES; exponent <= MOST_PLACES; exponent++) {
      POWERS[exponent + MOST_PLACES] = new Rational(1, null, -exponent);
    }
  }

  private final long small;
  private final BigInteger big;
  private final int places;

  /** @param big null if {@code small} is the numerator */
  private Rational(long small, BigInteger big, int places) {
    this.small = small;
    this.big = big;
    this.places = places;
  }

  static Rational of(long value) {
    return over(value, 0);
  }

  /** {@code numerator / 2^places}. */
  static Rational over(long numerator, int places) {
    return new Rational(numerator, null, places);
  }

  static Rational powerOfTwo(int exponent) {
    return POWERS[exponent + MOST_PLACES];
  }

  private static Rational of(BigInteger numerator, int places) {
    return numerator.bitLength() <= LONG_BITS ? over(numerator.longValue(), places) : new Rational(0, numerator, places);
  }

  private BigInteger numerator() {
    return big == null ? BigInteger.valueOf(small) : big;
  }

  private int bits() {
    return big == null ? 64 - Long.numberOfLeadingZeros(Math.abs(small)) : big.abs().bitLength();
  }

  Rational plus(Rational other) {
    if (places < other.places) {
      return other.plus(this);
    }
    int factor = places - other.places;
    if (big == null && other.big == null && Math.max(bits(), factor + other.bits()) < LONG_BITS) {
      return over(small + other.small * (1L << factor), places);
    }
    return other.sign() == 0 ? this : of(numerator().add(other.numerator().multiply(BigInteger.TWO.pow(factor))), places);
  }

  Rational times(Rational other) {
    if (big == null && other.big == null && bits() + other.bits() <= LONG_BITS) {
      return over(small * other.small, places + other.places);
    }
    return of(numerator().multiply(other.numerator()), places + other.places);
  }

  Rational abs() {
    return sign() < 0 ? times(of(-1)) : this;
  }

  int sign() {
    return big == null ? Long.signum(small) : big.signum();
  }

  /** The integer toward zero. */
  Rational truncated() {
    if (places <= 0) {
      return this;
    }
    if (big == null) {
      return of(places > LONG_BITS ? 0 : small / (1L << places));
    }
    return of(big.divide(BigInteger.TWO.pow(places)), 0);
  }

  /** The integer toward minus infinity. */
  Rational floor() {
    Rational truncated = truncated();
    boolean exact = plus(truncated.times(of(-1))).sign() == 0;
    return exact || sign() > 0 ? truncated : truncated.plus(of(-1));
  }

  /** The nearest integer, the even one of two. */
  Rational nearestEven() {
    Rational floor = floor();
    Rational twiceRest = plus(floor.times(of(-1))).times(of(2));
    int half = twiceRest.plus(of(-1)).sign();
    Rational halved = floor.times(powerOfTwo(-1));
    boolean odd = halved.truncated().plus(halved.times(of(-1))).sign() != 0;
    return half > 0 || half == 0 && odd ? floor.plus(of(1)) : floor;
  }

  /** The largest e with 2^e at most the magnitude, which must not be zero. */
  int binade() {
    return bits() - 1 - places;
  }

  /** The value of an integer that fits. */
  long longValue() {
    if (big != null || places > 0) {
      throw new ArithmeticException(numerator() + " / 2^" + places + ": expected an integer of at most 62 bits");
    }
    return Math.multiplyExact(small, 1L << -places);
  }
}
