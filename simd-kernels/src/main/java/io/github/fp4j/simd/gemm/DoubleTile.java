package io.github.fp4j.simd.gemm;

/** As {@link TileProduct}, in float64: products of float32 are exact, sums are rounded. */
interface DoubleTile {

  /** Rows of A in a whole tile. */
  int ROWS = 4;

  /** Columns of a tile, a divisor of {@link TileProduct#PANEL}. */
  int columns();

  /**
   * {@code sums[PANEL * r + j] += a[aOffset + aStride * r + k] * panel[panelOffset + PANEL * k + j]} for k ascending, for each column j of the tile and each row r
   * below {@link #ROWS}. Rows from {@code valid} on are computed from the last valid one, and mean nothing.
   *
   * @param valid rows of A that there are, at least 1
   * @param k number of products
   */
  void multiply(float[] a, int aOffset, int aStride, int valid, double[] panel, int panelOffset, int k, double[] sums, int sumsOffset);
}
