package io.github.fp4j.formats.block;

import java.util.Arrays;
import java.util.Objects;

/** Where the scale of block column {@code column} of row {@code row} lies. Tiled layouts are padded to whole tiles; padded entries are zero. */
public enum ScaleLayout {
  /** Row after row, as in checkpoints. */
  LINEAR("linear", 1, 1),
  /**
   * Tiles of 128 rows by 4 scales, 512 bytes, a row of tiles after another; within a tile {@code (row % 32) * 16 + (row / 32) * 4 + column}. The layout that
   * cuBLASLt, TransformerEngine, torchao, FlashInfer and CUTLASS hand to the tensor cores (swizzle.cuh:35-51; cuBLAS documentation, "1D block scaling").
   */
  SWIZZLED_128X4("128x4", 128, 4),
  /** Tiles of 8 rows by 4 scales, 32 bytes, row-major inside and among themselves: FlashInfer and TensorRT-LLM for few rows (quantization_utils.cuh:931-1010). */
  SWIZZLED_8X4("8x4", 8, 4);

  private final String label;
  private final int tileRows;
  private final int tileColumns;

  ScaleLayout(String label, int tileRows, int tileColumns) {
    this.label = label;
    this.tileRows = tileRows;
    this.tileColumns = tileColumns;
  }

  /** The layout with this name: {@code linear}, {@code 128x4} or {@code 8x4}. */
  public static ScaleLayout byName(String name) {
    for (ScaleLayout layout : values()) {
      if (layout.label.equals(name)) {
        return layout;
      }
    }
    throw new IllegalArgumentException("unknown scale layout \"" + name + "\": expected linear, 128x4 or 8x4");
  }

  /** Rows with padding. */
  public int paddedRows(int rows) {
    return Math.multiplyExact(Math.ceilDiv(rows, tileRows), tileRows);
  }

  /** Scales in a row with padding. */
  public int paddedColumns(int columns) {
    return Math.multiplyExact(Math.ceilDiv(columns, tileColumns), tileColumns);
  }

  /** Bytes that {@code rows} by {@code columns} scales take. */
  public int size(int rows, int columns) {
    return Math.multiplyExact(paddedRows(rows), paddedColumns(columns));
  }

  /** Where scale ({@code row}, {@code column}) of a matrix of {@code columns} scales in a row lies; row and column may lie in the padding. */
  public int offset(int row, int column, int columns) {
    if (this == LINEAR) {
      return row * columns + column;
    }
    int tilesPerRow = paddedColumns(columns) / tileColumns;
    int tile = row / tileRows * tilesPerRow + column / tileColumns;
    int r = row % tileRows;
    int c = column % tileColumns;
    int within = this == SWIZZLED_128X4 ? r % 32 * 16 + r / 32 * 4 + c : r * 4 + c;
    return tile * tileRows * tileColumns + within;
  }

  /**
   * Puts linear scales into this layout.
   *
   * @throws IndexOutOfBoundsException if {@code rows * columns} scales or {@link #size} bytes do not fit
   */
  public void swizzle(int rows, int columns, byte[] linear, int linearOffset, byte[] swizzled, int swizzledOffset) {
    Objects.checkFromIndexSize(linearOffset, Math.multiplyExact(rows, columns), linear.length);
    Objects.checkFromIndexSize(swizzledOffset, size(rows, columns), swizzled.length);
    Arrays.fill(swizzled, swizzledOffset, swizzledOffset + size(rows, columns), (byte) 0);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        swizzled[swizzledOffset + offset(row, column, columns)] = linear[linearOffset + row * columns + column];
      }
    }
  }

  /** Takes scales out of this layout. */
  public void unswizzle(int rows, int columns, byte[] swizzled, int swizzledOffset, byte[] linear, int linearOffset) {
    Objects.checkFromIndexSize(linearOffset, Math.multiplyExact(rows, columns), linear.length);
    Objects.checkFromIndexSize(swizzledOffset, size(rows, columns), swizzled.length);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        linear[linearOffset + row * columns + column] = swizzled[swizzledOffset + offset(row, column, columns)];
      }
    }
  }

  @Override
  public String toString() {
    return label;
  }
}
