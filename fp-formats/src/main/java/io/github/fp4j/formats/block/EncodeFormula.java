package io.github.fp4j.formats.block;

/**
 * How an element is scaled before it is rounded; {@code s} is the block scale as stored and read back, {@code S} and {@code t} the tensor's encode and decode
 * scale. Every operation rounds to float32 once. A NaN that arises counts as positive; one that comes in keeps its sign and payload, made quiet.
 */
public enum EncodeFormula {
  /** {@code x * min(1 / (s * (1/S)), FLT_MAX)} with C's fminf: TransformerEngine from 2.9 on, FlashInfer exact. */
  RECIPROCAL_OF_PRODUCT,
  /** {@code x * (S / s)}: TransformerEngine 2.8, not transposed. */
  QUOTIENT,
  /** {@code x * bf16(min(S / s, largest bf16))}: TransformerEngine's fast math. */
  BF16_COEFFICIENT,
  /** {@code x * ((1/t) / s)}: torchao. */
  RECIPROCAL_OF_DECODE,
  /** {@code x / (s * t)}: ModelOpt. */
  DIVIDE_BY_PRODUCT,
  /** {@code x / (s / S)}: compressed-tensors. */
  DIVIDE_BY_QUOTIENT,
  /** {@code (x * S) * (1 / s)}: cuBLASLt's output quantisation. */
  PRESCALED_RECIPROCAL,
  /** {@code (x / t) / s}: JAX. */
  PRESCALED_DIVIDE,
  /** {@code (x / t) * s}, the stored scale being the encode scale: "FP4 All the Way", E4M3 and UE5M3. */
  PRESCALED_MULTIPLY,
  /** {@code x / s}: one level. */
  DIVIDE
}
