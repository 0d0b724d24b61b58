package io.github.fp4j.bridge;

import io.github.fp4j.formats.block.FloatRows;
import java.util.function.Consumer;

/**
 * A matrix cut into pieces of at most {@link #ELEMENTS}, or of one unit if that is larger. Pieces start at multiples of the units, so that none cuts a block. A call
 * works on one, on the Java heap: it takes microseconds, and the garbage collector waits for no more.
 */
record Pieces(int rows, int rowsPerPiece, int columns, int columnsPerPiece) {

  static final int ELEMENTS = 1 << 16;

  /** The largest block that a call takes. */
  static final int LARGEST_UNIT = 256;

  /** One piece: where it starts and its shape. */
  record Piece(int row, int column, int rows, int columns) {
    FloatRows of(FloatRows matrix) {
      return matrix.rowRange(row, rows).columnRange(column, columns);
    }
  }

  /** Where blocks stand across rows, pieces that are about square keep what is written together. */
  private static final int SQUARE = 256;

  /** Pieces as wide as they can be with one row, or where blocks stand across rows with {@link #SQUARE}; then as high as they can be. */
  static Pieces of(int rows, int rowUnit, int columns, int columnUnit) {
    int across = rowUnit == 1 ? 1 : Math.clamp(Math.ceilDiv(rows, rowUnit), 1, Math.max(SQUARE / rowUnit, 1)) * rowUnit;
    int width = Math.min(columns, Math.max(ELEMENTS / across / columnUnit, 1) * columnUnit);
    int padded = Math.max(Math.ceilDiv(width, columnUnit), 1) * columnUnit;
    int height = Math.max(ELEMENTS / padded / rowUnit, 1) * rowUnit;
    return new Pieces(rows, height, columns, width);
  }

  void forEach(Consumer<Piece> action) {
    for (int row = 0; row < rows; row += rowsPerPiece) {
      for (int column = 0; column < columns; column += columnsPerPiece) {
        action.accept(new Piece(row, column, Math.min(rowsPerPiece, rows - row), Math.min(columnsPerPiece, columns - column)));
      }
    }
  }
}
