package io.github.fp4j.simd;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.OptimizerKernels;

/** Whole vectors of {@link OptimizerKernels#condition} and {@link OptimizerKernels#adam}; each method returns the first element it left to the scalar loop. */
interface AdamUpdate {

  int condition(AdamCoefficients c, float[] gradient, int offset, float[] target, int targetOffset, int length);

  /** With a first moment that is blended from two products. */
  int blend(
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

  /** With a first moment that moves by a part of its distance to the gradient. */
  int lerp(
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
