package io.github.fp4j.backend;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * {@link ConversionKernels} over memory segments, and over bf16: slices of a few thousand elements go through arrays that stay in the first-level cache, so that a
 * kernel meets one kind of memory only. The same bytes as from the arrays of {@link ConversionKernels}, bf16 widened to float32 first. Offsets are in bytes, lengths
 * in elements; ranges outside a segment throw {@link IndexOutOfBoundsException} before anything is written, what the kernels refuse is refused.
 *
 * <p>For one thread at a time. Calls allocate nothing once the JVM has compiled them.
 */
public final class SegmentConversions {
  private static final int SLICE = 1 << 12;

  private final ConversionKernels kernels;
  private final FloatSlice slice = new FloatSlice(SLICE);
  private final byte[] codes = new byte[SLICE];

  /** @param kernels what does the work */
  public SegmentConversions(ConversionKernels kernels) {
    this.kernels = Objects.requireNonNull(kernels, "kernels");
  }

  /** Encodes {@code length} numbers, one code to a byte. */
  public void encode(
      Conversion conversion, SegmentFloats type, MemorySegment values, long offset, MemorySegment to, long toOffset, long length) {
    check(type.bytes(), values, offset, length);
    Objects.checkFromIndexSize(toOffset, length, to.byteSize());
    for (long done = 0; done < length; done += SLICE) {
      int step = (int) Math.min(SLICE, length - done);
      slice.read(type, values, offset + done * type.bytes(), 0, step);
      kernels.encode(conversion, slice.values(), 0, codes, 0, step);
      MemorySegment.copy(codes, 0, to, ValueLayout.JAVA_BYTE, toOffset + done, step);
    }
  }

  /** Encodes {@code length} numbers, two codes to a byte, as {@link ConversionKernels#encodePacked}. */
  public void encodePacked(
      Conversion conversion, SegmentFloats type, MemorySegment values, long offset, MemorySegment to, long toOffset, long length) {
    check(type.bytes(), values, offset, length);
    Objects.checkFromIndexSize(toOffset, packedLength(length), to.byteSize());
    for (long done = 0; done < length; done += SLICE) {
      int step = (int) Math.min(SLICE, length - done);
      slice.read(type, values, offset + done * type.bytes(), 0, step);
      kernels.encodePacked(conversion, slice.values(), 0, codes, 0, step);
      MemorySegment.copy(codes, 0, to, ValueLayout.JAVA_BYTE, toOffset + done / 2, (step + 1) / 2);
    }
  }

  /** Decodes {@code length} codes, one to a byte, to float32. */
  public void decode(FloatFormat format, MemorySegment from, long fromOffset, MemorySegment values, long offset, long length) {
    Objects.checkFromIndexSize(fromOffset, length, from.byteSize());
    check(SegmentFloats.FLOAT32.bytes(), values, offset, length);
    for (long done = 0; done < length; done += SLICE) {
      int step = (int) Math.min(SLICE, length - done);
      MemorySegment.copy(from, ValueLayout.JAVA_BYTE, fromOffset + done, codes, 0, step);
      kernels.decode(format, codes, 0, slice.values(), 0, step);
      slice.write(values, offset + 4 * done, step);
    }
  }

  /** Decodes {@code length} codes, two to a byte, to float32. */
  public void decodePacked(FloatFormat format, MemorySegment from, long fromOffset, MemorySegment values, long offset, long length) {
    Objects.checkFromIndexSize(fromOffset, packedLength(length), from.byteSize());
    check(SegmentFloats.FLOAT32.bytes(), values, offset, length);
    for (long done = 0; done < length; done += SLICE) {
      int step = (int) Math.min(SLICE, length - done);
      MemorySegment.copy(from, ValueLayout.JAVA_BYTE, fromOffset + done / 2, codes, 0, (step + 1) / 2);
      kernels.decodePacked(format, codes, 0, slice.values(), 0, step);
      slice.write(values, offset + 4 * done, step);
    }
  }

  private static void check(int bytes, MemorySegment values, long offset, long length) {
    Objects.checkFromIndexSize(offset, Math.multiplyExact(length, bytes), values.byteSize());
  }

  /** (length + 1) / 2; negative for a negative length, which the range check then names. */
  private static long packedLength(long length) {
    return (length >> 1) + (length & 1);
  }
}
