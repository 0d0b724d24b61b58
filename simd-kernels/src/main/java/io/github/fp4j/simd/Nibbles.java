package io.github.fp4j.simd;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** What is done with bytes as they are, eight at a time, packed codes for the most part; a scalar {@code compress} or {@code expand} is one instruction on x86-64. */
final class Nibbles {
  private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long LOW = 0x0F0F0F0F0F0F0F0FL;
  private static final long HIGH = 0xF0F0F0F0F0F0F0F0L;
  private static final long MAGNITUDES = 0x7777777777777777L;
  private static final long LOW_HALF = 0xFFFFFFFFL;
  private static final long OUTER_BYTES = 0xFF0000FFFF0000FFL;
  private static final long INNER_LOW = 0x0000FF000000FF00L;

  private Nibbles() {}

  /**
   * Blocks of planar halves to consecutive elements, low nibble first.
   *
   * @param length bytes, a multiple of {@code blockBytes}
   * @param blockBytes bytes of a block: 8, or 16
   */
  static void interleave(byte[] planar, int offset, int length, int blockBytes, byte[] interleaved) {
    if (blockBytes == 8) {
      for (int i = 0; i < length; i += 8) {
        long block = (long) LONGS.get(planar, offset + i);
        LONGS.set(interleaved, i, Long.compress(block, LOW) | Long.compress(block, HIGH) << 32);
      }
      return;
    }
    for (int i = 0; i < length; i += 16) {
      long first = (long) LONGS.get(planar, offset + i);
      long second = (long) LONGS.get(planar, offset + i + 8);
      LONGS.set(interleaved, i, Long.compress(first, LOW) | Long.compress(second, LOW) << 32);
      LONGS.set(interleaved, i + 8, Long.compress(first, HIGH) | Long.compress(second, HIGH) << 32);
    }
  }

  /** The other way, in place. */
  static void separate(byte[] codes, int offset, int length, int blockBytes) {
    if (blockBytes == 8) {
      for (int i = offset; i < offset + length; i += 8) {
        long block = (long) LONGS.get(codes, i);
        LONGS.set(codes, i, Long.expand(block & LOW_HALF, LOW) | Long.expand(block >>> 32, HIGH));
      }
      return;
    }
    for (int i = offset; i < offset + length; i += 16) {
      long first = (long) LONGS.get(codes, i);
      long second = (long) LONGS.get(codes, i + 8);
      LONGS.set(codes, i, Long.expand(first & LOW_HALF, LOW) | Long.expand(second & LOW_HALF, HIGH));
      LONGS.set(codes, i + 8, Long.expand(first >>> 32, LOW) | Long.expand(second >>> 32, HIGH));
    }
  }

  /** Makes code 0 of code 8 in the first {@code length} bytes, a multiple of 8. */
  static void dropZeroSigns(byte[] codes, int length) {
    for (int i = 0; i < length; i += 8) {
      long sixteen = (long) LONGS.get(codes, i);
      long nonZero = (sixteen & MAGNITUDES) + MAGNITUDES; // carries into a nibble's own sign bit and no further
      LONGS.set(codes, i, sixteen & (nonZero | MAGNITUDES));
    }
  }

  /** Exchanges bytes 1 and 2 of every four in the first {@code length} bytes, a multiple of 8: what goes to which element by the PTX order goes there in order. */
  static void exchangeMiddleBytes(byte[] bytes, int length) {
    for (int i = 0; i < length; i += 8) {
      long eight = (long) LONGS.get(bytes, i);
      LONGS.set(bytes, i, eight & OUTER_BYTES | (eight & INNER_LOW) << 8 | eight >>> 8 & INNER_LOW);
    }
  }
}
