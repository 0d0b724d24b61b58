package io.github.fp4j.simd.optim;

import java.util.Arrays;

/**
 * A second moment as running means of the squared gradient over the columns and over the rows of every matrix of a tensor's last two dimensions. An element is
 * {@code row * column / mean(row)} (arXiv 1804.04235, section 3). Sums run in float64, in row-major order.
 */
final class FactoredStore implements MomentStore {
  private final int rowsPerMatrix;
  private final int columnsPerMatrix;
  private final float[] rows;
  private final float[] columns;
  private final double[] rowSums;
  private final double[] columnSums;
  private final double[] rowMeans;

  FactoredStore(int[] shape) {
    rowsPerMatrix = shape[shape.length - 2];
    columnsPerMatrix = shape[shape.length - 1];
    int matrices = 1;
    for (int d = 0; d < shape.length - 2; d++) {
      matrices *= shape[d];
    }
    rows = new float[matrices * rowsPerMatrix];
    columns = new float[matrices * columnsPerMatrix];
    rowSums = new double[rows.length];
    columnSums = new double[columns.length];
    rowMeans = new double[matrices];
  }

  /** Before the first {@link #survey} of a step. */
  void start() {
    Arrays.fill(rowSums, 0);
    Arrays.fill(columnSums, 0);
  }

  /** Adds {@code g^2 + epsilon} of a chunk. Not thread-safe; chunks in ascending order. */
  void survey(float[] gradient, int offset, int from, int length, double epsilon) {
    for (int at = 0; at < length; ) {
      int row = (from + at) / columnsPerMatrix;
      int column = (from + at) % columnsPerMatrix;
      int firstColumn = row / rowsPerMatrix * columnsPerMatrix;
      int run = Math.min(length - at, columnsPerMatrix - column);
      double sum = rowSums[row];
      for (int i = 0; i < run; i++) {
        double g = gradient[offset + at + i];
        double square = g * g + epsilon;
        sum += square;
        columnSums[firstColumn + column + i] += square;
      }
      rowSums[row] = sum;
      at += run;
    }
  }

  /** Moves the running means towards what the survey saw. */
  void finish(double beta2) {
    blend(rows, rowSums, columnsPerMatrix, beta2);
    blend(columns, columnSums, rowsPerMatrix, beta2);
    average();
  }

  private static void blend(float[] means, double[] sums, int count, double beta2) {
    for (int i = 0; i < means.length; i++) {
      means[i] = (float) (beta2 * means[i] + (1 - beta2) * (sums[i] / count));
    }
  }

  private void average() {
    for (int matrix = 0; matrix < rowMeans.length; matrix++) {
      double sum = 0;
      for (int row = 0; row < rowsPerMatrix; row++) {
        sum += rows[matrix * rowsPerMatrix + row];
      }
      rowMeans[matrix] = sum / rowsPerMatrix;
    }
  }

  /** The second moment of an element; 0 where the gradient has always been 0. */
  double value(int index) {
    int row = index / columnsPerMatrix;
    int matrix = row / rowsPerMatrix;
    double mean = rowMeans[matrix];
    return mean == 0 ? 0 : (double) rows[row] * columns[matrix * columnsPerMatrix + index % columnsPerMatrix] / mean;
  }

  @Override
  public void open(Workspace workspace, Window window, int from, int length) {
    float[] values = window.openCopy();
    for (int i = 0; i < length; i++) {
      values[i] = (float) value(from + i);
    }
  }

  @Override
  public void close(Workspace workspace, Window window, int from, int length) {
    // the means are all there is
  }

  @Override
  public int granule() {
    return 1;
  }

  @Override
  public void clear() {
    Arrays.fill(rows, 0);
    Arrays.fill(columns, 0);
    average();
  }

  @Override
  public void visit(String name, StateVisitor visitor) {
    visitor.floats(name + ".rows", rows);
    visitor.floats(name + ".columns", columns);
  }
}
