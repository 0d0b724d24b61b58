package io.github.fp4j.simd;

/**
 * Packed E2M1 codes, low nibble first, to float32; {@code q} is an element's value, {@code f} the factor of its block, block {@code i} having {@code factors[i]}.
 * Every length is a multiple of 64, and {@code blockShift} the binary logarithm of the block size.
 */
interface BlockDecoder {

  /** {@code q * f}. */
  void multiply(byte[] packed, int packedOffset, int length, float[] factors, int blockShift, float[] values, int offset);

  /** {@code (q * f) * last}. */
  void multiplyTwice(byte[] packed, int packedOffset, int length, float[] factors, int blockShift, float last, float[] values, int offset);

  /** {@code (q / f) * last}. */
  void divide(byte[] packed, int packedOffset, int length, float[] factors, int blockShift, float last, float[] values, int offset);
}
