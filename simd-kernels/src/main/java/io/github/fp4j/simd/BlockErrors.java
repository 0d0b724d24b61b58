package io.github.fp4j.simd;

/** Errors of restored elements, in two passes over a chunk that stays in the first-level cache: what is counted, and what is summed. */
interface BlockErrors {

  /** Entries of the sums: eight accumulators for each of signal energy, error energy, absolute errors and the largest of these. */
  int ACCUMULATORS = 8;

  /** Where the accumulators of the error energy start; those of the signal energy start at 0. */
  int ERROR_ENERGY = ACCUMULATORS;

  /** Where the accumulators of the absolute errors start. */
  int ERROR_SUM = 2 * ACCUMULATORS;

  /** Where the accumulators of the largest error start. */
  int LARGEST = 3 * ACCUMULATORS;

  /** Where the count of elements that are not finite lies. */
  int NON_FINITE = 0;

  /** Where the count of saturated elements lies. */
  int SATURATED = 1;

  /** Where the count of underflowed elements lies. */
  int UNDERFLOWED = 2;

  /**
   * Counts as {@link io.github.fp4j.formats.block.ErrorFigures} does.
   *
   * @param length a multiple of 64
   * @param packed E2M1 codes, low nibble first
   * @param counts takes the three counts
   */
  void count(float[] before, int beforeOffset, float[] after, int afterOffset, int length, byte[] packed, int packedOffset, int[] counts);

  /**
   * Adds finite elements to the sums, in float64, element i to accumulator i mod 8: the order of {@link io.github.fp4j.formats.block.ErrorFigures}.
   *
   * @param length a multiple of 64
   */
  void sum(float[] before, int beforeOffset, float[] after, int afterOffset, int length, double[] sums);
}
