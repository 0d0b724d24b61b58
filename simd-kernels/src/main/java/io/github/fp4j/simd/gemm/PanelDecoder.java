package io.github.fp4j.simd.gemm;

/** Interleaved rows of E2M1 codes to float32, element by element of K. */
interface PanelDecoder {

  /**
   * Sixteen rows: {@code panel[panelOffset + PANEL * k + r] = element(r, k) * factor(r, k / block)}.
   *
   * @param codes eight elements of a row to an int, 16 rows side by side; the next eight elements 16 ints on
   * @param factors the blocks' factors, 16 rows side by side
   * @param blockShift binary logarithm of the block size: 4 or more
   * @param k elements of a row, a multiple of 8
   */
  void decode(int[] codes, int codesOffset, float[] factors, int factorsOffset, int blockShift, int k, float[] panel, int panelOffset);
}
