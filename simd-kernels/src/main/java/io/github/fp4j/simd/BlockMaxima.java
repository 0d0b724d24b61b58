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
   * The largest of every four, in blocks of sixteen: of each block four values that together hold its largest.
   *
   * @param length a multiple of 256
   * @param partials room for {@code length / 4}
   */
  void partials(float[] values, int offset, int length, int[] partials);

  /**
   * The largest of each four consecutive entries.
   *
   * @param count of entries that are read, a multiple of 64
   */
  void fours(int[] partials, int count, int[] maxima);

  /**
   * The largest of each two consecutive entries.
   *
   * @param count of entries that are read, a multiple of 32
   */
  void pairs(int[] partials, int count, int[] maxima);
}
