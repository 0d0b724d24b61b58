package io.github.fp4j.backend;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Widens bf16 to float32, which is exact; a NaN keeps sign and payload. Keeps 8 kB of scratch: one instance for each thread. */
public final class Bf16Widener {
  private static final int SLICE = 1 << 11;

  // JDK 25 does not vectorise intBitsToFloat: the bits cross from int[] to float[] as one copy within the first-level cache.
  private final int[] words = new int[SLICE];
  private final MemorySegment wordBytes = MemorySegment.ofArray(words);

  /** Allocates the scratch. */
  public Bf16Widener() {}

  /**
   * Widens {@code length} numbers, each the upper half of a float32.
   *
   * @throws IndexOutOfBoundsException for a range outside an array
   */
  public void widen(short[] from, int offset, float[] to, int toOffset, int length) {
    Objects.checkFromIndexSize(offset, length, from.length);
    Objects.checkFromIndexSize(toOffset, length, to.length);
    MemorySegment target = MemorySegment.ofArray(to);
    for (int done = 0; done < length; done += SLICE) {
      int step = Math.min(SLICE, length - done);
      shift(from, offset + done, step);
      MemorySegment.copy(wordBytes, 0, target, 4L * (toOffset + done), 4L * step);
    }
  }

  private void shift(short[] from, int offset, int count) {
    for (int i = 0; i < count; i++) {
      words[i] = from[offset + i] << 16;
    }
  }
}
