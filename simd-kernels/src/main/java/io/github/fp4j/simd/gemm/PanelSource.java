package io.github.fp4j.simd.gemm;

import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.OperandRows;
import io.github.fp4j.formats.gemm.PackedWeights;

/** Where panels of B come from: packed weights, an operand of the same formats that is packed panel by panel, or an operand of any format, restored by the scalar model. */
final class PanelSource {
  private static final int ROWS = PackedWeights.ROWS;

  private final BlockFactors blockFactors;
  private final PanelDecoder decoder;

  PanelSource(BlockFactors blockFactors, PanelDecoder decoder) {
    this.blockFactors = blockFactors;
    this.decoder = decoder;
  }

  /** Elements {@code from} to {@code from + count} of rows of packed weights. */
  void fill(PackedWeights weights, int firstRow, int from, int count, Scratch scratch) {
    int rows = Math.min(TileProduct.PANEL, weights.rows() - firstRow);
    fill(weights.format(), weights.k(), weights.codes(), weights.scales(), firstRow / ROWS, rows, from, count, scratch);
  }

  /** Makes ready rows of an operand for {@link #fill(GemmOperand, int, int, int, Scratch)}. */
  void prepare(GemmOperand operand, OperandRows values, int firstRow, Scratch scratch) {
    int end = Math.min(firstRow + TileProduct.PANEL, operand.rows());
    int k = operand.k();
    if (BlockFactors.supports(operand.format())) {
      int[] codes = scratch.codes(TileProduct.PANEL * k / PackedWeights.ELEMENTS);
      PackedWeights.pack(operand, firstRow, end, codes, scratch.scales(TileProduct.PANEL * k / operand.format().block()));
    } else {
      float[] rows = scratch.rows(TileProduct.PANEL * k);
      for (int row = firstRow; row < end; row++) {
        values.decode(operand, row, rows, (row - firstRow) * k);
      }
    }
  }

  /** Elements {@code from} to {@code from + count} of the rows that were made ready. */
  void fill(GemmOperand operand, int firstRow, int from, int count, Scratch scratch) {
    int rows = Math.min(TileProduct.PANEL, operand.rows() - firstRow);
    if (BlockFactors.supports(operand.format())) {
      fill(operand.format(), operand.k(), scratch.codes(0), scratch.scales(0), 0, rows, from, count, scratch);
      return;
    }
    float[] values = scratch.rows(0);
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < count; i++) {
        scratch.panel[TileProduct.PANEL * i + row] = values[row * operand.k() + from + i];
      }
    }
  }

  private void fill(OperandFormat format, int k, int[] codes, byte[] scales, int firstGroup, int rows, int from, int count, Scratch scratch) {
    int blockShift = BlockFactors.blockShift(format);
    for (int group = 0; group * ROWS < rows; group++) {
      int number = firstGroup + group;
      blockFactors.decode(format, scales, number * (k >> blockShift) * ROWS, from, count, scratch.factors, 0);
      int codesOffset = (number * k + from) / PackedWeights.ELEMENTS * ROWS;
      decoder.decode(codes, codesOffset, scratch.factors, 0, blockShift, count, scratch.panel, group * ROWS);
    }
  }
}
