package io.github.fp4j.simd.optim;

import io.github.fp4j.backend.OptimizerKernels;

/** A chunk of a tensor as float32: a range of the stored array where that is float32, a copy elsewhere. */
final class Window {
  private final float[] copy = new float[OptimizerKernels.CHUNK];

  /** Holds the elements from {@link #offset} on. */
  float[] array = copy;

  /** Index of the chunk's first element in {@link #array}. */
  int offset;

  /** Shows elements {@code from .. from + length - 1} of {@code storage}. */
  void open(FloatStorage storage, int from, int length) {
    if (storage instanceof FloatStorage.Float32(float[] values)) {
      array = values;
      offset = from;
    } else {
      storage.load(from, openCopy(), 0, length);
    }
  }

  /** Shows the copy, to be filled from index 0, and returns it. */
  float[] openCopy() {
    array = copy;
    offset = 0;
    return copy;
  }

  /** Whether what is written to the window has yet to be written to the tensor. */
  boolean isCopy() {
    return array == copy;
  }
}
