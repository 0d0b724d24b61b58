package io.github.fp4j.simd.gemm;

/** One activation row times several interleaved rows of E2M1 codes. */
interface RowProduct {

  /** Rows of weights that one call multiplies: four vectors of them. A multiple of 16. */
  int rows();

  /**
   * {@code sums[r] = fma(x[k], element(r, k) * factor(r, k / block), sums[r])} for k ascending, for each of {@link #rows()} rows r.
   *
   * @param codes eight elements of a row to an int, 16 rows side by side; the next eight elements 16 ints on
   * @param codesStride ints from 16 rows to the next 16
   * @param factors the blocks' factors, 16 rows side by side
   * @param factorsStride factors from 16 rows to the next 16
   * @param blockShift binary logarithm of the block size: 4 or more
   * @param k elements of a row, a multiple of 8
   */
  void multiply(
      int[] codes, int codesOffset, int codesStride, float[] factors, int factorsOffset, int factorsStride, int blockShift, int k, float[] x, int xOffset,
      float[] sums, int sumsOffset);
}
