package io.github.fp4j.formats.block;

import java.util.Objects;

/**
 * A matrix of float32 that lies in an array, row after row.
 *
 * @param values the array
 * @param offset where the first element lies
 * @param stride from the start of one row to the start of the next, at least {@code columns}
 * @param rows number of rows, at least 0
 * @param columns elements in a row, at least 0
 */
public record FloatRows(float[] values, int offset, int stride, int rows, int columns) {

  /** @throws IndexOutOfBoundsException if it reaches outside the array */
  public FloatRows {
    if (rows < 0 || columns < 0 || stride < columns) {
      throw new IllegalArgumentException(
          "rows = " + rows + ", columns = " + columns + ", stride = " + stride + ": expected no negative number and a stride of at least columns");
    }
    if (rows > 0 && columns > 0) {
      long end = offset + (rows - 1L) * stride + columns;
      if (offset < 0 || end > values.length) {
        throw new IndexOutOfBoundsException("elements [" + offset + ", " + end + ") of an array of " + values.length);
      }
    }
  }

  /** The whole array as {@code rows} rows of {@code columns}. */
  public static FloatRows of(float[] values, int rows, int columns) {
    return new FloatRows(values, 0, columns, rows, columns);
  }

  /** Rows {@code from} to {@code from + count}. */
  public FloatRows rowRange(int from, int count) {
    Objects.checkFromIndexSize(from, count, rows);
    return new FloatRows(values, offset + from * stride, stride, count, columns);
  }

  /** Columns {@code from} to {@code from + count} of every row. */
  public FloatRows columnRange(int from, int count) {
    Objects.checkFromIndexSize(from, count, columns);
    return new FloatRows(values, offset + from, stride, rows, count);
  }

  /** Where element ({@code row}, {@code column}) lies in {@link #values}. */
  public int index(int row, int column) {
    return offset + row * stride + column;
  }
}
