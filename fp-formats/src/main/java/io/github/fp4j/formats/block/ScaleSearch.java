package io.github.fp4j.formats.block;

/** Whether a block is quantised under more than one scale and the better result kept. */
public enum ScaleSearch {
  /** One scale, no search. */
  NONE,
  /**
   * "Four over six": the scale that maps the largest magnitude to 6, or 1.5 times it (which maps it to 4), whichever leaves the smaller sum of absolute errors; a
   * draw goes to 6. Error of one element: {@code |((q * s) * amax) / (6 * scaleMax) - x|}, every step in float32, summed in element order; the sixteen rows of a
   * tile are summed as a binary tree of distances 8, 4, 2, 1 (TransformerEngine, quantize_4over6_nvfp4.cuh).
   */
  FOUR_OVER_SIX_ABSOLUTE,
  /** The same with squared errors. */
  FOUR_OVER_SIX_SQUARED
}
