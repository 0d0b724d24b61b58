package io.github.fp4j.formats.codebook;

import java.util.Objects;

/**
 * A codebook with one float32 scale to a block of consecutive elements: the block's largest magnitude.
 *
 * <p>Element {@code x} is stored as the code of {@code x / scale}, divided in float32, and read back as {@code value * scale}. A block of zeros has scale 0
 * and holds the codebook's zero code, so that it reads back as zeros. A block with NaN or an infinity has that as its scale and does not read back as numbers.
 *
 * @param codebook the values
 * @param blockSize elements to a block, even; the last block of a tensor may be shorter
 */
public record BlockwiseCodebook(Codebook codebook, int blockSize) {

  public BlockwiseCodebook {
    if (blockSize < 2 || blockSize % 2 != 0) {
      throw new IllegalArgumentException("blockSize = " + blockSize + ": expected a positive even number (codes of a block start at a byte)");
    }
  }

  /** Number of blocks, and so of scales, of {@code length} elements. */
  public int blocks(int length) {
    return Math.ceilDiv(length, blockSize);
  }

  /**
   * Encodes {@code length} elements into {@code codebook().bytes(length)} bytes and {@code blocks(length)} scales.
   *
   * @throws IndexOutOfBoundsException if a range lies outside its array; nothing is written then
   */
  public void encode(float[] values, int offset, int length, byte[] packed, int packedOffset, float[] scales, int scalesOffset) {
    check(values, offset, length, packed, packedOffset, scales, scalesOffset);
    for (int block = 0; block < blocks(length); block++) {
      int from = block * blockSize;
      int to = Math.min(length, from + blockSize);
      float scale = 0;
      for (int i = from; i < to; i++) {
        scale = Math.max(scale, Math.abs(values[offset + i]));
      }
      scales[scalesOffset + block] = scale;
      for (int i = from; i < to; i++) {
        codebook.put(packed, packedOffset, i, scale == 0 ? codebook.zeroCode() : codebook.encode(values[offset + i] / scale));
      }
    }
    if (codebook.bits() == 4 && length % 2 != 0) {
      codebook.put(packed, packedOffset, length, codebook.zeroCode());
    }
  }

  /**
   * Decodes {@code length} elements.
   *
   * @throws IndexOutOfBoundsException if a range lies outside its array; nothing is written then
   */
  public void decode(byte[] packed, int packedOffset, float[] scales, int scalesOffset, float[] values, int offset, int length) {
    check(values, offset, length, packed, packedOffset, scales, scalesOffset);
    for (int i = 0; i < length; i++) {
      values[offset + i] = codebook.value(codebook.get(packed, packedOffset, i)) * scales[scalesOffset + i / blockSize];
    }
  }

  /**
   * What {@link #encode} and {@link #decode} refuse, wherever they are done.
   *
   * @throws IndexOutOfBoundsException if a range lies outside its array
   */
  public void check(float[] values, int offset, int length, byte[] packed, int packedOffset, float[] scales, int scalesOffset) {
    Objects.checkFromIndexSize(offset, length, values.length);
    Objects.checkFromIndexSize(packedOffset, codebook.bytes(length), packed.length);
    Objects.checkFromIndexSize(scalesOffset, blocks(length), scales.length);
  }
}
