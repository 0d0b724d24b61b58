package io.github.fp4j.bridge.cuda;

import java.util.Objects;

/**
 * Part of a buffer.
 *
 * @param buffer the buffer
 * @param offset where it starts
 * @param bytes how long it is
 */
public record DeviceRange(DeviceBuffer buffer, long offset, long bytes) {

  public DeviceRange {
    Objects.checkFromIndexSize(offset, bytes, buffer.bytes());
  }

  /** All of a buffer. */
  public static DeviceRange of(DeviceBuffer buffer) {
    return new DeviceRange(buffer, 0, buffer.bytes());
  }

  /** Where it lies on the device. */
  public long address() {
    return buffer.address() + offset;
  }
}
