package io.github.fp4j.simd.optim;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * One array of a state as a tensor of a safetensors file: little-endian bytes both ways.
 *
 * @param name its name in the file
 * @param type safetensors' name of the element type
 * @param elementBytes bytes of one element
 * @param array the live array: float[], short[], byte[], double[] or long[]
 * @param length its length
 */
record StateArray(String name, String type, int elementBytes, Object array, int length) {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** The arrays of an optimizer, those with the largest elements first so that each lies at a multiple of its element size. */
  static List<StateArray> of(Optimizer optimizer) {
    List<StateArray> arrays = new ArrayList<>();
    optimizer.visit(
        new StateVisitor() {
          @Override
          public void floats(String name, float[] values) {
            arrays.add(new StateArray(name, "F32", 4, values, values.length));
          }

          @Override
          public void shorts(String name, short[] bfloat16) {
            arrays.add(new StateArray(name, "BF16", 2, bfloat16, bfloat16.length));
          }

          @Override
          public void bytes(String name, byte[] values) {
            arrays.add(new StateArray(name, "U8", 1, values, values.length));
          }

          @Override
          public void doubles(String name, double[] values) {
            arrays.add(new StateArray(name, "F64", 8, values, values.length));
          }

          @Override
          public void longs(String name, long[] values) {
            arrays.add(new StateArray(name, "I64", 8, values, values.length));
          }
        });
    arrays.sort(Comparator.comparingInt(StateArray::elementBytes).reversed());
    return arrays;
  }

  long bytes() {
    return (long) elementBytes * length;
  }

  /** Copies elements {@code from .. from + count - 1} to the front of {@code target}. */
  void write(int from, int count, MemorySegment target) {
    switch (array) {
      case float[] values -> MemorySegment.copy(values, from, target, FLOAT, 0, count);
      case short[] values -> MemorySegment.copy(values, from, target, SHORT, 0, count);
      case byte[] values -> MemorySegment.copy(values, from, target, ValueLayout.JAVA_BYTE, 0, count);
      case double[] values -> MemorySegment.copy(values, from, target, DOUBLE, 0, count);
      case long[] values -> MemorySegment.copy(values, from, target, LONG, 0, count);
      default -> throw new IllegalStateException(name + " is a " + array.getClass());
    }
  }

  /** Fills the array from the bytes at {@code offset} of {@code source}. */
  void read(MemorySegment source, long offset) {
    switch (array) {
      case float[] values -> MemorySegment.copy(source, FLOAT, offset, values, 0, length);
      case short[] values -> MemorySegment.copy(source, SHORT, offset, values, 0, length);
      case byte[] values -> MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset, values, 0, length);
      case double[] values -> MemorySegment.copy(source, DOUBLE, offset, values, 0, length);
      case long[] values -> MemorySegment.copy(source, LONG, offset, values, 0, length);
      default -> throw new IllegalStateException(name + " is a " + array.getClass());
    }
  }
}
