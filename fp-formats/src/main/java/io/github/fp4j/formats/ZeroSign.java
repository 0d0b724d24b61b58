package io.github.fp4j.formats;

/** Which sign a zero result carries in a signed format. */
public enum ZeroSign {
  /** That of the input: -0 and small negative numbers give -0 (CUDA, PTX, ml_dtypes). */
  KEEP,
  /** An input of -0 gives +0; a negative number that rounds to zero keeps its sign (code that tests {@code x < 0}). */
  DROP_OF_ZERO,
  /** Always plus (ggml). */
  DROP
}
