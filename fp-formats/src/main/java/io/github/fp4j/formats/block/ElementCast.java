package io.github.fp4j.formats.block;

/** How a scaled element becomes a code. */
public enum ElementCast {
  /** By the rule's conversion. */
  CONVERT,
  /**
   * The magnitude by the rule's conversion, then minus if the element was below zero before it was scaled: code that computes {@code sign(x) * round(|x| * scale)}.
   * Differs from {@link #CONVERT} where scaling underflows to -0.
   */
  CONVERT_MAGNITUDE,
  /**
   * ggml's search: the first code, in order 0..15, whose product with the scale is strictly nearer to the unscaled element than those before, in float32:
   * {@code |k * d - x|} with k twice the element's value and d half the scale. Ties go toward zero, negative ones that round to zero become +0, NaN and Inf
   * become 0. The rule's conversion says the same of exact quotients.
   */
  NEAREST_PRODUCT,
  /**
   * microxcaling's "nearest": {@code floor(|y| + 0.5)} in units of the last place, summed in float32, so that the largest float below the first midpoint goes up
   * as well; otherwise the rule's conversion.
   */
  FLOOR_OF_SUM
}
