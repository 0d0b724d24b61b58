package io.github.fp4j.simd.optim;

import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.formats.codebook.RankOneScales;

/** {@link RankOneScales} of one shape, collected and spread a run of a row at a time by the kernels. */
final class RankOneRows {
  private final OptimizerKernels kernels;
  private final int[] shape;
  private final int columns;

  RankOneRows(int[] shape, OptimizerKernels kernels) {
    this.kernels = kernels;
    this.shape = shape.clone();
    columns = shape[shape.length - 1];
  }

  /** {@link RankOneScales#collect}. */
  void collect(RankOneScales target, float[] values, int offset, int length, int first) {
    for (int at = 0; at < length; ) {
      int column = (first + at) % columns;
      int run = Math.min(length - at, columns - column);
      float largest = kernels.raiseMaxima(values, offset + at, run, target.maxima(shape.length - 1), column);
      int row = (first + at) / columns;
      for (int d = shape.length - 2; d >= 0; d--) {
        float[] maxima = target.maxima(d);
        int index = row % shape[d];
        maxima[index] = Math.max(maxima[index], largest);
        row /= shape[d];
      }
      at += run;
    }
  }

  /** {@link RankOneScales#scales}. */
  void spread(RankOneScales source, float[] scales, int offset, int length, int first) {
    for (int at = 0; at < length; ) {
      int column = (first + at) % columns;
      int run = Math.min(length - at, columns - column);
      float smallest = Float.POSITIVE_INFINITY;
      int row = (first + at) / columns;
      for (int d = shape.length - 2; d >= 0; d--) {
        smallest = Math.min(smallest, source.maxima(d)[row % shape[d]]);
        row /= shape[d];
      }
      kernels.limitScales(smallest, source.maxima(shape.length - 1), column, scales, offset + at, run);
      at += run;
    }
  }
}
