package io.github.fp4j.formats.block;

/**
 * How the scale of a block comes from the block's largest magnitude {@code b}, before any rounding to the scale format; {@code M} is the largest element (6),
 * {@code S} the tensor's encode scale, {@code t} its decode scale. Every operation rounds to float32 once. F1 to F6 carry the names of table 3 of the project's
 * survey; its F7 is F2 with bf16 as the {@linkplain BlockScaleRule#precision precision}.
 *
 * <p>The second group gives powers of two, taken from exponents and clamped to the scale format.
 */
public enum ScaleFormula {
  /** {@code b * (S * (1/M))}: TransformerEngine from 2.15 on, FlashInfer exact. */
  F1(false),
  /** {@code (b / M) * S}: TransformerEngine 2.9 to 2.14 and 4-over-6, compressed-tensors. */
  F2(false),
  /** {@code (b * (1/M)) * S}: TransformerEngine 2.8, not transposed. */
  F3(false),
  /** {@code (b / M) / t}: torchao. */
  F4(false),
  /** {@code b / (M * t)}: ModelOpt. */
  F5(false),
  /** {@code (b * S) / M}: cuBLASLt's output quantisation. */
  F6(false),
  /** {@code (b / t) / M}: JAX, which divides the tensor by its scale first. */
  PRESCALED(false),
  /** {@code b / M}: one level only. */
  AMAX_OVER_MAX(false),
  /** {@code b * (1/M)}: one level only, by the reciprocal (RCEIL when rounded up to a power of two). */
  AMAX_TIMES_RECIPROCAL(false),
  /** {@code M / (b / t)}: the stored scale encodes rather than decodes ("FP4 All the Way", E4M3 and UE5M3). */
  ENCODE_OF_PRESCALED(false),

  /** {@code floor(log2 b) - emax} (OCP MX v1.0, section 6.3). */
  EXPONENT_FLOOR(true),
  /** {@code ceil(log2 b) - emax}. */
  EXPONENT_CEIL(true),
  /** {@code floor(log2 r) - emax}, r being b rounded, half up, to the element's mantissa bits (torchao EVEN). */
  EXPONENT_EVEN(true),
  /** {@code floor(log2f(b)) - emax} with float32's logarithm, which rounds up to the next integer just below most powers of two (microxcaling). */
  EXPONENT_FLOOR_LOG2F(true),
  /**
   * The same in ggml's way: the code is the low byte of the 32-bit integer that x86-64 converts it to, so that it wraps for tiny b, and an infinite b gives code 0.
   */
  EXPONENT_FLOOR_LOG2F_WRAPPED(true),
  /** The exponent field of {@code b / M}, plus one where any fraction bit is set, subnormals included: 2^-127 gives code 1 (ONNX's Python helper, "up"). */
  EXPONENT_FIELD_UP(true),
  /** {@code -floor(log2f(M / b))}: the inverse of the multiplier 2^floor(log2(6/b)) ("FP4 All the Way", E8M0). */
  EXPONENT_OF_MULTIPLIER(true);

  private final boolean exponentRule;

  ScaleFormula(boolean exponentRule) {
    this.exponentRule = exponentRule;
  }

  /** Whether the result is a power of two taken from exponents, rather than a number that the scale's conversion rounds. */
  public boolean isExponentRule() {
    return exponentRule;
  }
}
