package io.github.fp4j.simd;

import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import io.github.fp4j.formats.codebook.Codebook;

/**
 * Codes of {@link Codebook}s from scaled values, on whole turns of vectors. Every quotient by a scale must be a number of at most 1 in magnitude. A block's scale
 * is found by {@code i >>> blockShift} from its element's number.
 */
interface CodebookEncoder {

  /** Elements in a turn: every length and block size here is a multiple of it. */
  int turn();

  /**
   * The scales of blocks as {@link BlockwiseCodebook} has them, and what to divide by: the same, but 1 for 0.
   *
   * @return the bits of the largest scale
   */
  int scales(float[] values, int offset, int length, int blockSize, float[] scales, int scalesOffset, float[] divisors);

  /**
   * {@code values / scales} with one scale to an element; 0 / 0 is 0.
   *
   * @return the bits of the largest magnitude
   */
  int quotients(float[] values, int offset, int length, float[] scales, int scalesOffset, float[] quotients);

  /** Packed codes of {@link Codebook#LINEAR_4}. */
  void linear(float[] values, int offset, int length, float[] divisors, int blockShift, byte[] packed, int packedOffset);

  /** Packed codes of {@link Codebook#SIGNED_DYNAMIC_4}. */
  void folded(float[] values, int offset, int length, float[] divisors, int blockShift, byte[] packed, int packedOffset);

  /**
   * Codes of any codebook, one to a byte.
   *
   * @param numbers room for {@code length} bucket numbers, then entries
   * @param magnitudes room for {@code length} magnitudes
   */
  void looked(
      CodebookTable table,
      float[] values,
      int offset,
      int length,
      float[] divisors,
      int blockShift,
      int[] numbers,
      int[] magnitudes,
      byte[] codes,
      int codesOffset);

  /** {@code values *= scales}. */
  void multiply(float[] values, int offset, int length, float[] scales, int scalesOffset);

  /** Values times scales from packed codes of 4 bits. */
  void decode(int[] bits, byte[] packed, int packedOffset, float[] scales, int scalesOffset, int blockShift, float[] values, int offset, int length);
}
