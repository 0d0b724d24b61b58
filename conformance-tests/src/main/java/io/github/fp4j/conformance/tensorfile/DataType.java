package io.github.fp4j.conformance.tensorfile;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What the bytes of a tensor mean, with the names that the file formats use. All are little-endian.
 *
 * <p>A type stores its elements in units: one element in {@code n} bytes for most, two in a byte for {@link #F4}, four in three bytes for the six-bit
 * types, and one block with its scales for the types of ggml. Sizes and names: safetensors 0.8 ({@code Dtype}), numpy.lib.format, and
 * {@code ggml_type_size} and {@code ggml_blck_size} of ggml. Types that ggml never stores in a file (q8_1, q8_K) are absent.
 */
public enum DataType {
  F64(8, "F64", "<f8", 28),
  F32(4, "F32", "<f4", 0),
  F16(2, "F16", "<f2", 1),
  BF16(2, "BF16", "", 30),
  F8_E4M3(1, "F8_E4M3", "", -1),
  F8_E5M2(1, "F8_E5M2", "", -1),
  F8_E8M0(1, "F8_E8M0", "", -1),
  F8_E4M3FNUZ(1, "F8_E4M3FNUZ", "", -1),
  F8_E5M2FNUZ(1, "F8_E5M2FNUZ", "", -1),
  F6_E2M3(4, 3, "F6_E2M3", -1),
  F6_E3M2(4, 3, "F6_E3M2", -1),
  F4(2, 1, "F4", -1),
  U8(1, "U8", "|u1", -1),
  I8(1, "I8", "|i1", 24),
  U16(2, "U16", "<u2", -1),
  I16(2, "I16", "<i2", 25),
  U32(4, "U32", "<u4", -1),
  I32(4, "I32", "<i4", 26),
  U64(8, "U64", "<u8", -1),
  I64(8, "I64", "<i8", 27),
  C64(8, "C64", "<c8", -1),
  BOOL(1, "BOOL", "|b1", -1),
  /** {@code block_mxfp4}: one UE8M0 scale, then 32 codes, low nibbles first (elements 0..15), high nibbles after (16..31). */
  MXFP4(32, 17, "", 39),
  /** {@code block_nvfp4}: four UE4M3 scales, then four times 16 codes, each with elements 0..7 in the low and 8..15 in the high nibbles. */
  NVFP4(64, 36, "", 40),
  Q1_0(128, 18, "", 41),
  Q2_0(64, 18, "", 42),
  Q4_0(32, 18, "", 2),
  Q4_1(32, 20, "", 3),
  Q5_0(32, 22, "", 6),
  Q5_1(32, 24, "", 7),
  Q8_0(32, 34, "", 8),
  Q2_K(256, 84, "", 10),
  Q3_K(256, 110, "", 11),
  Q4_K(256, 144, "", 12),
  Q5_K(256, 176, "", 13),
  Q6_K(256, 210, "", 14),
  IQ2_XXS(256, 66, "", 16),
  IQ2_XS(256, 74, "", 17),
  IQ3_XXS(256, 98, "", 18),
  IQ1_S(256, 50, "", 19),
  IQ4_NL(32, 18, "", 20),
  IQ3_S(256, 110, "", 21),
  IQ2_S(256, 82, "", 22),
  IQ4_XS(256, 136, "", 23),
  IQ1_M(256, 56, "", 29),
  TQ1_0(256, 54, "", 34),
  TQ2_0(256, 66, "", 35);

  private final int unitElements;
  private final int unitBytes;
  private final String safetensorsName;
  private final String npyDescriptor;
  private final int ggmlId;

  DataType(int bytes, String safetensorsName, String npyDescriptor, int ggmlId) {
    this(1, bytes, safetensorsName, npyDescriptor, ggmlId);
  }

  DataType(int unitElements, int unitBytes, String safetensorsName, int ggmlId) {
    this(unitElements, unitBytes, safetensorsName, "", ggmlId);
  }

  DataType(int unitElements, int unitBytes, String safetensorsName, String npyDescriptor, int ggmlId) {
    this.unitElements = unitElements;
    this.unitBytes = unitBytes;
    this.safetensorsName = safetensorsName;
    this.npyDescriptor = npyDescriptor;
    this.ggmlId = ggmlId;
  }

  /** Elements of the smallest piece that is a whole number of bytes: 1 for most types, 2 for F4, 4 for F6, the block of a ggml type. */
  public int unitElements() {
    return unitElements;
  }

  /** Bytes of {@link #unitElements} elements, the scales of a ggml block included. */
  public int unitBytes() {
    return unitBytes;
  }

  /** Whether a row, and not only the whole tensor, must be a whole number of units: so with the block types of ggml. */
  public boolean blockedByRow() {
    return ggmlId >= 0 && unitElements > 1;
  }

  /**
   * Bytes of {@code elements} elements.
   *
   * @throws IllegalArgumentException if they are no whole number of units, or their bytes no long
   */
  public long byteSize(long elements) {
    if (elements < 0 || elements % unitElements != 0) {
      throw new IllegalArgumentException(elements + " elements of " + this + ": expected a multiple of " + unitElements);
    }
    long units = elements / unitElements;
    if (units > Long.MAX_VALUE / unitBytes) {
      throw new IllegalArgumentException(elements + " elements of " + this + ": their bytes exceed 2^63");
    }
    return units * unitBytes;
  }

  /** The name in a safetensors header; empty where that format has no such type. */
  public String safetensorsName() {
    return safetensorsName;
  }

  /** The {@code descr} of an npy header; empty where numpy has no such type. */
  public String npyDescriptor() {
    return npyDescriptor;
  }

  /** The number of {@code enum ggml_type}; -1 where ggml has no such type. */
  public int ggmlId() {
    return ggmlId;
  }

  static Optional<DataType> bySafetensorsName(String name) {
    return first(type -> !name.isEmpty() && type.safetensorsName.equals(name));
  }

  static Optional<DataType> byNpyDescriptor(String descriptor) {
    return first(type -> !descriptor.isEmpty() && type.npyDescriptor.equals(descriptor));
  }

  static Optional<DataType> byGgmlId(int id) {
    return first(type -> id >= 0 && type.ggmlId == id);
  }

  private static Optional<DataType> first(Predicate<DataType> wanted) {
    return Arrays.stream(values()).filter(wanted).findFirst();
  }
}
