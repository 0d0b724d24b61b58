package io.github.fp4j.simd;

/**
 * Scaled elements to packed E2M1 codes, low nibble first, nearest-even and saturating; the sign is that of the element, zeros included. Block {@code i} is scaled
 * by {@code factors[i]}; of a block whose factor is NaN no more is said than that its codes are written. Every length is a multiple of 256.
 */
interface BlockEncoder {

  /**
   * Multiplies and rounds.
   *
   * @param blockShift binary logarithm of the block size
   */
  void multiply(float[] values, int offset, int length, float[] factors, int blockShift, byte[] packed, int packedOffset);

  /**
   * Divides and rounds.
   *
   * @param zero what is added to quotients: +0, which makes +0 of -0, or -0, which changes nothing
   */
  void divide(float[] values, int offset, int length, float[] factors, int blockShift, float zero, byte[] packed, int packedOffset);

  /** {@code (values + zero) * m} as the input of a following step; zero as in {@link #divide}. */
  void prescaleProducts(float[] values, int offset, int length, float zero, float m, float[] prescaled);

  /** {@code (values + zero) / d}. */
  void prescaleQuotients(float[] values, int offset, int length, float zero, float d, float[] prescaled);

  /**
   * Multiplies only, and adds {@code zero} to products as {@link #divide} does to quotients: what another cast rounds.
   *
   * @param scaled where products go, from index 0 on; may be {@code values}
   */
  void products(float[] values, int offset, int length, float[] factors, int blockShift, float zero, float[] scaled);

  /** Divides only, in the same way. */
  void quotients(float[] values, int offset, int length, float[] factors, int blockShift, float zero, float[] scaled);
}
