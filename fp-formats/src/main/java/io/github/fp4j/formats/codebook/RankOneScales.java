package io.github.fp4j.formats.codebook;

import java.util.Arrays;

/**
 * Scales of a tensor of two or more dimensions from one maximum to every index of every dimension: the scale of an element is the smallest of the maxima of
 * the slices it lies in, so that it is never less than the element. For a matrix, {@code min(rowMax[i], columnMax[j])} (arXiv 2309.01507, section 4.2).
 *
 * <p>Not thread-safe while maxima are being collected.
 */
public final class RankOneScales {
  private final int[] shape;
  private final float[][] maxima;

  /**
   * Scales of zero for every slice.
   *
   * @param shape extents, outermost first: at least two, all positive
   */
  public RankOneScales(int... shape) {
    if (shape.length < 2 || Arrays.stream(shape).anyMatch(extent -> extent < 1)) {
      throw new IllegalArgumentException("shape = " + Arrays.toString(shape) + ": expected two or more positive extents");
    }
    this.shape = shape.clone();
    this.maxima = new float[shape.length][];
    for (int d = 0; d < shape.length; d++) {
      maxima[d] = new float[shape[d]];
    }
  }

  /** The maxima of the slices of one dimension, one per index: the live array. */
  public float[] maxima(int dimension) {
    return maxima[dimension];
  }

  /** Number of dimensions. */
  public int dimensions() {
    return shape.length;
  }

  /** Sets all maxima to 0. */
  public void clear() {
    for (float[] slice : maxima) {
      Arrays.fill(slice, 0);
    }
  }

  /** Raises the maxima by the magnitudes of elements {@code first .. first + length - 1} in row-major order; NaN wins. */
  public void collect(float[] values, int offset, int length, int first) {
    int columns = shape[shape.length - 1];
    float[] columnMaxima = maxima[shape.length - 1];
    for (int at = 0; at < length; ) {
      int row = (first + at) / columns;
      int column = (first + at) % columns;
      int run = Math.min(length - at, columns - column);
      float largest = 0;
      for (int i = 0; i < run; i++) {
        float magnitude = Math.abs(values[offset + at + i]);
        columnMaxima[column + i] = Math.max(columnMaxima[column + i], magnitude);
        largest = Math.max(largest, magnitude);
      }
      for (int d = shape.length - 2; d >= 0; d--) {
        maxima[d][row % shape[d]] = Math.max(maxima[d][row % shape[d]], largest);
        row /= shape[d];
      }
      at += run;
    }
  }

  /** Writes the scales of elements {@code first .. first + length - 1} in row-major order. */
  public void scales(float[] scales, int offset, int length, int first) {
    int columns = shape[shape.length - 1];
    float[] columnMaxima = maxima[shape.length - 1];
    for (int at = 0; at < length; ) {
      int row = (first + at) / columns;
      int column = (first + at) % columns;
      int run = Math.min(length - at, columns - column);
      float smallest = Float.POSITIVE_INFINITY;
      for (int d = shape.length - 2; d >= 0; d--) {
        smallest = Math.min(smallest, maxima[d][row % shape[d]]);
        row /= shape[d];
      }
      for (int i = 0; i < run; i++) {
        scales[offset + at + i] = Math.min(smallest, columnMaxima[column + i]);
      }
      at += run;
    }
  }
}
