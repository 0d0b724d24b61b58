package io.github.fp4j.formats.block;

/**
 * How an element is restored; {@code q} is its value, {@code s} the block scale, and the tensor scale is taken as stored. Every operation rounds to float32 once,
 * in the order written.
 */
public enum DequantizeFormula {
  /** {@code ((s * amax) * (1/N)) * q}, N being scaleMax times the largest element: TransformerEngine. */
  AMAX_TIMES_FACTOR,
  /** {@code (s * t) * q}: ModelOpt, torchao. */
  PRODUCT,
  /** {@code (s / S) * q}: compressed-tensors, and others whose tensor scale multiplies on the way in. */
  QUOTIENT,
  /** {@code (q * s) * t}: JAX, which multiplies the product of the tensor scales last. */
  TENSOR_SCALE_LAST,
  /** {@code (q / s) * t}: "FP4 All the Way", whose block scale is the encode scale. */
  DIVIDE_BY_ENCODE_SCALE,
  /** {@code q * s}: one level. */
  SCALE_ONLY,
  /**
   * {@code (2q) * (s/2)} with ggml's reading of scale codes: E8M0 0xFF is 2^128, not NaN, so that its half is a float; E4M3 0x7F is 0, not NaN, and 0xFF is 480.
   * Code -0 is +0. Any other product equals {@code q * s}.
   */
  DOUBLED_TIMES_HALF
}
