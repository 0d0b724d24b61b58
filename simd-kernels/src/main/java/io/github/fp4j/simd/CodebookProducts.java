package io.github.fp4j.simd;

import io.github.fp4j.formats.codebook.Codebook;

/**
 * Packed codes by a product with the scale's reciprocal in place of the quotient, a division being as long as all else together. The product is within three ulps
 * of the quotient; where a boundary between codes is as near as that, the codes written may be wrong, and the method says so.
 *
 * <p>Lengths and block sizes are as for {@link CodebookEncoder}. Every reciprocal is that of a scale from 2^-100 to 2^100, rounded to nearest.
 */
interface CodebookProducts {

  /** Codes of {@link Codebook#LINEAR_4}; returns whether all are those of the quotients. */
  boolean linear(float[] values, int offset, int length, float[] reciprocals, int blockShift, byte[] packed, int packedOffset);

  /** Codes of {@link Codebook#SIGNED_DYNAMIC_4}; returns whether all are those of the quotients. */
  boolean folded(float[] values, int offset, int length, float[] reciprocals, int blockShift, byte[] packed, int packedOffset);
}
