package io.github.fp4j.simd;

import io.github.fp4j.formats.block.ScaleLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Scales into the tiles of a {@link ScaleLayout} and out of them. Both tiled layouts are lines of 16 bytes, four scales from each of four rows: rows 32 apart in
 * 128x4, consecutive ones in 8x4. Taking the four scales of a row in a tile as an int, four lines of neighbouring tiles are the transpose of four times four ints.
 *
 * <p>A line is one 128-bit vector whatever the width of the other kernels: wider ones would have to be cut at every store.
 */
final class ScaleTiles {
  private static final VectorSpecies<Byte> LINE = ByteVector.SPECIES_128;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_128;
  private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
  private static final int LINE_BYTES = 16;
  private static final int TILE_COLUMNS = 4;

  private static final int[] LOW_HALVES = {0, 4, 1, 5};
  private static final int[] HIGH_HALVES = {2, 6, 3, 7};
  private static final int[] FIRST_PAIRS = {0, 1, 4, 5};
  private static final int[] SECOND_PAIRS = {2, 3, 6, 7};

  private static final ScaleTiles OF_128X4 = new ScaleTiles(128, 32);
  private static final ScaleTiles OF_8X4 = new ScaleTiles(8, 1);

  private final int tileRows;
  private final int rowStep;

  private ScaleTiles(int tileRows, int rowStep) {
    this.tileRows = tileRows;
    this.rowStep = rowStep;
  }

  /** The tiles of a layout that has some. */
  static ScaleTiles of(ScaleLayout layout) {
    return switch (layout) {
      case SWIZZLED_128X4 -> OF_128X4;
      case SWIZZLED_8X4 -> OF_8X4;
      case LINEAR -> throw new IllegalArgumentException("layout = linear: it has no tiles");
    };
  }

  private int tileBytes() {
    return tileRows * TILE_COLUMNS;
  }

  /** Where in a tile the four scales of row {@code row} of it start. */
  private int place(int row) {
    return rowStep == 1 ? row * TILE_COLUMNS : row % rowStep * LINE_BYTES + row / rowStep * TILE_COLUMNS;
  }

  /** The first row of line {@code line}. */
  private int firstRow(int line) {
    return rowStep == 1 ? line * TILE_COLUMNS : line;
  }

  /** As {@link ScaleLayout#swizzle}. */
  void swizzle(int rows, int columns, byte[] linear, int linearOffset, byte[] tiles, int tilesOffset) {
    int tilesPerRow = check(rows, columns, linear, linearOffset, tiles, tilesOffset);
    int rowOfTiles = tilesPerRow * tileBytes();
    int whole = columns - columns % LINE_BYTES;
    for (int row = 0; row < rows; row += tileRows) {
      int height = Math.min(tileRows, rows - row);
      int from = linearOffset + row * columns;
      int to = tilesOffset + row / tileRows * rowOfTiles;
      if (height < tileRows) {
        Arrays.fill(tiles, to, to + rowOfTiles, (byte) 0);
        rest(columns, 0, height, linear, from, tiles, to);
        continue;
      }
      for (int line = 0; line < tileRows / TILE_COLUMNS; line++) {
        lines(whole, linear, from + firstRow(line) * columns, rowStep * columns, tiles, to + line * LINE_BYTES, tileBytes());
      }
      if (columns % TILE_COLUMNS != 0) {
        Arrays.fill(tiles, to + rowOfTiles - tileBytes(), to + rowOfTiles, (byte) 0);
      }
      rest(columns, whole, height, linear, from, tiles, to);
    }
  }

  /** As {@link ScaleLayout#unswizzle}. */
  void unswizzle(int rows, int columns, byte[] tiles, int tilesOffset, byte[] linear, int linearOffset) {
    int tilesPerRow = check(rows, columns, linear, linearOffset, tiles, tilesOffset);
    int whole = columns - columns % LINE_BYTES;
    for (int row = 0; row < rows; row += tileRows) {
      int height = Math.min(tileRows, rows - row);
      int to = linearOffset + row * columns;
      int from = tilesOffset + row / tileRows * tilesPerRow * tileBytes();
      boolean full = height == tileRows;
      for (int line = 0; full && line < tileRows / TILE_COLUMNS; line++) {
        rows(whole, tiles, from + line * LINE_BYTES, tileBytes(), linear, to + firstRow(line) * columns, rowStep * columns);
      }
      restBack(columns, full ? whole : 0, height, tiles, from, linear, to);
    }
  }

  private int check(int rows, int columns, byte[] linear, int linearOffset, byte[] tiles, int tilesOffset) {
    Objects.checkFromIndexSize(linearOffset, Math.multiplyExact(rows, columns), linear.length);
    int tilesPerRow = Math.ceilDiv(columns, TILE_COLUMNS);
    int size = Math.multiplyExact(Math.multiplyExact(Math.ceilDiv(rows, tileRows), tilesPerRow), tileBytes());
    Objects.checkFromIndexSize(tilesOffset, size, tiles.length);
    return tilesPerRow;
  }

  /** Four rows, {@code rowStride} bytes apart, to one line of each of {@code length / 4} tiles; length is a multiple of 16. */
  private static void lines(int length, byte[] linear, int from, int rowStride, byte[] tiles, int to, int tileStride) {
    IntVector low = IntVector.fromArray(INTS, LOW_HALVES, 0);
    IntVector high = IntVector.fromArray(INTS, HIGH_HALVES, 0);
    IntVector first = IntVector.fromArray(INTS, FIRST_PAIRS, 0);
    IntVector second = IntVector.fromArray(INTS, SECOND_PAIRS, 0);
    for (int i = 0; i < length; i += LINE_BYTES) {
      IntVector a = ByteVector.fromArray(LINE, linear, from + i).reinterpretAsInts();
      IntVector b = ByteVector.fromArray(LINE, linear, from + rowStride + i).reinterpretAsInts();
      IntVector c = ByteVector.fromArray(LINE, linear, from + 2 * rowStride + i).reinterpretAsInts();
      IntVector d = ByteVector.fromArray(LINE, linear, from + 3 * rowStride + i).reinterpretAsInts();
      IntVector ab = low.selectFrom(a, b);
      IntVector cd = low.selectFrom(c, d);
      IntVector abHigh = high.selectFrom(a, b);
      IntVector cdHigh = high.selectFrom(c, d);
      int at = to + i / TILE_COLUMNS * tileStride;
      first.selectFrom(ab, cd).reinterpretAsBytes().intoArray(tiles, at);
      second.selectFrom(ab, cd).reinterpretAsBytes().intoArray(tiles, at + tileStride);
      first.selectFrom(abHigh, cdHigh).reinterpretAsBytes().intoArray(tiles, at + 2 * tileStride);
      second.selectFrom(abHigh, cdHigh).reinterpretAsBytes().intoArray(tiles, at + 3 * tileStride);
    }
  }

  /** The other way. */
  private static void rows(int length, byte[] tiles, int from, int tileStride, byte[] linear, int to, int rowStride) {
    IntVector low = IntVector.fromArray(INTS, LOW_HALVES, 0);
    IntVector high = IntVector.fromArray(INTS, HIGH_HALVES, 0);
    IntVector first = IntVector.fromArray(INTS, FIRST_PAIRS, 0);
    IntVector second = IntVector.fromArray(INTS, SECOND_PAIRS, 0);
    for (int i = 0; i < length; i += LINE_BYTES) {
      int at = from + i / TILE_COLUMNS * tileStride;
      IntVector a = ByteVector.fromArray(LINE, tiles, at).reinterpretAsInts();
      IntVector b = ByteVector.fromArray(LINE, tiles, at + tileStride).reinterpretAsInts();
      IntVector c = ByteVector.fromArray(LINE, tiles, at + 2 * tileStride).reinterpretAsInts();
      IntVector d = ByteVector.fromArray(LINE, tiles, at + 3 * tileStride).reinterpretAsInts();
      IntVector ab = low.selectFrom(a, b);
      IntVector cd = low.selectFrom(c, d);
      IntVector abHigh = high.selectFrom(a, b);
      IntVector cdHigh = high.selectFrom(c, d);
      first.selectFrom(ab, cd).reinterpretAsBytes().intoArray(linear, to + i);
      second.selectFrom(ab, cd).reinterpretAsBytes().intoArray(linear, to + rowStride + i);
      first.selectFrom(abHigh, cdHigh).reinterpretAsBytes().intoArray(linear, to + 2 * rowStride + i);
      second.selectFrom(abHigh, cdHigh).reinterpretAsBytes().intoArray(linear, to + 3 * rowStride + i);
    }
  }

  /** Columns from {@code start} on, a multiple of 4, of the first {@code height} rows of a row of tiles. */
  private void rest(int columns, int start, int height, byte[] linear, int from, byte[] tiles, int to) {
    for (int row = 0; row < height; row++) {
      int at = from + row * columns;
      int place = to + place(row);
      int column = start;
      for (; column + TILE_COLUMNS <= columns; column += TILE_COLUMNS) {
        INT.set(tiles, place + column / TILE_COLUMNS * tileBytes(), (int) INT.get(linear, at + column));
      }
      if (column < columns) {
        System.arraycopy(linear, at + column, tiles, place + column / TILE_COLUMNS * tileBytes(), columns - column);
      }
    }
  }

  private void restBack(int columns, int start, int height, byte[] tiles, int from, byte[] linear, int to) {
    for (int row = 0; row < height; row++) {
      int at = to + row * columns;
      int place = from + place(row);
      int column = start;
      for (; column + TILE_COLUMNS <= columns; column += TILE_COLUMNS) {
        INT.set(linear, at + column, (int) INT.get(tiles, place + column / TILE_COLUMNS * tileBytes()));
      }
      if (column < columns) {
        System.arraycopy(tiles, place + column / TILE_COLUMNS * tileBytes(), linear, at + column, columns - column);
      }
    }
  }
}
