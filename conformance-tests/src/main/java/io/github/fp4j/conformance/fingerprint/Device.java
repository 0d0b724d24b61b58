package io.github.fp4j.conformance.fingerprint;

import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.formats.gemm.AccumulationModel;

/** Whoever's accumulator is to be found out. */
@FunctionalInterface
public interface Device {

  /** The bits of D, a float32; an fp16 result is widened. */
  int answer(GemmVector vector);

  /** A model that plays the device. */
  static Device playing(AccumulationModel model) {
    return vector -> vector.answer(model);
  }

  /** The accumulator that {@code kernels} have of their own. */
  static Device of(GemmKernels kernels) {
    return vector -> {
      float[] d = {Float.NaN};
      kernels.multiply(GemmKernels.OWN, vector.a(), vector.b(), new float[] {vector.c()}, d);
      return Float.floatToRawIntBits(d[0]);
    };
  }
}
