package io.github.fp4j.backend;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/** Widens bf16 to float32, which is exact; a NaN keeps sign and payload. Keeps 24 kB of scratch: one instance for each thread. */
public final class Bf16Widener {
  private static final int SLICE = 1 << 12;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  // C2 of JDK 25 vectorises neither a loop from short to int nor intBitsToFloat, but one from int to long: pairs of numbers go from int[] to long[], and the
  // bytes get there and on as copies within the first-level cache.
  private final int[] pairs = new int[SLICE / 2];
  private final long[] widened = new long[SLICE / 2];
  private final MemorySegment pairBytes = MemorySegment.ofArray(pairs);
  private final MemorySegment widenedBytes = MemorySegment.ofArray(widened);

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
    if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      widen(MemorySegment.ofArray(from), 2L * offset, to, toOffset, length);
      return;
    }
    for (int i = 0; i < length; i++) {
      to[toOffset + i] = Float.intBitsToFloat(from[offset + i] << 16);
    }
  }

  /**
   * The same from a segment, little-endian, of any alignment.
   *
   * @param offset of the first number, in bytes
   */
  public void widen(MemorySegment from, long offset, float[] to, int toOffset, int length) {
    Objects.checkFromIndexSize(offset, 2L * length, from.byteSize());
    Objects.checkFromIndexSize(toOffset, length, to.length);
    int whole = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? length & -2 : 0;
    MemorySegment target = MemorySegment.ofArray(to);
    for (int done = 0; done < whole; done += SLICE) {
      int step = Math.min(SLICE, whole - done);
      MemorySegment.copy(from, offset + 2L * done, pairBytes, 0, 2L * step);
      spread(pairs, widened, step / 2);
      MemorySegment.copy(widenedBytes, 0, target, 4L * (toOffset + done), 4L * step);
    }
    for (int i = whole; i < length; i++) {
      to[toOffset + i] = Float.intBitsToFloat(from.get(SHORT, offset + 2L * i) << 16);
    }
  }

  /** The earlier number of each pair, its low half, to the upper half of the low int; the later one to the upper half of the high int. */
  private static void spread(int[] pairs, long[] widened, int count) {
    for (int i = 0; i < count; i++) {
      long pair = pairs[i];
      widened[i] = pair << 16 & 0xFFFF0000L | (pair & 0xFFFF0000L) << 32;
    }
  }
}
