package io.github.fp4j.simd.gemm;

/** The innermost loop of a matrix product: a few rows of A times a few columns of a panel, their accumulators in registers. */
interface TileProduct {

  /** Rows of weights in a panel: three vectors of 512 bits. A panel holds them side by side for each element of K. */
  int PANEL = 48;

  /** Rows of A in a whole tile. */
  int rows();

  /** Columns of a tile, a divisor of {@link #PANEL}. */
  int columns();

  /**
   * {@code sums[PANEL * r + j] = fma(a[aOffset + aStride * r + k], panel[panelOffset + PANEL * k + j], sums[PANEL * r + j])} for k ascending, for each column j
   * of the tile and each row r below {@link #rows()}. Rows from {@code valid} on are computed from the last valid one, and mean nothing.
   *
   * @param valid rows of A that there are, at least 1
   * @param k number of products
   */
  void multiply(float[] a, int aOffset, int aStride, int valid, float[] panel, int panelOffset, int k, float[] sums, int sumsOffset);
}
