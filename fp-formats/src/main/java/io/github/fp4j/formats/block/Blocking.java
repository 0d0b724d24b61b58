package io.github.fp4j.formats.block;

/** Along which elements of a matrix a block lies. */
public enum Blocking {
  /** Along the contiguous axis, one block after another in each row. */
  ROWS,
  /** Along the other axis: the result is the quantised transpose, whose rows are the columns of the input. */
  TRANSPOSED,
  /**
   * In squares of block size by block size. The scale of a square is stored with each of its rows, so that the result is an ordinary row-blocked tensor whose
   * transpose has the same scales (TransformerEngine's 16x16 weights).
   */
  TILES
}
