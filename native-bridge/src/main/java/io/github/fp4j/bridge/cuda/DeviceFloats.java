package io.github.fp4j.bridge.cuda;

/**
 * A float32 matrix on the device, row-major.
 *
 * @param values where the first element lies
 * @param rows number of rows, at least 0
 * @param columns elements in a row, at least 0
 * @param stride elements from the start of one row to the start of the next, at least {@code columns}
 */
public record DeviceFloats(DeviceRange values, int rows, int columns, int stride) {

  /** @throws IllegalArgumentException if it is not aligned to a float32 or reaches past its range */
  public DeviceFloats {
    if (rows < 0 || columns < 0 || stride < columns) {
      throw new IllegalArgumentException(
          "rows = " + rows + ", columns = " + columns + ", stride = " + stride + ": expected no negative number and a stride of at least columns");
    }
    if (values.offset() % Float.BYTES != 0) {
      throw new IllegalArgumentException("values start at byte " + values.offset() + " of their buffer: expected a multiple of 4");
    }
    long bytes = rows == 0 || columns == 0 ? 0 : Float.BYTES * ((rows - 1L) * stride + columns);
    if (bytes > values.bytes()) {
      throw new IllegalArgumentException("values have " + values.bytes() + " bytes: expected " + bytes + " for " + rows + " x " + columns + ", stride " + stride);
    }
  }

  /** Dense rows at the start of a buffer. */
  public static DeviceFloats of(DeviceBuffer buffer, int rows, int columns) {
    return new DeviceFloats(DeviceRange.of(buffer), rows, columns, columns);
  }
}
