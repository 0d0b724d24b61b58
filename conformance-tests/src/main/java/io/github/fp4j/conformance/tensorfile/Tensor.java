package io.github.fp4j.conformance.tensorfile;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A named array, row-major. The bytes may be mapped from a file, and are then valid as long as what mapped them is open.
 *
 * @param name its name in the file; empty where the file format has none
 * @param type element type
 * @param shape extents, outermost first; empty for a scalar
 * @param data the bytes that {@link TensorInfo#byteSize} counts, little-endian, of any alignment
 */
public record Tensor(String name, DataType type, long[] shape, MemorySegment data) {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** @throws IllegalArgumentException as {@link TensorInfo}, or if {@code data} is not as long as type and shape say */
  public Tensor {
    TensorInfo info = new TensorInfo(name, type, shape);
    if (data.byteSize() != info.byteSize()) {
      throw new IllegalArgumentException("data = " + data.byteSize() + " bytes: expected " + info.byteSize() + " for " + info);
    }
  }

  /** A tensor over {@code data}, not copied. */
  public static Tensor of(TensorInfo info, MemorySegment data) {
    return new Tensor(info.name(), info.type(), info.shape(), data);
  }

  /** A float32 tensor that holds a copy of {@code values}. */
  public static Tensor ofFloats(String name, float[] values, long... shape) {
    MemorySegment data = MemorySegment.ofArray(new byte[Math.multiplyExact(values.length, 4)]);
    MemorySegment.copy(values, 0, data, FLOAT, 0, values.length);
    return new Tensor(name, DataType.F32, shape, data);
  }

  /** An uint8 tensor over {@code bytes}, not copied. */
  public static Tensor ofBytes(String name, byte[] bytes, long... shape) {
    return new Tensor(name, DataType.U8, shape, MemorySegment.ofArray(bytes));
  }

  /** The same without its bytes. */
  public TensorInfo info() {
    return new TensorInfo(name, type, shape);
  }

  /** Number of elements. */
  public long elementCount() {
    return info().elementCount();
  }

  /**
   * A copy of the elements of an F32 tensor.
   *
   * @throws IllegalArgumentException if the type is another, or there are 2^31 elements or more
   */
  public float[] toFloats() {
    requireType(DataType.F32);
    float[] values = new float[Math.toIntExact(elementCount())];
    MemorySegment.copy(data, FLOAT, 0, values, 0, values.length);
    return values;
  }

  /** A copy of the elements of a U8 tensor; errors as for {@link #toFloats}. */
  public byte[] toBytes() {
    requireType(DataType.U8);
    return data.toArray(ValueLayout.JAVA_BYTE);
  }

  private void requireType(DataType expected) {
    if (type != expected) {
      throw new IllegalArgumentException("tensor " + name + " has type " + type + ": expected " + expected);
    }
    if (elementCount() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("tensor " + name + " has " + elementCount() + " elements: expected fewer than 2^31 in an array");
    }
  }
}
