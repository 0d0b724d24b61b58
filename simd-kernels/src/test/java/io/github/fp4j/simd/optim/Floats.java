package io.github.fp4j.simd.optim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;

/** Comparisons of long arrays, where AssertJ's own would box every element. */
final class Floats {
  private Floats() {}

  /** Every element the same number; -0 is not 0, NaN is NaN. */
  static void assertSame(float[] actual, float[] expected, String what) {
    int at = Arrays.mismatch(actual, expected);
    assertThat(at).as("%s: first difference: %s", what, at < 0 ? "" : actual[at] + " for " + expected[at]).isEqualTo(-1);
  }
}
