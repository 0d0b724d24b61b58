package io.github.fp4j.simd;

/** Sixteen columns of a matrix as sixteen rows. */
interface PanelTranspose {

  /** Columns of a panel. */
  int COLUMNS = 16;

  /**
   * {@code to[toOffset + height * c + r] = values[offset + stride * r + c]} for each row r and each of the sixteen columns c.
   *
   * @param height rows, a multiple of 16
   * @param first room for {@code 16 * height} values
   * @param second as much
   */
  void transpose(float[] values, int offset, int stride, int height, float[] first, float[] second, float[] to, int toOffset);
}
