package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.gemm.GemmOperand;

/** An operand as a device reads it that takes whole tiles of K, however long the rows are. */
final class LongerRows {
  private LongerRows() {}

  /** Rows of K rounded up to a multiple of {@code tile}, each still starting where it did: what is too much comes from the rows after it, behind the last row zeros. */
  static GemmOperand of(GemmOperand operand, int tile) {
    int k = Math.ceilDiv(operand.k(), tile) * tile;
    int blocks = OperandChange.scalesInRow(operand);
    int longer = k / operand.format().block();
    byte[] codes = new byte[operand.rows() * k / 2];
    byte[] scales = new byte[operand.rows() * longer];
    for (int row = 0; row < operand.rows(); row++) {
      copy(operand.codes(), row * operand.k() / 2, codes, row * k / 2, k / 2);
      copy(operand.scales(), row * blocks, scales, row * longer, longer);
    }
    return new GemmOperand(operand.format(), operand.rows(), k, codes, scales);
  }

  private static void copy(byte[] from, int fromStart, byte[] to, int toStart, int length) {
    System.arraycopy(from, fromStart, to, toStart, Math.min(length, from.length - fromStart));
  }
}
