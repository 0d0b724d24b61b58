package io.github.fp4j.simd.gemm;

import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.gemm.ExactAccumulation;
import io.github.fp4j.formats.gemm.Fp32Accumulation;
import io.github.fp4j.formats.gemm.OperandRows;
import io.github.fp4j.formats.gemm.PackedWeights;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Correctly rounded products of float32 activations and packed weights, one at a time. Each sum is taken in float64, in which the products are exact; it is off by
 * less than K 2^-53 norm(A) norm(B), by Cauchy and Schwarz. Where all numbers that near round to the same float32 that is the answer; where they do not, once in a
 * thousand outputs of usual data, {@link ExactAccumulation} finds it.
 */
final class ExactActivations {
  private static final int PANEL = TileProduct.PANEL;
  private static final int K_CHUNK = Scratch.K_CHUNK;

  /** Rows of A that share a decoded panel. */
  private static final int ROW_BLOCK = 256;

  /** K - 1 sums are rounded, and so are they with the bound added and taken away. */
  private static final double UNIT_ROUNDOFF = 0x1p-53;

  /** For what the norms are rounded by. */
  private static final double ROUNDED_UP = 1 + 0x1p-20;

  private static final float[] NOTHING = {};
  private static final FloatRows NO_ROWS = FloatRows.of(NOTHING, 0, 0);

  private final Kernels kernels;
  private final IntConsumer panelTask = this::panel;
  private FloatRows a = NO_ROWS;
  private @Nullable PackedWeights weights;
  private @Nullable OperandRows restorer;
  private float alpha;
  private float[] d = NOTHING;
  private double[] norms = {};
  private int firstRow;
  private int endRow;

  ExactActivations(Kernels kernels) {
    this.kernels = kernels;
  }

  void multiply(FloatRows activations, PackedWeights packed, OperandRows restorerOfWeights, float factor, float[] result, Parallelism parallelism) {
    a = activations;
    weights = packed;
    restorer = restorerOfWeights;
    alpha = factor;
    d = result;
    if (norms.length < Math.min(ROW_BLOCK, activations.rows())) {
      norms = new double[Math.min(ROW_BLOCK, activations.rows())];
    }
    for (int row = 0; row < activations.rows(); row += ROW_BLOCK) {
      firstRow = row;
      endRow = Math.min(row + ROW_BLOCK, activations.rows());
      for (int i = firstRow; i < endRow; i++) {
        norms[i - firstRow] = norm(activations.values(), activations.index(i, 0), activations.columns());
      }
      parallelism.forEach(Math.ceilDiv(packed.rows(), PANEL), panelTask);
    }
    a = NO_ROWS;
    weights = null;
    restorer = null;
    d = NOTHING;
  }

  private static double norm(float[] values, int offset, int count) {
    double squares = 0;
    for (int i = 0; i < count; i++) {
      squares += (double) values[offset + i] * values[offset + i];
    }
    return Math.sqrt(squares);
  }

  /** All rows of the block of A with one panel. */
  private void panel(int number) {
    PackedWeights packed = Objects.requireNonNull(weights);
    Scratch scratch = kernels.scratch();
    int k = packed.k();
    int firstColumn = number * PANEL;
    int width = Math.min(PANEL, packed.rows() - firstColumn);
    double[] sums = scratch.exactSums((endRow - firstRow + DoubleTile.ROWS) * PANEL);
    Arrays.fill(sums, 0, (endRow - firstRow) * PANEL, 0);
    double[] columnNorms = scratch.norms(PANEL);
    Arrays.fill(columnNorms, 0, PANEL, 0);
    double[] panel = scratch.doublePanel();
    for (int from = 0; from < k; from += K_CHUNK) {
      int count = Math.min(K_CHUNK, k - from);
      kernels.panels.fill(packed, firstColumn, from, count, scratch);
      widen(scratch.panel, panel, count * PANEL);
      for (int i = 0; i < count; i++) {
        for (int column = 0; column < PANEL; column++) {
          columnNorms[column] += panel[PANEL * i + column] * panel[PANEL * i + column];
        }
      }
      for (int row = firstRow; row < endRow; row += DoubleTile.ROWS) {
        int valid = Math.min(DoubleTile.ROWS, endRow - row);
        for (int column = 0; column < width; column += kernels.doubleTile.columns()) {
          kernels.doubleTile.multiply(a.values(), a.index(row, from), a.stride(), valid, panel, column, count, sums, (row - firstRow) * PANEL + column);
        }
      }
    }
    for (int row = firstRow; row < endRow; row++) {
      for (int column = 0; column < width; column++) {
        double bound = (k + 2) * UNIT_ROUNDOFF * ROUNDED_UP * norms[row - firstRow] * Math.sqrt(columnNorms[column]);
        float rounded = rounded(sums[(row - firstRow) * PANEL + column], bound, row, firstColumn + column, scratch);
        d[row * packed.rows() + firstColumn + column] = Fp32Accumulation.result(alpha * rounded);
      }
    }
  }

  /** Converted by C2 on vectors. */
  private static void widen(float[] from, double[] to, int count) {
    for (int i = 0; i < count; i++) {
      to[i] = from[i];
    }
  }

  private float rounded(double sum, double bound, int row, int column, Scratch scratch) {
    float low = (float) (sum - bound);
    float high = (float) (sum + bound);
    if (Float.floatToRawIntBits(low) == Float.floatToRawIntBits(high) && bound < Double.POSITIVE_INFINITY) {
      return low;
    }
    PackedWeights packed = Objects.requireNonNull(weights);
    float[] values = scratch.rows(packed.k());
    Objects.requireNonNull(restorer).decode(packed, column, values, 0);
    return scratch.exact.dot(a.values(), a.index(row, 0), values, 0, packed.k());
  }
}
