package io.github.fp4j.formats.block;

/** Which two elements of a block share a byte. */
public enum NibbleOrder {
  /** Elements 2j (low nibble) and 2j+1 (high nibble) in byte j: everybody but ggml. */
  INTERLEAVED_LOW_FIRST,
  /**
   * ggml's planar halves: elements j (low nibble) and j + n/2 (high nibble) in byte j of a block of n: n = 32 for its MXFP4, and n = 16, the sub-block with its
   * own scale, for its NVFP4 (ggml-quants.c).
   */
  PLANAR_HALVES;

  /** The byte within a block of {@code blockSize} four-bit elements that holds {@code element}. */
  public int byteOf(int element, int blockSize) {
    return this == INTERLEAVED_LOW_FIRST ? element / 2 : element % (blockSize / 2);
  }

  /** How far {@code element} of a block of {@code blockSize} is shifted up in its byte: 0 or 4. */
  public int shiftOf(int element, int blockSize) {
    boolean high = this == INTERLEAVED_LOW_FIRST ? element % 2 == 1 : element >= blockSize / 2;
    return high ? 4 : 0;
  }
}
