package io.github.fp4j.simd.gemm;

import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.gemm.Fp32Accumulation;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandRows;
import io.github.fp4j.formats.gemm.PackedWeights;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Products under {@link Fp32Accumulation}, one at a time: rows of A in blocks, and for each block B's rows in panels, which the threads share. An element of D
 * is computed by one thread, K ascending; from one chunk of K to the next its accumulator lies in D.
 */
final class Fp32Product {

  /** Rows of A that share a decoded panel. */
  private static final int ROW_BLOCK = 512;

  /** Floats of A that are restored at a time where A is packed: 8 MB. */
  private static final int MAX_RESTORED = 1 << 21;

  /** Rows of A that a thread restores at a time. */
  private static final int ROWS_PER_TASK = 16;

  /** Up to so many rows of activations it is faster to decode the weights again for each than to fill tiles with them. */
  private static final int SINGLE_ROWS = 3;

  private static final int PANEL = TileProduct.PANEL;
  private static final int K_CHUNK = Scratch.K_CHUNK;
  private static final float[] NOTHING = {};

  private final Kernels kernels;
  private final IntConsumer restoreTask = this::restore;
  private final IntConsumer panelTask = this::panel;
  private final IntConsumer singleRowsTask = this::singleRows;
  private float[] restored = NOTHING;

  /** A block of A: floats, and what they are restored from if it is packed. */
  private float[] values = NOTHING;

  private int valuesOffset;
  private int valuesStride;
  private @Nullable GemmOperand a;
  private @Nullable OperandRows restorerOfA;

  /** B: one or the other. */
  private @Nullable PackedWeights weights;

  private @Nullable GemmOperand b;
  private @Nullable OperandRows restorerOfB;

  private float @Nullable [] c;
  private float[] d = NOTHING;
  private float alpha;
  private int columns;
  private int k;
  private int firstRow;
  private int endRow;

  Fp32Product(Kernels kernels) {
    this.kernels = kernels;
  }

  void multiply(FloatRows activations, PackedWeights packed, float factor, float[] result, Parallelism parallelism) {
    start(packed.rows(), packed.k(), null, factor, result);
    weights = packed;
    int block = activations.rows() <= SINGLE_ROWS ? 1 : ROW_BLOCK;
    for (int row = 0; row < activations.rows(); row += block) {
      values = activations.values();
      valuesOffset = activations.index(row, 0);
      valuesStride = activations.stride();
      firstRow = row;
      endRow = Math.min(row + block, activations.rows());
      if (block == 1) {
        parallelism.forEach(Math.ceilDiv(columns, kernels.rowProduct(packed.format()).rows()), singleRowsTask);
      } else {
        parallelism.forEach(Math.ceilDiv(columns, PANEL), panelTask);
      }
    }
    finish();
  }

  void multiply(
      GemmOperand left, OperandRows restorerOfLeft, GemmOperand right, OperandRows restorerOfRight, float @Nullable [] addend, float[] result,
      Parallelism parallelism) {
    start(right.rows(), right.k(), addend, 1, result);
    b = right;
    restorerOfB = restorerOfRight;
    restoreAndMultiply(left, restorerOfLeft, parallelism);
    finish();
  }

  void multiply(GemmOperand left, OperandRows restorerOfLeft, PackedWeights packed, float @Nullable [] addend, float[] result, Parallelism parallelism) {
    start(packed.rows(), packed.k(), addend, 1, result);
    weights = packed;
    restoreAndMultiply(left, restorerOfLeft, parallelism);
    finish();
  }

  private void restoreAndMultiply(GemmOperand left, OperandRows restorerOfLeft, Parallelism parallelism) {
    a = left;
    restorerOfA = restorerOfLeft;
    int block = Math.clamp(MAX_RESTORED / k, ROWS_PER_TASK, ROW_BLOCK);
    if (restored.length < Math.min(block, left.rows()) * k) {
      restored = new float[Math.min(block, left.rows()) * k];
    }
    for (int row = 0; row < left.rows(); row += block) {
      values = restored;
      valuesOffset = 0;
      valuesStride = k;
      firstRow = row;
      endRow = Math.min(row + block, left.rows());
      parallelism.forEach(Math.ceilDiv(endRow - firstRow, ROWS_PER_TASK), restoreTask);
      parallelism.forEach(Math.ceilDiv(columns, PANEL), panelTask);
    }
  }

  private void start(int n, int length, float @Nullable [] addend, float factor, float[] result) {
    columns = n;
    k = length;
    c = addend;
    d = result;
    alpha = factor;
  }

  /** Lets go of the caller's arrays. */
  private void finish() {
    values = NOTHING;
    a = null;
    restorerOfA = null;
    weights = null;
    b = null;
    restorerOfB = null;
    c = null;
    d = NOTHING;
  }

  private void restore(int task) {
    GemmOperand operand = Objects.requireNonNull(a);
    OperandRows restorer = Objects.requireNonNull(restorerOfA);
    int end = Math.min(firstRow + (task + 1) * ROWS_PER_TASK, endRow);
    for (int row = firstRow + task * ROWS_PER_TASK; row < end; row++) {
      restorer.decode(operand, row, values, (row - firstRow) * k);
    }
  }

  /** All rows of the block of A with one panel. */
  private void panel(int number) {
    Scratch scratch = kernels.scratch();
    int firstColumn = number * PANEL;
    PackedWeights packed = weights;
    GemmOperand operand = b;
    if (operand != null) {
      kernels.panels.prepare(operand, Objects.requireNonNull(restorerOfB), firstColumn, scratch);
    }
    for (int from = 0; from < k; from += K_CHUNK) {
      int count = Math.min(K_CHUNK, k - from);
      if (operand != null) {
        kernels.panels.fill(operand, firstColumn, from, count, scratch);
      } else {
        kernels.panels.fill(Objects.requireNonNull(packed), firstColumn, from, count, scratch);
      }
      for (int row = firstRow; row < endRow; row += kernels.tile.rows()) {
        tiles(row, firstColumn, from, count, scratch);
      }
    }
  }

  /** As many rows as a tile has with all columns of a panel and a chunk of K. */
  private void tiles(int row, int firstColumn, int from, int count, Scratch scratch) {
    TileProduct tile = kernels.tile;
    int valid = Math.min(tile.rows(), endRow - row);
    int width = Math.min(PANEL, columns - firstColumn);
    float[] sums = scratch.sums;
    float[] source = from == 0 ? c : d;
    for (int r = 0; r < valid; r++) {
      if (source == null) {
        Arrays.fill(sums, r * PANEL, r * PANEL + width, 0);
      } else {
        System.arraycopy(source, (row + r) * columns + firstColumn, sums, r * PANEL, width);
      }
    }
    int aOffset = valuesOffset + (row - firstRow) * valuesStride + from;
    for (int column = 0; column < width; column += tile.columns()) {
      tile.multiply(values, aOffset, valuesStride, valid, scratch.panel, column, count, sums, column);
    }
    for (int r = 0; r < valid; r++) {
      int at = (row + r) * columns + firstColumn;
      if (from + count < k) {
        System.arraycopy(sums, r * PANEL, d, at, width);
      } else {
        store(sums, r * PANEL, at, width);
      }
    }
  }

  private void store(float[] sums, int offset, int at, int count) {
    for (int i = 0; i < count; i++) {
      d[at + i] = Fp32Accumulation.result(alpha * sums[offset + i]);
    }
  }

  /** One row of A with as many rows of packed weights as {@link RowProduct} takes; where there are too few, with 16 at a time. */
  private void singleRows(int number) {
    Scratch scratch = kernels.scratch();
    int groups = Math.ceilDiv(columns, PackedWeights.ROWS);
    int taken = kernels.rowProduct(Objects.requireNonNull(weights).format()).rows() / PackedWeights.ROWS;
    int first = number * taken;
    if (first + taken <= groups) {
      single(first, taken, scratch);
    } else {
      for (int group = first; group < groups; group++) {
        single(group, 1, scratch);
      }
    }
  }

  /** @param groups groups of 16 rows: as many as the kernel takes, or one, which it is then given several times over */
  private void single(int firstGroup, int groups, Scratch scratch) {
    PackedWeights packed = Objects.requireNonNull(weights);
    int blockShift = BlockFactors.blockShift(packed.format());
    int scalesStride = (k >> blockShift) * PackedWeights.ROWS;
    int perInt = PackedWeights.elementsPerInt(packed.format());
    int codesStride = k / perInt * PackedWeights.ROWS;
    int factorsStride = K_CHUNK >> blockShift << 4;
    RowProduct product = kernels.rowProduct(packed.format());
    float[] sums = scratch.sums;
    Arrays.fill(sums, 0, product.rows(), 0);
    for (int from = 0; from < k; from += K_CHUNK) {
      int count = Math.min(K_CHUNK, k - from);
      for (int group = 0; group < groups; group++) {
        kernels.blockFactors.decode(
            packed.format(), packed.scales(), (firstGroup + group) * scalesStride, from, count, scratch.factors, group * factorsStride);
      }
      int codesOffset = firstGroup * codesStride + from / perInt * PackedWeights.ROWS;
      product.multiply(
          packed.codes(), codesOffset, groups == 1 ? 0 : codesStride, scratch.factors, 0, groups == 1 ? 0 : factorsStride, blockShift, count, values,
          valuesOffset + from, sums, 0);
    }
    int column = firstGroup * PackedWeights.ROWS;
    store(sums, 0, firstRow * columns + column, Math.min(groups * PackedWeights.ROWS, columns - column));
  }
}
