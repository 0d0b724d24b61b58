package io.github.fp4j.simd;

import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.backend.ReductionTree;

/** Sums, counts and maxima of {@link OptimizerKernels} over whole vectors. */
interface GradientSums {

  /**
   * Sets all {@link ReductionTree#LANES} lanes to their sums of squares.
   *
   * @param length a multiple of the lanes
   * @return the bits of the largest magnitude
   */
  int squares(float[] values, int offset, int length, double[] lanes);

  /** Elements to a turn: the lengths of the methods below are multiples of it. */
  int turn();

  /** Elements with {@code |g| > threshold}. */
  int countAbove(float[] values, int offset, int length, float threshold);

  /** Raises maxima to the magnitudes of values, and returns the bits of the largest of these. */
  int raise(float[] values, int offset, int length, float[] maxima, int maximaOffset);

  /** {@code scales = min(bound, maxima)} of magnitudes. */
  void limit(float bound, float[] maxima, int maximaOffset, float[] scales, int scalesOffset, int length);
}
