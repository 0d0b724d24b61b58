package io.github.fp4j.simd;

/**
 * From block maxima to scale codes and to what elements are multiplied or divided by, in steps over arrays. Every count is a multiple of 64. A block whose maximum
 * or factor is not a positive finite number gets factor NaN: what becomes of it is not said here.
 */
interface BlockScaler {

  /** Computes scales before they are rounded; where that of a block is an infinity by {@link BlockPlan.Inverse}, so becomes its maximum. */
  void values(BlockPlan.NumberStep step, int[] maxima, int count, float[] values);

  /** Rounds values to codes, one byte each, and replaces the values by those of the codes. */
  void cast(NumberScales scales, float[] values, int count, byte[] codes);

  /**
   * What elements are multiplied or divided by, from the scales of {@link #cast}.
   *
   * @return whether any factor is NaN
   */
  boolean factors(BlockPlan.ElementStep step, int[] maxima, float[] scales, int count, float[] factors);

  /** Powers of two: codes, one byte each, and their reciprocals; returns as {@link #factors}. */
  boolean powersOfTwo(PowerOfTwoScales scales, int[] maxima, int count, byte[] codes, float[] factors);

  /**
   * ggml's UE4M3 of {@code maximum / elementMax} ({@link io.github.fp4j.formats.block.ScaleCast#GGML_UE4M3}): codes, and half of what they stand for. A half may
   * be 0; it is NaN where the maximum is no number. Returns as {@link #factors}.
   */
  boolean ggmlHalves(float elementMax, int[] maxima, int count, byte[] codes, float[] halves);
}
