package io.github.fp4j.simd;

/** The passes of {@link io.github.fp4j.formats.block.Hadamard#apply}, in place; every element is the same sum, made in the same order. */
interface HadamardButterflies {

  /** Elements in a vector. */
  int lanes();

  /**
   * Signs, then the distances below {@link #lanes()}.
   *
   * @param length a multiple of the lanes
   * @param signs 1 or -1 for each element of a group, which is no smaller than a vector
   */
  void withinVectors(float[] values, int offset, int length, float[] signs);

  /** Signs and distance 1, for groups of two; length as above, both signs repeated to fill a vector. */
  void pairs(float[] values, int offset, int length, float[] signs);

  /** One distance, a multiple of the lanes. */
  void across(float[] values, int offset, int length, int distance);

  /** Two distances, {@code distance} and its double, in one pass. */
  void acrossTwice(float[] values, int offset, int length, int distance);

  /** Multiplies by {@code factor}; length as above. */
  void scale(float[] values, int offset, int length, float factor);

  /** The same, rounded to bf16 nearest-even: overflow gives infinity, a NaN is Java's own. */
  void scaleToBf16(float[] values, int offset, int length, float factor);
}
