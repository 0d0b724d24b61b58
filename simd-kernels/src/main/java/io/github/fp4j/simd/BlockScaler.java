package io.github.fp4j.simd;

/**
 * From block maxima to scale codes and to what elements are multiplied or divided by, in steps over arrays. Every count is a multiple of 64. A block whose maximum
 * or factor is not a positive finite number gets factor NaN: what becomes of it is not said here.
 */
interface BlockScaler {

  /** {@code maxima * m1 * m2}. */
  void products(int[] maxima, int count, float m1, float m2, float[] values);

  /** {@code maxima * m1 / d1 * m2 / d2}. */
  void quotients(int[] maxima, int count, float m1, float d1, float m2, float d2, float[] values);

  /** {@code n / (maxima / d)}; where that is an infinity, so becomes the maximum. */
  void inverses(int[] maxima, int count, float n, float d, float[] values);

  /** Rounds values to codes, one byte each, and replaces the values by those of the codes. */
  void cast(NumberScales scales, float[] values, int count, byte[] codes);

  /**
   * {@code min(p / (s * q), limit)} for each scale s.
   *
   * @return whether any factor is NaN
   */
  boolean reciprocals(int[] maxima, float[] scales, int count, float p, float q, float limit, float[] factors);

  /** {@code s * q / p} for each scale s; returns as {@link #reciprocals}. */
  boolean direct(int[] maxima, float[] scales, int count, float p, float q, float[] factors);

  /** Powers of two: codes, one byte each, and their reciprocals; returns as {@link #reciprocals}. */
  boolean powersOfTwo(PowerOfTwoScales scales, int[] maxima, int count, byte[] codes, float[] factors);
}
