package io.github.fp4j.backend;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** A float array that numbers of a segment pass through, for one thread. */
final class FloatSlice {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final float[] values;
  private final short[] halves = new short[1 << 11];
  private final Bf16Widener widener = new Bf16Widener();

  FloatSlice(int capacity) {
    values = new float[capacity];
  }

  float[] values() {
    return values;
  }

  int capacity() {
    return values.length;
  }

  /** Reads {@code count} numbers, at most {@link #capacity()}, to {@link #values()} from index {@code to} on. */
  void read(SegmentFloats type, MemorySegment from, long offset, int to, int count) {
    switch (type) {
      case FLOAT32 -> MemorySegment.copy(from, FLOAT, offset, values, to, count);
      case BFLOAT16 -> widener.widen(from, offset, values, to, count);
      case FLOAT16 -> widenHalves(from, offset, to, count);
    }
  }

  private void widenHalves(MemorySegment from, long offset, int to, int count) {
    for (int done = 0; done < count; done += halves.length) {
      int step = Math.min(halves.length, count - done);
      MemorySegment.copy(from, HALF, offset + 2L * done, halves, 0, step);
      for (int i = 0; i < step; i++) {
        values[to + done + i] = Float.float16ToFloat(halves[i]);
      }
    }
  }

  /** Writes the first {@code count} numbers as float32. */
  void write(MemorySegment to, long offset, int count) {
    MemorySegment.copy(values, 0, to, FLOAT, offset, count);
  }
}
