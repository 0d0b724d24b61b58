package io.github.fp4j.formats.block;

import java.util.Objects;

/**
 * ggml's block structs, as they lie in GGUF files, to and from {@link BlockTensor}. Source: ggml-common.h:214-227.
 *
 * <ul>
 *   <li>{@code block_mxfp4}, 32 elements, 17 bytes: one E8M0 scale, then 16 bytes of codes, element j in the low and j + 16 in the high nibble of byte j.
 *   <li>{@code block_nvfp4}, 64 elements, 36 bytes: four UE4M3 scales, then four times 8 bytes of codes, element j in the low and j + 8 in the high nibble.
 * </ul>
 *
 * <p>Both are a whole number of scales followed by the codes of a {@link NibbleOrder#PLANAR_HALVES} tensor, so that only scales and codes are interleaved.
 */
public enum GgmlBlocks {
  /** {@code block_mxfp4}. */
  MXFP4(1, 32),
  /** {@code block_nvfp4}. */
  NVFP4(4, 16);

  private final int scales;
  private final int blockSize;

  GgmlBlocks(int scales, int blockSize) {
    this.scales = scales;
    this.blockSize = blockSize;
  }

  /** Elements in one struct: 32 or 64. */
  public int elements() {
    return scales * blockSize;
  }

  /** Bytes of one struct: 17 or 36. */
  public int bytes() {
    return scales + codeBytes();
  }

  private int codeBytes() {
    return scales * blockSize / 2;
  }

  /** The profile whose tensors these structs hold. */
  public QuantizationProfile profile() {
    return this == MXFP4 ? Profiles.GGML_MXFP4 : Profiles.GGML_NVFP4;
  }

  /** Bytes of {@code rows} rows of {@code columns} elements. */
  public long size(int rows, int columns) {
    return (long) rows * (profile().storedColumns("columns", columns) / elements()) * bytes();
  }

  /**
   * Writes a tensor as structs, row after row.
   *
   * @throws IllegalArgumentException if the tensor's blocks or nibble order are not those of the struct
   */
  public void write(BlockTensor tensor, byte[] to, int offset) {
    BlockFormat format = tensor.profile().format();
    boolean fits =
        format.blockSize() == blockSize
            && format.codesPerByte() == 2
            && tensor.profile().nibbleOrder() == NibbleOrder.PLANAR_HALVES
            && tensor.storedColumns() % elements() == 0;
    if (!fits) {
      throw new IllegalArgumentException(
          "tensor = " + tensor + ": expected blocks of " + blockSize + " four-bit elements in planar halves, rows a multiple of " + elements());
    }
    int structs = tensor.scales().length / scales;
    Objects.checkFromIndexSize(offset, Math.multiplyExact(structs, bytes()), to.length);
    for (int i = 0; i < structs; i++) {
      int at = offset + i * bytes();
      System.arraycopy(tensor.scales(), i * scales, to, at, scales);
      System.arraycopy(tensor.codes(), i * codeBytes(), to, at + scales, codeBytes());
    }
  }

  /** Reads {@code rows} rows of {@code columns} elements. */
  public BlockTensor read(byte[] from, int offset, int rows, int columns) {
    BlockRows parts = BlockRows.allocate(profile().format(), rows, profile().storedColumns("columns", columns));
    int structs = parts.scales().length / scales;
    Objects.checkFromIndexSize(offset, Math.multiplyExact(structs, bytes()), from.length);
    for (int i = 0; i < structs; i++) {
      int at = offset + i * bytes();
      System.arraycopy(from, at, parts.scales(), i * scales, scales);
      System.arraycopy(from, at + scales, parts.codes(), i * codeBytes(), codeBytes());
    }
    return new BlockTensor(profile(), rows, columns, parts.codes(), parts.scales(), 1);
  }
}
