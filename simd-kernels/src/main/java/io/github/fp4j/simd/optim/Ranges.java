package io.github.fp4j.simd.optim;

/** Checks of hyper-parameters. */
final class Ranges {
  private Ranges() {}

  static void requireRate(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(name + " = " + value + ": expected a decay rate in [0, 1)");
    }
  }

  static void requireNonNegative(String name, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + " = " + value + ": expected a finite number of at least 0");
    }
  }

  static void requireNonNegative(String name, int value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " = " + value + ": expected 0 or more");
    }
  }
}
