package io.github.fp4j.formats;

/** What an unsigned format makes of a number that it cannot hold: a negative one, or zero where the format has no zero. Ignored by signed formats. */
public enum UnsignedPolicy {
  /** The sign is dropped before anything else; zero becomes the smallest code (CUDA E8M0, CUTLASS UE4M3). */
  MAGNITUDE,
  /** Negative numbers become the smallest code, as zero does (ggml UE4M3). */
  SMALLEST,
  /** Negative numbers, -0 included, and an unrepresentable zero become NaN (ml_dtypes and gfloat E8M0). */
  NAN
}
