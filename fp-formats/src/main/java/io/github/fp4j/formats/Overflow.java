package io.github.fp4j.formats;

/**
 * What becomes of a magnitude that rounds beyond the largest finite number (judged as if the exponent range went on), and of an infinite input. The sign is
 * kept where the format has one.
 */
public enum Overflow {
  /** The largest finite number, for infinities too (CUDA {@code __NV_SATFINITE}, PTX {@code satfinite}). */
  SATURATE,
  /** The largest finite number; an infinity becomes the format's infinity, or else its NaN, or else is refused. */
  SATURATE_FINITE,
  /** The largest finite number; an infinity becomes zero (ggml: no code is nearer to it than the first). */
  SATURATE_FINITE_INFINITY_TO_ZERO,
  /** The format's NaN. */
  NAN,
  /** The format's infinity. */
  INFINITY
}
