package io.github.fp4j.backend;

import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.PackedWeights;
import org.jspecify.annotations.Nullable;

/** The checks that products share: both operands have the same K, and C and D are [M, N]. */
public final class GemmShape {
  private GemmShape() {}

  /** @throws IllegalArgumentException if a product of packed operands does not fit */
  public static void check(GemmOperand a, GemmOperand b, float @Nullable [] c, float[] d) {
    check(a, b.rows(), b.k(), c, d);
  }

  /** @throws IllegalArgumentException if a product of a packed operand and packed weights does not fit */
  public static void check(GemmOperand a, PackedWeights b, float @Nullable [] c, float[] d) {
    check(a, b.rows(), b.k(), c, d);
  }

  private static void check(GemmOperand a, int n, int k, float @Nullable [] c, float[] d) {
    checkK(a.k(), k);
    checkLength("d", d.length, a.rows(), n);
    if (c != null) {
      checkLength("c", c.length, a.rows(), n);
    }
  }

  /** @throws IllegalArgumentException if a product of activations and weights does not fit */
  public static void check(FloatRows a, PackedWeights b, float[] d) {
    checkK(a.columns(), b.k());
    checkLength("d", d.length, a.rows(), b.rows());
  }

  private static void checkK(int a, int b) {
    if (a != b) {
      throw new IllegalArgumentException("k = " + a + " of A, " + b + " of B: expected the same");
    }
  }

  private static void checkLength(String argument, int length, int rows, int columns) {
    if (length != (long) rows * columns) {
      throw new IllegalArgumentException(argument + " has " + length + " elements: expected " + (long) rows * columns);
    }
  }
}
