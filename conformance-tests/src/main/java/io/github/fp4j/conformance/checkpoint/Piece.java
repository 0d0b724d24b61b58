package io.github.fp4j.conformance.checkpoint;

import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.block.ErrorFigures;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.lang.foreign.MemorySegment;
import java.util.function.LongConsumer;

/**
 * One thread's buffers, and what becomes of the rows that pass through them. Rows go through all stages a slice at a time, whose figures are added up in order: the
 * same slices whatever the kernels.
 */
abstract class Piece {
  /** Elements that go through all stages at once: as float32 before and after, 512 kB, they stay in a second-level cache. */
  private static final int SLICE = 1 << 16;

  final QuantizationProfile profile;
  private final LongConsumer progress;
  private int rows;

  Piece(QuantizationProfile profile, LongConsumer progress) {
    this.profile = profile;
    this.progress = progress;
  }

  /** The largest magnitude of a slice. */
  abstract float amax(Tensor tensor, long firstRow, int count, int columns);

  /** Makes room for {@code count} rows. */
  abstract void reserve(int count, int codesStride, int scalesStride);

  /** Quantises a slice to row {@code row} on of the room. */
  abstract ErrorFigures quantize(Tensor tensor, long firstRow, int count, int columns, float tensorScale, int row);

  /** The codes of the rows that were quantised last, dense. */
  abstract MemorySegment codes();

  /** Their scales. */
  abstract MemorySegment scales();

  /** How many rows these are. */
  final int rows() {
    return rows;
  }

  /** The largest magnitude of {@code count} rows. */
  final float largest(Tensor tensor, long firstRow, int count, int columns) {
    float largest = 0;
    int step = RowStream.rowsIn(SLICE, columns);
    for (int row = 0; row < count; row += step) {
      int now = Math.min(step, count - row);
      largest = Math.max(largest, amax(tensor, firstRow + row, now, columns));
      progress.accept((long) now * columns);
    }
    release(tensor, firstRow, count, columns);
    return largest;
  }

  /** Quantises {@code count} rows. */
  final ErrorFigures quantize(Tensor tensor, long firstRow, int count, int columns, float tensorScale) {
    int stored = profile.storedColumns("columns", columns);
    reserve(count, profile.format().codeBytesPerRow(stored), profile.format().blocksPerRow(stored));
    rows = count;
    ErrorFigures figures = ErrorFigures.NONE;
    int step = RowStream.rowsIn(SLICE, columns);
    for (int row = 0; row < count; row += step) {
      int now = Math.min(step, count - row);
      figures = figures.plus(quantize(tensor, firstRow + row, now, columns, tensorScale, row));
      progress.accept((long) now * columns);
    }
    release(tensor, firstRow, count, columns);
    return figures;
  }

  /** Takes the pages of a mapped file out of this process, where they would count as its memory; the system still has them. */
  private static void release(Tensor tensor, long firstRow, int count, int columns) {
    MemorySegment read = bytes(tensor, firstRow, count, columns);
    if (read.isMapped()) {
      read.unload();
    }
  }

  /** Where the rows lie in the file. */
  static MemorySegment bytes(Tensor tensor, long firstRow, int count, int columns) {
    long rowBytes = (long) columns * tensor.type().unitBytes();
    return tensor.data().asSlice(firstRow * rowBytes, count * rowBytes);
  }
}
