package io.github.fp4j.conformance.tensorfile;

/** The types of a GGUF metadata value, in the order of their numbers 0 to 12 (gguf.md, {@code gguf_metadata_value_type}). */
public enum MetadataType {
  UINT8(1),
  INT8(1),
  UINT16(2),
  INT16(2),
  UINT32(4),
  INT32(4),
  FLOAT32(4),
  BOOL(1),
  STRING(0),
  ARRAY(0),
  UINT64(8),
  INT64(8),
  FLOAT64(8);

  private final int bytes;

  MetadataType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of a value; 0 for strings and arrays, whose size varies. */
  public int bytes() {
    return bytes;
  }

  /** The number in the file. */
  public int id() {
    return ordinal();
  }

  boolean isWhole() {
    return this != FLOAT32 && this != FLOAT64 && this != BOOL && bytes > 0;
  }
}
