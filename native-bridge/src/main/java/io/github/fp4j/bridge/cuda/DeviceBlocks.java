package io.github.fp4j.bridge.cuda;

import io.github.fp4j.formats.block.BlockFormat;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleLayout;

/**
 * Room on the device for a quantised matrix, blocks along its rows.
 *
 * @param profile what is stored, and how
 * @param rows number of rows
 * @param stored elements that a row takes in storage, padding included
 * @param layout how scales lie: tiled layouts are what tensor cores read, padding included
 * @param codes codes of the first row
 * @param codesStride bytes from one row of codes to the next
 * @param scales scales, from the first on
 * @param scalesStride bytes from one row of linear scales to the next; of no effect in a tiled layout
 */
public record DeviceBlocks(
    QuantizationProfile profile, int rows, int stored, ScaleLayout layout, DeviceRange codes, int codesStride, DeviceRange scales, int scalesStride) {

  /** @throws IllegalArgumentException if codes or scales do not fit, or rows overlap */
  public DeviceBlocks {
    BlockFormat format = profile.format();
    if (rows < 0 || stored < 0 || stored % profile.rowMultiple() != 0) {
      throw new IllegalArgumentException("rows = " + rows + ", stored = " + stored + ": expected no negative number and a multiple of " + profile.rowMultiple());
    }
    int blocks = format.blocksPerRow(stored);
    require("codes", codes, rows, format.codeBytesPerRow(stored), codesStride);
    if (layout == ScaleLayout.LINEAR) {
      require("scales", scales, rows, blocks, scalesStride);
    } else if (scales.bytes() < layout.size(rows, blocks)) {
      throw new IllegalArgumentException("scales have " + scales.bytes() + " bytes: expected " + layout.size(rows, blocks) + " for layout " + layout);
    }
  }

  private static void require(String name, DeviceRange range, int rows, int length, int stride) {
    if (stride < length) {
      throw new IllegalArgumentException(name + "Stride = " + stride + ": expected at least the " + length + " bytes of a row");
    }
    long bytes = rows == 0 || length == 0 ? 0 : (rows - 1L) * stride + length;
    if (range.bytes() < bytes) {
      throw new IllegalArgumentException(name + " have " + range.bytes() + " bytes: expected " + bytes + " for " + rows + " rows of " + length);
    }
  }

  /** Dense room in two buffers. */
  public static DeviceBlocks of(QuantizationProfile profile, int rows, int stored, ScaleLayout layout, DeviceBuffer codes, DeviceBuffer scales) {
    BlockFormat format = profile.format();
    return new DeviceBlocks(
        profile, rows, stored, layout, DeviceRange.of(codes), format.codeBytesPerRow(stored), DeviceRange.of(scales), format.blocksPerRow(stored));
  }

  /** Scales in a row, without padding. */
  int blocks() {
    return profile.format().blocksPerRow(stored);
  }

  /** Rows of the layout, its padding included. */
  long rowsWithPadding() {
    return layout.paddedRows(rows);
  }

  /** Elements of a row of the layout, its padding included. */
  long storedWithPadding() {
    return (long) layout.paddedColumns(blocks()) * profile.format().blockSize();
  }
}
