package io.github.fp4j.formats.block;

/** When the scale of a block is replaced by the {@linkplain BlockScaleRule#guardValue guard value}. */
public enum ScaleGuard {
  /** Never. */
  NONE,
  /** When it is zero before it is rounded to the scale format (ModelOpt). */
  ZERO_BEFORE_CAST,
  /** When its stored code is zero (compressed-tensors). */
  ZERO_AFTER_CAST,
  /** When its stored code is zero, infinite or NaN ("FP4 All the Way"). */
  UNUSABLE_AFTER_CAST
}
