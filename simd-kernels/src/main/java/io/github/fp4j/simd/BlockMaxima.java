package io.github.fp4j.simd;

/** Largest magnitudes, as the float32 bits of the magnitude: these order as magnitudes do, infinity above every number and NaN above infinity. */
interface BlockMaxima {

  /**
   * The largest of an array range, as far as whole vectors go.
   *
   * @return the bits, or 0 if {@code length} is less than one turn; {@link #turn} says how many values are left out at the end
   */
  int largest(float[] values, int offset, int length);

  /** Values in one turn of {@link #largest}: it looks at {@code length - length % turn()} of them. */
  int turn();

  /**
   * The largest of each block of 16 and of each of 32.
   *
   * @param length a multiple of 256
   * @param partials room for {@code length / 4} intermediate values
   * @param maxima16 room for {@code length / 16} values, and up to a multiple of 32
   * @param maxima32 room for half as many
   */
  void ofBlocks(float[] values, int offset, int length, int[] partials, int[] maxima16, int[] maxima32);
}
