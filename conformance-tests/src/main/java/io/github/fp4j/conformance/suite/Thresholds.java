package io.github.fp4j.conformance.suite;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;

/** The points where a nearest rounding changes its answer. */
public final class Thresholds {
  private Thresholds() {}

  /**
   * The midpoints between neighbouring magnitudes of {@code format}, ascending, exact; behind them, for a format with a code for overflow, the point where
   * overflow begins (464 for E4M3).
   */
  public static double[] of(FloatFormat format) {
    int top = format.maxFiniteCode();
    double[] points = new double[format.hasNan() || format.hasInfinity() ? top + 1 : top];
    for (int code = 0; code < points.length; code++) {
      double lower = ReferenceCodec.decodeDouble(format, code);
      points[code] = code < top ? (lower + ReferenceCodec.decodeDouble(format, code + 1)) / 2 : lower + Math.scalb(1, overflowExponent(format));
    }
    return points;
  }

  /** Half the spacing of the top binade, as a power of two. */
  private static int overflowExponent(FloatFormat format) {
    return Math.getExponent(format.maxFinite()) - format.mantissaBits() - 1;
  }
}
