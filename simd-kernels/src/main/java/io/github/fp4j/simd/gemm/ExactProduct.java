package io.github.fp4j.simd.gemm;

import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.Gemm;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.OperandRows;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Products under {@link AccumulationModels#EXACT_RNE}, one at a time: runs of K in float32 and their sums in float64, both of which {@link RowBounds} certifies to
 * be exact, then one rounding. An element that is not certified is left to the model's evaluator.
 */
final class ExactProduct {

  /** Rows of A that share a decoded panel. */
  private static final int ROW_BLOCK = 256;

  private static final int ROWS_PER_TASK = 16;
  private static final int PANEL = TileProduct.PANEL;
  private static final float[] NOTHING = {};

  private final Kernels kernels;
  private final IntConsumer restoreTask = this::restore;
  private final IntConsumer panelTask = this::panel;
  private float[] values = NOTHING;
  private double[] norms = {};
  private @Nullable GemmOperand a;
  private @Nullable GemmOperand b;
  private @Nullable OperandRows restorer;
  private @Nullable RowBounds bounds;
  private @Nullable Gemm evaluator;
  private float @Nullable [] c;
  private float[] d = NOTHING;
  private int firstRow;
  private int endRow;

  ExactProduct(Kernels kernels) {
    this.kernels = kernels;
  }

  /** Whether operands, both of this format, can be multiplied. */
  static boolean supports(OperandFormat format) {
    return BlockFactors.supports(format) && format.element().equals(FloatFormat.E2M1);
  }

  /** Both operands have the same format, one that is supported. */
  void multiply(
      GemmOperand left, GemmOperand right, OperandRows restorerOfBoth, RowBounds boundsOfBoth, float @Nullable [] addend, float[] result,
      Parallelism parallelism) {
    a = left;
    b = right;
    restorer = restorerOfBoth;
    bounds = boundsOfBoth;
    c = addend;
    d = result;
    int block = Math.min(ROW_BLOCK, left.rows());
    int stride = RowBounds.runs(left.k()) + 1;
    if (values.length < block * left.k() || norms.length < block * stride) {
      values = new float[block * left.k()];
      norms = new double[block * stride];
    }
    for (int row = 0; row < left.rows(); row += block) {
      firstRow = row;
      endRow = Math.min(row + block, left.rows());
      parallelism.forEach(Math.ceilDiv(endRow - firstRow, ROWS_PER_TASK), restoreTask);
      parallelism.forEach(Math.ceilDiv(right.rows(), PANEL), panelTask);
    }
    a = null;
    b = null;
    restorer = null;
    bounds = null;
    evaluator = null;
    c = null;
    d = NOTHING;
  }

  private void restore(int task) {
    GemmOperand operand = Objects.requireNonNull(a);
    RowBounds measures = Objects.requireNonNull(bounds);
    int stride = RowBounds.runs(operand.k()) + 1;
    int end = Math.min(firstRow + (task + 1) * ROWS_PER_TASK, endRow);
    for (int row = firstRow + task * ROWS_PER_TASK; row < end; row++) {
      Objects.requireNonNull(restorer).decode(operand, row, values, (row - firstRow) * operand.k());
      measures.measure(operand, row, norms, (row - firstRow) * stride);
    }
  }

  private void panel(int number) {
    GemmOperand operand = Objects.requireNonNull(b);
    Scratch scratch = kernels.scratch();
    int firstColumn = number * PANEL;
    int width = Math.min(PANEL, operand.rows() - firstColumn);
    int k = operand.k();
    int runs = RowBounds.runs(k);
    double[] columnNorms = scratch.norms(PANEL * (runs + 1));
    for (int column = 0; column < width; column++) {
      Objects.requireNonNull(bounds).measure(operand, firstColumn + column, columnNorms, column * (runs + 1));
    }
    int outputs = (endRow - firstRow) * PANEL;
    double[] exact = scratch.exactSums(outputs);
    boolean[] uncertain = scratch.uncertain(outputs);
    Arrays.fill(exact, 0, outputs, 0);
    Arrays.fill(uncertain, 0, outputs, false);
    kernels.panels.prepare(operand, Objects.requireNonNull(restorer), firstColumn, scratch);
    for (int run = 0; run < runs; run++) {
      int from = run * RowBounds.RUN;
      int count = Math.min(RowBounds.RUN, k - from);
      kernels.panels.fill(operand, firstColumn, from, count, scratch);
      certify(run, runs, RowBounds.FLOAT_LIMIT, width, columnNorms, uncertain);
      for (int row = firstRow; row < endRow; row += kernels.tile.rows()) {
        tiles(row, width, from, count, k, scratch);
      }
    }
    certify(runs, runs, RowBounds.DOUBLE_LIMIT, width, columnNorms, uncertain);
    for (int row = firstRow; row < endRow; row++) {
      store(row, firstColumn, width, operand.rows(), exact, uncertain);
    }
  }

  /** Marks the elements whose sums over one run, or (index {@code runs}) over all of K, may be rounded. */
  private void certify(int run, int runs, double limit, int width, double[] columnNorms, boolean[] uncertain) {
    double largest = 0;
    for (int column = 0; column < width; column++) {
      largest = Math.max(largest, columnNorms[column * (runs + 1) + run]); // NaN, if there is one
    }
    for (int row = 0; row < endRow - firstRow; row++) {
      double norm = norms[row * (runs + 1) + run];
      if (norm * largest < limit) {
        continue;
      }
      for (int column = 0; column < width; column++) {
        uncertain[row * PANEL + column] |= !(norm * columnNorms[column * (runs + 1) + run] < limit);
      }
    }
  }

  private void tiles(int row, int width, int from, int count, int k, Scratch scratch) {
    TileProduct tile = kernels.tile;
    int valid = Math.min(tile.rows(), endRow - row);
    float[] sums = scratch.sums;
    Arrays.fill(sums, 0, tile.rows() * PANEL, 0);
    for (int column = 0; column < width; column += tile.columns()) {
      tile.multiply(values, (row - firstRow) * k + from, k, valid, scratch.panel, column, count, sums, column);
    }
    double[] exact = scratch.exactSums(0);
    int at = (row - firstRow) * PANEL;
    for (int i = 0; i < valid * PANEL; i++) {
      exact[at + i] += sums[i];
    }
  }

  private void store(int row, int firstColumn, int width, int columns, double[] exact, boolean[] uncertain) {
    for (int column = 0; column < width; column++) {
      int from = (row - firstRow) * PANEL + column;
      int at = row * columns + firstColumn + column;
      float addend = c == null ? 0 : c[at];
      if (uncertain[from]) {
        int bits = evaluator().dot(row, firstColumn + column, Float.floatToRawIntBits(addend));
        d[at] = Float.intBitsToFloat(bits);
      } else {
        d[at] = ExactRounding.add(exact[from], addend);
      }
    }
  }

  private synchronized Gemm evaluator() {
    Gemm made = evaluator;
    if (made == null) {
      made = Gemm.of(AccumulationModels.EXACT_RNE, Objects.requireNonNull(a), Objects.requireNonNull(b));
      evaluator = made;
    }
    return made;
  }
}
