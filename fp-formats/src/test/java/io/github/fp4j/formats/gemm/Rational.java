package io.github.fp4j.formats.gemm;

import java.math.BigInteger;

/** A fraction of two integers, not reduced: arithmetic of the school book, sharing nothing with the code under test. */
record Rational(BigInteger numerator, BigInteger denominator) {
  static final Rational ZERO = of(0);

  static Rational of(long value) {
    return new Rational(BigInteger.valueOf(value), BigInteger.ONE);
  }

  private static final Rational[] POWERS = new Rational[4001];

  static Rational powerOfTwo(int exponent) {
    Rational known = POWERS[exponent + 2000];
    return known != null ? known : (POWERS[exponent + 2000] = computedPower(exponent));
  }

  private static Rational computedPower(int exponent) {
    BigInteger power = BigInteger.TWO.pow(Math.abs(exponent));
    return exponent < 0 ? new Rational(BigInteger.ONE, power) : new Rational(power, BigInteger.ONE);
  }

  Rational plus(Rational other) {
    int order = denominator.compareTo(other.denominator);
    if (order < 0) {
      return other.plus(this);
    }
    BigInteger factor = order == 0 ? BigInteger.ONE : denominator.divide(other.denominator); // exact: both are powers of two
    return new Rational(numerator.add(other.numerator.multiply(factor)), denominator);
  }

  Rational times(Rational other) {
    return new Rational(numerator.multiply(other.numerator), denominator.multiply(other.denominator));
  }

  Rational abs() {
    return new Rational(numerator.abs(), denominator);
  }

  int sign() {
    return numerator.signum();
  }

  int compareTo(Rational other) {
    return numerator.multiply(other.denominator).compareTo(other.numerator.multiply(denominator));
  }

  BigInteger truncated() {
    return numerator.divide(denominator);
  }

  BigInteger floor() {
    BigInteger[] parts = numerator.divideAndRemainder(denominator);
    return parts[1].signum() < 0 ? parts[0].subtract(BigInteger.ONE) : parts[0];
  }

  BigInteger nearestEven() {
    BigInteger floor = floor();
    int half = numerator.subtract(floor.multiply(denominator)).multiply(BigInteger.TWO).compareTo(denominator);
    return half > 0 || half == 0 && floor.testBit(0) ? floor.add(BigInteger.ONE) : floor;
  }

  /** The largest e with 2^e at most the magnitude, which must not be zero. */
  int binade() {
    int guess = numerator.abs().bitLength() - denominator.bitLength();
    return abs().compareTo(powerOfTwo(guess)) < 0 ? guess - 1 : guess;
  }
}
