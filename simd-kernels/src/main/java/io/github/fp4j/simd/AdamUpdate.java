package io.github.fp4j.simd;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.OptimizerKernels;

/** Whole vectors of {@link OptimizerKernels#adam}. */
interface AdamUpdate {

  /**
   * What an update does not ask of every element.
   *
   * @param lerp {@link AdamCoefficients#lerp}
   * @param plain {@link AdamCoefficients#leaveGradients}
   */
  record Form(boolean lerp, boolean plain) {}

  /** Returns the first element that is left to the scalar loop. */
  int adam(
      AdamCoefficients c,
      float[] parameters,
      int parametersOffset,
      float[] gradient,
      int gradientOffset,
      float[] first,
      int firstOffset,
      float[] second,
      int secondOffset,
      int length);
}
