package io.github.fp4j.conformance.tensorfile;

import java.util.Optional;

/** What the bytes of a tensor mean, with the names that the file formats use. All are little-endian. */
public enum DataType {
  F64(8, "F64", "<f8"),
  F32(4, "F32", "<f4"),
  F16(2, "F16", "<f2"),
  BF16(2, "BF16", ""),
  F8_E4M3(1, "F8_E4M3", ""),
  F8_E5M2(1, "F8_E5M2", ""),
  F8_E8M0(1, "F8_E8M0", ""),
  U8(1, "U8", "|u1"),
  I8(1, "I8", "|i1"),
  U16(2, "U16", "<u2"),
  I16(2, "I16", "<i2"),
  U32(4, "U32", "<u4"),
  I32(4, "I32", "<i4"),
  U64(8, "U64", "<u8"),
  I64(8, "I64", "<i8"),
  BOOL(1, "BOOL", "|b1");

  private final int bytes;
  private final String safetensorsName;
  private final String npyDescriptor;

  DataType(int bytes, String safetensorsName, String npyDescriptor) {
    this.bytes = bytes;
    this.safetensorsName = safetensorsName;
    this.npyDescriptor = npyDescriptor;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** The name in a safetensors header. */
  public String safetensorsName() {
    return safetensorsName;
  }

  /** The {@code descr} of an npy header; empty where numpy has no such type. */
  public String npyDescriptor() {
    return npyDescriptor;
  }

  static Optional<DataType> byNpyDescriptor(String descriptor) {
    for (DataType type : values()) {
      if (!descriptor.isEmpty() && type.npyDescriptor.equals(descriptor)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
