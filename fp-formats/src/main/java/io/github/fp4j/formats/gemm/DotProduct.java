package io.github.fp4j.formats.gemm;

/** The dot products of the rows of two operands under one model. Thread-safe. */
interface DotProduct {

  /**
   * The dot product of a row of A and a row of B.
   *
   * @param c bits of C, in the model's output type
   * @return bits of D, in the same type
   */
  int dot(int row, int column, int c);
}
