package io.github.fp4j.simd;

/**
 * Elements to packed E2M1 codes, low nibble first, by the casts other than nearest-even; where that is the rule {@link BlockEncoder} scales and rounds at once.
 * Every length is a multiple of 256. NaN has no meaning here. What is called nibbles and distances is room for {@code length} ints each.
 */
interface ElementCaster {

  /** {@link io.github.fp4j.formats.block.ElementCast#FLOOR_OF_SUM} of scaled elements; the sign is that of the element, zeros included. */
  void floorOfSum(float[] scaled, int length, int[] nibbles, byte[] packed, int packedOffset);

  /**
   * {@link io.github.fp4j.formats.block.ElementCast#NEAREST_PRODUCT} of elements as they are.
   *
   * @param halves half the scale of each block
   * @param blockShift binary logarithm of the block size
   */
  void nearestProduct(
      float[] values, int offset, int length, float[] halves, int blockShift, int[] nibbles, int[] distances, byte[] packed, int packedOffset);

  /** {@link io.github.fp4j.formats.block.StochasticRounding.Arithmetic#CARRY_8}; one random byte for each element. */
  void carry8(float[] scaled, int length, byte[] random, int randomOffset, int[] nibbles, byte[] packed, int packedOffset);

  /** {@link io.github.fp4j.formats.block.StochasticRounding.Arithmetic#CARRY_32}; four random bytes for each element, little-endian. */
  void carry32(float[] scaled, int length, byte[] random, int randomOffset, int[] nibbles, byte[] packed, int packedOffset);

  /** {@link io.github.fp4j.formats.block.StochasticRounding.Arithmetic#FMA_8}; one random byte for each element. */
  void fma8(float[] scaled, int length, byte[] random, int randomOffset, int[] nibbles, byte[] packed, int packedOffset);
}
