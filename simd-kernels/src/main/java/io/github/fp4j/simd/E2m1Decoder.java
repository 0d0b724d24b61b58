package io.github.fp4j.simd;

/** Whole vectors of E2M1 codes to float32. */
interface E2m1Decoder {

  /**
   * Decodes codes that lie one to a byte from the first on, as far as whole vectors go; the high nibbles are ignored.
   *
   * @return how many of the {@code length} codes are done; the rest, fewer than one turn takes, is left to the scalar codec
   */
  int decode(byte[] codes, int codesOffset, float[] values, int offset, int length);

  /** The same for two codes to a byte, low nibble first; the number done is even. */
  int decodePacked(byte[] packed, int packedOffset, float[] values, int offset, int length);
}
