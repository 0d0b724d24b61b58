package io.github.fp4j.formats.block;

/** How a block scale that is a number becomes a code. */
public enum ScaleCast {
  /** By the rule's conversion. */
  CONVERT,
  /**
   * ggml's E4M3 (ggml-impl.h, {@code ggml_fp32_to_ue4m3}): half rounds up; below 2^-6 the code is {@code (int) (x * 512 + 0.5f)} and at most 7; what rounds to 256
   * or more becomes 448; what is not positive, NaN included, becomes 0.
   */
  GGML_UE4M3
}
