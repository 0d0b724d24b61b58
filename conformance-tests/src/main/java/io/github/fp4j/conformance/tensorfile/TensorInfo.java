package io.github.fp4j.conformance.tensorfile;

import java.util.Arrays;

/**
 * What a file says of a tensor before its bytes: name, element type and row-major extents.
 *
 * @param name its name in the file; empty where the file format has none
 * @param type element type
 * @param shape extents, outermost first; empty for a scalar; not copied
 */
public record TensorInfo(String name, DataType type, long... shape) {
  /**
   * @throws IllegalArgumentException if an extent is negative, the elements or bytes exceed 2^63, or the elements are no whole number of the units
   *     of {@code type} (in each row for the block types of ggml)
   */
  public TensorInfo {
    type.byteSize(elementCount(shape));
    if (type.blockedByRow() && columns(shape) % type.unitElements() != 0) {
      throw new IllegalArgumentException(
          "shape " + Arrays.toString(shape) + " of " + type + ": expected a last extent that is a multiple of " + type.unitElements());
    }
  }

  /** Number of elements. */
  public long elementCount() {
    return elementCount(shape);
  }

  /** Number of bytes. */
  public long byteSize() {
    return type.byteSize(elementCount());
  }

  /** The last extent; 1 for a scalar. */
  public long columns() {
    return columns(shape);
  }

  /** The product of all extents but the last; 1 for a scalar or a vector. */
  public long rows() {
    return elementCount(Arrays.copyOf(shape, Math.max(0, shape.length - 1)));
  }

  private static long columns(long[] shape) {
    return shape.length == 0 ? 1 : shape[shape.length - 1];
  }

  static long elementCount(long[] shape) {
    long count = 1;
    for (long extent : shape) {
      if (extent < 0) {
        throw new IllegalArgumentException("shape " + Arrays.toString(shape) + ": expected no negative extent");
      }
      if (Math.multiplyHigh(count, extent) != 0 || count * extent < 0) {
        throw new IllegalArgumentException("shape " + Arrays.toString(shape) + ": its elements exceed 2^63");
      }
      count *= extent;
    }
    return count;
  }

  @Override
  public String toString() {
    return name + " " + type + Arrays.toString(shape);
  }
}
