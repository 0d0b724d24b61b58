package io.github.fp4j.conformance.tensorfile;

/** Which way a checkpoint's tensor scale works. */
public enum TensorScaleDirection {
  /** Stored is amax / 2688: a code times its block scale is multiplied by it. */
  DECODE,
  /** Stored is 2688 / amax: a code times its block scale is divided by it. */
  ENCODE,
  /** The layout has none. */
  NONE;

  /** What is stored as a factor of the decoded value: itself, its reciprocal in float32 (as the converters of ModelOpt do), or 1. */
  public float toDecodeScale(float stored) {
    return switch (this) {
      case DECODE -> stored;
      case ENCODE -> 1.0f / stored;
      case NONE -> 1.0f;
    };
  }

  /** The inverse of {@link #toDecodeScale}, up to the rounding of a reciprocal; for {@link #NONE} 1. */
  public float fromDecodeScale(float decodeScale) {
    return toDecodeScale(decodeScale);
  }
}
