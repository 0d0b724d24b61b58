package io.github.fp4j.simd;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.OptimizerKernels;
import java.util.List;

/** Whole vectors of {@link OptimizerKernels#adam}. */
interface AdamUpdate {

  /**
   * What an update does not ask of every element.
   *
   * @param lerp {@link AdamCoefficients#lerp}
   * @param plain {@link AdamCoefficients#leaveGradients}
   */
  record Form(boolean lerp, boolean plain) {

    /** All, each at its {@link #number}. */
    static List<Form> all() {
      return List.of(new Form(false, false), new Form(false, true), new Form(true, false), new Form(true, true));
    }

    /** Number of the form that {@code c} asks for. */
    static int number(AdamCoefficients c) {
      return (c.lerp ? 2 : 0) + (c.leaveGradients() ? 1 : 0);
    }
  }

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
