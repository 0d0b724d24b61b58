package io.github.fp4j.bridge.cuda;

import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.formats.gemm.GemmOperand;
import org.jspecify.annotations.Nullable;

/** What every device's {@link GemmKernels} check and move. */
final class GemmArguments {
  private GemmArguments() {}

  /** @throws IllegalArgumentException as {@link GemmKernels#multiply} says */
  static void require(GemmKernels kernels, String name, String model, GemmOperand a, GemmOperand b, float @Nullable [] c, float[] d) {
    if (!kernels.supports(model, a.format(), b.format())) {
      throw new IllegalArgumentException("model " + model + " for " + a.format() + " x " + b.format() + ": " + name + " does not have it");
    }
    if (a.k() != b.k()) {
      throw new IllegalArgumentException("k = " + a.k() + " of A, " + b.k() + " of B: expected the same");
    }
    long length = (long) a.rows() * b.rows();
    if (d.length != length) {
      throw new IllegalArgumentException("d has " + d.length + " elements: expected " + length);
    }
    if (c != null && c.length != length) {
      throw new IllegalArgumentException("c has " + c.length + " elements: expected " + length);
    }
  }

  /** Rows of {@code columns} elements with zeros up to {@code paddedColumns}. */
  static float[] padded(float[] values, int columns, int paddedColumns) {
    if (columns == paddedColumns) {
      return values;
    }
    float[] padded = new float[values.length / columns * paddedColumns];
    for (int row = 0; row < values.length / columns; row++) {
      System.arraycopy(values, row * columns, padded, row * paddedColumns, columns);
    }
    return padded;
  }

  /** The reverse, into {@code values}. */
  static void unpad(float[] padded, int paddedColumns, float[] values, int columns) {
    for (int row = 0; row < values.length / columns; row++) {
      System.arraycopy(padded, row * paddedColumns, values, row * columns, columns);
    }
  }
}
