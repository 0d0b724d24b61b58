package io.github.fp4j.bridge;

import io.github.fp4j.bridge.internal.sys.Fp4jBlocksAbi.Bytes;
import io.github.fp4j.bridge.internal.sys.Fp4jBlocksAbi.Values;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.FloatRows;
import java.lang.foreign.MemorySegment;

/** Java's arrays from an element on, as native calls take them that work on the heap. Ranges are checked by the caller. */
final class HeapArrays {
  private HeapArrays() {}

  static MemorySegment at(float[] values, int offset) {
    return MemorySegment.ofArray(values).asSlice((long) Float.BYTES * offset);
  }

  static MemorySegment at(double[] values, int offset) {
    return MemorySegment.ofArray(values).asSlice((long) Double.BYTES * offset);
  }

  static MemorySegment at(int[] values, int offset) {
    return MemorySegment.ofArray(values).asSlice((long) Integer.BYTES * offset);
  }

  static MemorySegment at(byte[] bytes, int offset) {
    return MemorySegment.ofArray(bytes).asSlice(offset);
  }

  static Values of(FloatRows rows) {
    return new Values(at(rows.values(), rows.index(0, 0)), rows.stride(), rows.rows(), rows.columns());
  }

  static Bytes of(BlockRows rows) {
    return new Bytes(at(rows.codes(), rows.codesOffset()), rows.codesStride(), at(rows.scales(), rows.scalesOffset()), rows.scalesStride());
  }
}
