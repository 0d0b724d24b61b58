package io.github.fp4j.simd;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.OptimizerKernels;

/** Whole vectors of {@link OptimizerKernels#condition}. */
interface GradientConditioner {

  /** Returns the first element that is left to the scalar loop. */
  int condition(AdamCoefficients c, float[] gradient, int offset, float[] target, int targetOffset, int length);
}
