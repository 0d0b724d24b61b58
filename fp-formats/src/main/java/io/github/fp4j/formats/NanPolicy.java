package io.github.fp4j.formats;

/** Which code a NaN becomes. "Sign" is the sign bit of the NaN that came in. */
public enum NanPolicy {
  /** The largest finite number, positive (CUDA and PTX for formats without NaN). */
  POSITIVE_MAX,
  /** The largest finite number with the NaN's sign (CUTLASS, oneDNN). */
  SIGNED_MAX,
  /** Positive zero (TransformerEngine's reference, ggml). */
  ZERO,
  /** Zero with the opposite of the NaN's sign (ml_dtypes E2M1, hence the published ONNX node tests). */
  NEGATED_ZERO,
  /** The format's NaN with all mantissa bits set, positive (CUDA's float path: 0x7F). */
  POSITIVE_NAN,
  /** The format's NaN with all mantissa bits set and the NaN's sign (torch). */
  SIGNED_NAN,
  /** The format's NaN with all mantissa bits set, negative where the format has a sign (gfloat). */
  NEGATIVE_NAN,
  /** The format's quiet NaN, only the top mantissa bit set, with the NaN's sign (ml_dtypes and CUDA's double path for E5M2). */
  SIGNED_QUIET_NAN,
  /**
   * No test for NaN at all: its float32 bits go through the integer rounding like a number's and the low bits of the result are kept, with the NaN's sign
   * (torchao's {@code _f32_to_floatx_unpacked}).
   */
  UNTESTED,
  /** No code: refused with an {@link IllegalArgumentException} (gfloat for formats without NaN). */
  REFUSE
}
