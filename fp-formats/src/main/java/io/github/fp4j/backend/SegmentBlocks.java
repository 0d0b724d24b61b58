package io.github.fp4j.backend;

import io.github.fp4j.formats.block.BlockFormat;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * {@link BlockKernels} over memory segments, and over bf16: slices go through arrays that stay in the second-level cache, so that a kernel meets one kind of memory
 * only. The same bytes as from the arrays of {@link BlockKernels}, bf16 widened to float32 first. Matrices are dense, of any number of rows; offsets are in bytes.
 * Ranges outside a segment throw {@link IndexOutOfBoundsException} before anything is written; what the kernels refuse is refused.
 *
 * <p>For one thread at a time; a matrix can be shared out by rows. Calls allocate nothing once the JVM has compiled them and shapes repeat.
 */
public final class SegmentBlocks {
  /** Most elements in a slice: 256 kB. */
  private static final int SLICE = 1 << 16;

  private final BlockKernels kernels;
  private final FloatSlice slice = new FloatSlice(SLICE);
  private final Shape whole = new Shape();
  private final Shape last = new Shape();
  private byte[] codes = new byte[0];
  private byte[] scales = new byte[0];

  /** The arrays as one shape of a slice, kept because shapes repeat. */
  private static final class Shape {
    private FloatRows values = FloatRows.of(new float[0], 0, 0);
    private BlockRows blocks = new BlockRows(new byte[0], 0, 0, new byte[0], 0, 0);
  }

  /** @param kernels what does the work */
  public SegmentBlocks(BlockKernels kernels) {
    this.kernels = Objects.requireNonNull(kernels, "kernels");
  }

  /** The largest magnitude, as {@link BlockKernels#amax}. */
  public float amax(QuantizationProfile profile, SegmentFloats type, MemorySegment from, long offset, long rows, int columns) {
    long count = Math.multiplyExact(rows, columns);
    Objects.checkFromIndexSize(offset, Math.multiplyExact(count, type.bytes()), from.byteSize());
    float largest = 0;
    for (long done = 0; done < count; done += SLICE) {
      int step = (int) Math.min(SLICE, count - done);
      slice.read(type, from, offset + done * type.bytes(), 0, step);
      largest = Math.max(largest, kernels.amax(profile, values(done == 0 ? whole : last, 1, step)));
    }
    return largest;
  }

  /**
   * Quantises each row in blocks along it.
   *
   * @param to where the codes go, row after row; {@code scales} takes the block scales
   */
  public void quantize(
      QuantizationProfile profile, float tensorScale, SegmentFloats type, MemorySegment from, long offset, long rows, int columns, MemorySegment to,
      long toOffset, MemorySegment toScales, long scalesOffset) {
    int stored = profile.storedColumns("columns", columns);
    long codesStride = profile.format().codeBytesPerRow(stored);
    long scalesStride = profile.format().blocksPerRow(stored);
    check(type, from, offset, rows, columns, to, toOffset, codesStride, toScales, scalesOffset, scalesStride);
    int longest = SLICE - SLICE % profile.rowMultiple();
    int height = Math.max(1, longest / Math.max(1, stored));
    for (long row = 0; row < rows; row += height) {
      int count = (int) Math.min(height, rows - row);
      for (int column = 0; column < columns; column += longest) {
        int width = Math.min(longest, columns - column);
        int storedWidth = Math.min(longest, stored - column);
        slice.read(type, from, offset + (row * columns + column) * type.bytes(), 0, count * width);
        Shape shape = shape(profile.format(), row == 0 && column == 0, count, width, storedWidth);
        kernels.quantize(profile, tensorScale, shape.values, shape.blocks);
        int start = profile.format().codeBytesPerRow(column);
        int block = profile.format().blocksPerRow(column);
        int codeBytes = count * profile.format().codeBytesPerRow(storedWidth);
        MemorySegment.copy(codes, 0, to, ValueLayout.JAVA_BYTE, toOffset + row * codesStride + start, codeBytes);
        int scaleBytes = count * profile.format().blocksPerRow(storedWidth);
        MemorySegment.copy(scales, 0, toScales, ValueLayout.JAVA_BYTE, scalesOffset + row * scalesStride + block, scaleBytes);
      }
    }
  }

  /** Restores {@code rows} rows of {@code columns} elements as float32. */
  public void dequantize(
      QuantizationProfile profile, float tensorScale, MemorySegment from, long fromOffset, MemorySegment fromScales, long scalesOffset, long rows,
      int columns, MemorySegment to, long offset) {
    int stored = profile.storedColumns("columns", columns);
    long codesStride = profile.format().codeBytesPerRow(stored);
    long scalesStride = profile.format().blocksPerRow(stored);
    check(SegmentFloats.FLOAT32, to, offset, rows, columns, from, fromOffset, codesStride, fromScales, scalesOffset, scalesStride);
    int longest = SLICE - SLICE % profile.rowMultiple();
    int height = Math.max(1, longest / Math.max(1, stored));
    for (long row = 0; row < rows; row += height) {
      int count = (int) Math.min(height, rows - row);
      for (int column = 0; column < columns; column += longest) {
        int width = Math.min(longest, columns - column);
        int storedWidth = Math.min(longest, stored - column);
        Shape shape = shape(profile.format(), row == 0 && column == 0, count, width, storedWidth);
        int start = profile.format().codeBytesPerRow(column);
        int block = profile.format().blocksPerRow(column);
        int codeBytes = count * profile.format().codeBytesPerRow(storedWidth);
        MemorySegment.copy(from, ValueLayout.JAVA_BYTE, fromOffset + row * codesStride + start, codes, 0, codeBytes);
        int scaleBytes = count * profile.format().blocksPerRow(storedWidth);
        MemorySegment.copy(fromScales, ValueLayout.JAVA_BYTE, scalesOffset + row * scalesStride + block, scales, 0, scaleBytes);
        kernels.dequantize(profile, tensorScale, shape.blocks, shape.values);
        slice.write(to, offset + (row * columns + column) * SegmentFloats.FLOAT32.bytes(), count * width);
      }
    }
  }

  private static void check(
      SegmentFloats type, MemorySegment values, long offset, long rows, int columns, MemorySegment codes, long codesOffset, long codesStride,
      MemorySegment scales, long scalesOffset, long scalesStride) {
    Objects.checkFromIndexSize(offset, Math.multiplyExact(Math.multiplyExact(rows, columns), type.bytes()), values.byteSize());
    Objects.checkFromIndexSize(codesOffset, Math.multiplyExact(rows, codesStride), codes.byteSize());
    Objects.checkFromIndexSize(scalesOffset, Math.multiplyExact(rows, scalesStride), scales.byteSize());
  }

  private Shape shape(BlockFormat format, boolean first, int rows, int columns, int stored) {
    int codeBytes = format.codeBytesPerRow(stored);
    int blocks = format.blocksPerRow(stored);
    if (codes.length < rows * codeBytes || scales.length < rows * blocks) {
      codes = new byte[rows * codeBytes];
      scales = new byte[rows * blocks];
    }
    Shape shape = first ? whole : last;
    values(shape, rows, columns);
    if (shape.blocks.codes() != codes || shape.blocks.scales() != scales || shape.blocks.codesStride() != codeBytes || shape.blocks.scalesStride() != blocks) {
      shape.blocks = new BlockRows(codes, 0, codeBytes, scales, 0, blocks);
    }
    return shape;
  }

  private FloatRows values(Shape shape, int rows, int columns) {
    if (shape.values.values() != slice.values() || shape.values.rows() != rows || shape.values.columns() != columns) {
      shape.values = FloatRows.of(slice.values(), rows, columns);
    }
    return shape.values;
  }
}
