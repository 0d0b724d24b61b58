package io.github.fp4j.conformance.tensorfile;

import io.github.fp4j.backend.Bf16Widener;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Elements of F64, F32, F16 and BF16 tensors as float32 and back, a piece at a time, so that a tensor of any size streams through a small array.
 *
 * <p>Keeps 52 kB of scratch: one instance for each thread.
 */
public final class FloatElements {
  // Elements go segment -> array -> array: C2 vectorises loops over two arrays, and a loop that meets only one kind of memory stays fast. The arrays that a
  // chunk goes through fit in a first-level cache.
  private static final int CHUNK = 1 << 11;

  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final short[] halves = new short[CHUNK];
  private final int[] words = new int[CHUNK];
  private final double[] doubles = new double[CHUNK];
  private final Bf16Widener widener = new Bf16Widener();

  /** Allocates the scratch. */
  public FloatElements() {}

  /** Whether {@link #read} and {@link #write} know {@code type}. */
  public static boolean supports(DataType type) {
    return switch (type) {
      case F64, F32, F16, BF16 -> true;
      default -> false;
    };
  }

  /**
   * Reads {@code count} elements of {@code tensor} from element {@code first}, in row-major order. F64 is rounded to nearest even (beyond float32's
   * range to infinity), the others are exact; a NaN stays a NaN.
   *
   * @throws IllegalArgumentException if the type is not {@link #supports supported}
   * @throws IndexOutOfBoundsException if the tensor has no such elements, or {@code into} no such place
   */
  public void read(Tensor tensor, long first, float[] into, int offset, int count) {
    DataType type = require(tensor.type());
    MemorySegment source = tensor.data().asSlice(first * type.unitBytes(), (long) count * type.unitBytes());
    if (type == DataType.F32) {
      MemorySegment.copy(source, FLOAT, 0, into, offset, count);
      return;
    }
    if (type == DataType.BF16) {
      widener.widen(source, 0, into, offset, count);
      return;
    }
    for (int done = 0; done < count; done += CHUNK) {
      int step = Math.min(CHUNK, count - done);
      if (type == DataType.F64) {
        MemorySegment.copy(source, DOUBLE, 8L * done, doubles, 0, step);
        narrow(doubles, into, offset + done, step);
      } else {
        MemorySegment.copy(source, SHORT, 2L * done, halves, 0, step);
        widenF16(halves, into, offset + done, step);
      }
    }
  }

  /**
   * Writes {@code count} floats as elements of {@code type} into {@code target} from byte {@code position}. F16 and BF16 are rounded to nearest even,
   * overflow becomes infinity, -0 stays -0, a NaN stays a NaN with its sign and turns quiet.
   *
   * @throws IllegalArgumentException if the type is not {@link #supports supported}
   * @throws IndexOutOfBoundsException if {@code target} has no such place, or {@code values} no such elements
   */
  public void write(DataType type, float[] values, int offset, int count, MemorySegment target, long position) {
    require(type);
    if (type == DataType.F32) {
      MemorySegment.copy(values, offset, target, FLOAT, position, count);
      return;
    }
    for (int done = 0; done < count; done += CHUNK) {
      int step = Math.min(CHUNK, count - done);
      long at = position + (long) done * type.unitBytes();
      if (type == DataType.F64) {
        widen(values, offset + done, doubles, step);
        MemorySegment.copy(doubles, 0, target, DOUBLE, at, step);
      } else {
        if (type == DataType.F16) {
          roundToF16(values, offset + done, halves, step);
        } else {
          roundToBf16(values, offset + done, step);
        }
        MemorySegment.copy(halves, 0, target, SHORT, at, step);
      }
    }
  }

  private static DataType require(DataType type) {
    if (!supports(type)) {
      throw new IllegalArgumentException("type = " + type + ": expected F64, F32, F16 or BF16");
    }
    return type;
  }

  private static void narrow(double[] from, float[] into, int offset, int count) {
    for (int i = 0; i < count; i++) {
      into[offset + i] = (float) from[i];
    }
  }

  private static void widen(float[] from, int offset, double[] into, int count) {
    for (int i = 0; i < count; i++) {
      into[i] = from[offset + i];
    }
  }

  private static void widenF16(short[] from, float[] into, int offset, int count) {
    for (int i = 0; i < count; i++) {
      into[offset + i] = Float.float16ToFloat(from[i]);
    }
  }

  private static void roundToF16(float[] from, int offset, short[] into, int count) {
    for (int i = 0; i < count; i++) {
      into[i] = Float.floatToFloat16(from[offset + i]);
    }
  }

  // JDK 25 does not vectorise floatToRawIntBits: the bits cross from float[] to int[] as one copy.
  private void roundToBf16(float[] from, int offset, int count) {
    MemorySegment.copy(MemorySegment.ofArray(from), 4L * offset, MemorySegment.ofArray(words), 0, 4L * count);
    for (int i = 0; i < count; i++) {
      int bits = words[i];
      int rounded = bits + 0x7FFF + (bits >>> 16 & 1) >>> 16;
      int quietNan = bits >>> 16 | 0x40;
      halves[i] = (short) ((bits & 0x7FFF_FFFF) > 0x7F80_0000 ? quietNan : rounded);
    }
  }
}
