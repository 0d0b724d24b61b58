package io.github.fp4j.formats.block;

import java.util.Objects;

/**
 * Where the codes and the scales of a row-blocked matrix lie: two byte arrays, each with an offset and the distance from one row to the next. Shape and format are
 * those of the call that takes it.
 *
 * @param codes the array of codes
 * @param codesOffset where the codes of the first row start
 * @param codesStride bytes from one row of codes to the next
 * @param scales the array of scales, one byte each
 * @param scalesOffset where the scales of the first row start
 * @param scalesStride bytes from one row of scales to the next
 */
public record BlockRows(byte[] codes, int codesOffset, int codesStride, byte[] scales, int scalesOffset, int scalesStride) {

  /** New arrays for {@code rows} rows of {@code columns} elements, dense. */
  public static BlockRows allocate(BlockFormat format, int rows, int columns) {
    int codesStride = format.codeBytesPerRow(columns);
    int scalesStride = format.blocksPerRow(columns);
    return new BlockRows(
        new byte[Math.multiplyExact(rows, codesStride)], 0, codesStride, new byte[Math.multiplyExact(rows, scalesStride)], 0, scalesStride);
  }

  /** The same from row {@code row} on. */
  public BlockRows fromRow(int row) {
    return new BlockRows(codes, codesOffset + row * codesStride, codesStride, scales, scalesOffset + row * scalesStride, scalesStride);
  }

  /** The same from block {@code block} of every row on. */
  public BlockRows fromBlock(BlockFormat format, int block) {
    int bytes = block * format.blockSize() / format.codesPerByte();
    return new BlockRows(codes, codesOffset + bytes, codesStride, scales, scalesOffset + block, scalesStride);
  }

  /** @throws IndexOutOfBoundsException if {@code rows} rows of {@code columns} elements do not fit, or rows overlap */
  public void check(BlockFormat format, int rows, int columns) {
    if (rows == 0 || columns == 0) {
      return;
    }
    check("codes", codes, codesOffset, codesStride, rows, format.codeBytesPerRow(columns));
    check("scales", scales, scalesOffset, scalesStride, rows, format.blocksPerRow(columns));
  }

  private static void check(String name, byte[] array, int offset, int stride, int rows, int length) {
    Objects.checkIndex(length - 1, stride);
    long end = offset + (rows - 1L) * stride + length;
    if (offset < 0 || end > array.length) {
      throw new IndexOutOfBoundsException(name + " [" + offset + ", " + end + ") of an array of " + array.length);
    }
  }
}
