package io.github.fp4j.backend;

/** What the floating-point numbers in a {@link java.lang.foreign.MemorySegment} are: little-endian, of any alignment, in native, mapped or heap memory. */
public enum SegmentFloats {
  /** IEEE binary32. */
  FLOAT32(4),
  /** The upper half of a binary32. An array of them is {@code MemorySegment.ofArray(short[])}. */
  BFLOAT16(2),
  /** IEEE binary16. An array of them is {@code MemorySegment.ofArray(short[])}. */
  FLOAT16(2);

  private final int bytes;

  SegmentFloats(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one number. */
  public int bytes() {
    return bytes;
  }
}
