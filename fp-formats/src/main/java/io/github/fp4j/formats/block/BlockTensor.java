package io.github.fp4j.formats.block;

import java.util.Objects;

/**
 * A quantised matrix: codes, linear block scales and the tensor's float32, with the profile that made them. Blocks lie along the rows; a transposed or tiled
 * quantisation is stored that way too (see {@link Blocking}).
 *
 * <p>Codes of row r start at {@code r * codesStride()} and fill {@link #storedColumns()} elements, padding included; those of one block fill whole bytes, in the
 * profile's {@link NibbleOrder}. Its scales start at {@code r * scalesStride()}. The arrays are shared, not copied: whoever hands them over writes to them no more.
 */
public final class BlockTensor {
  private final QuantizationProfile profile;
  private final int rows;
  private final int columns;
  private final int storedColumns;
  private final byte[] codes;
  private final byte[] scales;
  private final float tensorScale;

  /**
   * A tensor from its parts.
   *
   * @param profile what the parts mean
   * @param rows number of rows
   * @param columns elements in a row, without padding
   * @param codes the packed codes, dense
   * @param scales the block scales, dense
   * @param tensorScale as the profile stores it; 1 where it has none
   * @throws IllegalArgumentException if an array has not the length that shape and profile ask for, or the profile refuses the shape
   */
  public BlockTensor(QuantizationProfile profile, int rows, int columns, byte[] codes, byte[] scales, float tensorScale) {
    this.profile = Objects.requireNonNull(profile, "profile");
    this.rows = rows;
    this.columns = columns;
    this.storedColumns = profile.storedColumns("columns", columns);
    this.codes = codes;
    this.scales = scales;
    this.tensorScale = tensorScale;
    requireLength("codes", codes, codesStride());
    requireLength("scales", scales, scalesStride());
  }

  private void requireLength(String name, byte[] array, int stride) {
    if (array.length != (long) rows * stride) {
      throw new IllegalArgumentException(
          "%s has %d bytes: expected %d for %d x %d as %s of %s"
              .formatted(name, array.length, (long) rows * stride, rows, columns, profile.format(), profile));
    }
  }

  /** What made it. */
  public QuantizationProfile profile() {
    return profile;
  }

  /** Number of rows. */
  public int rows() {
    return rows;
  }

  /** Elements in a row, without padding. */
  public int columns() {
    return columns;
  }

  /** Elements that a row takes in storage. */
  public int storedColumns() {
    return storedColumns;
  }

  /** Bytes of codes in a row. */
  public int codesStride() {
    return profile.format().codeBytesPerRow(storedColumns);
  }

  /** Scales in a row. */
  public int scalesStride() {
    return profile.format().blocksPerRow(storedColumns);
  }

  /** The packed codes: the array itself, to be read only. */
  public byte[] codes() {
    return codes;
  }

  /** The block scales, linear: the array itself, to be read only. */
  public byte[] scales() {
    return scales;
  }

  /** The tensor's scale as the profile stores it: encode scale, decode scale, largest magnitude, or 1. */
  public float tensorScale() {
    return tensorScale;
  }

  /** The arrays as kernels take them. */
  public BlockRows blockRows() {
    return new BlockRows(codes, 0, codesStride(), scales, 0, scalesStride());
  }

  /** The code of one element, padding included. */
  public int code(int row, int column) {
    return ReferenceQuantizer.code(profile, blockRows(), row, column);
  }

  /** The scale byte, 0..255, of the block that holds an element. */
  public int scaleCode(int row, int column) {
    Objects.checkIndex(row, rows);
    Objects.checkIndex(column, storedColumns);
    return scales[row * scalesStride() + column / profile.format().blockSize()] & 0xFF;
  }

  /** The restored elements, row after row, without padding, by the profile's own formula. */
  public float[] dequantize() {
    float[] values = new float[Math.multiplyExact(rows, columns)];
    ReferenceQuantizer.dequantize(profile, tensorScale, blockRows(), FloatRows.of(values, rows, columns));
    return values;
  }

  /** The same quantised tensor with its nibbles in another order, for stacks that read another. The profile differs in that alone. */
  public BlockTensor withNibbleOrder(NibbleOrder order) {
    QuantizationProfile reordered = profile.with(order);
    BlockRows to = BlockRows.allocate(profile.format(), rows, storedColumns);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < storedColumns; column++) {
        ReferenceQuantizer.putCode(reordered, to, row, column, code(row, column));
      }
    }
    return new BlockTensor(reordered, rows, columns, to.codes(), scales, tensorScale);
  }

  @Override
  public String toString() {
    return rows + " x " + columns + " " + profile.format() + " (" + profile + ")";
  }
}
