package io.github.fp4j.conformance.suite;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;

/**
 * How much of the space of all 2^32 floats a run covers, how many random matrices each profile meets, and how many pairs of scales each product. Everything
 * smaller is exhaustive at every level.
 */
public enum Level {
  /** Every fp16 and bf16 value and every step with its neighbours. Not a conformance result. */
  QUICK,
  /** All 2^32 floats for E2M1, the element of every FP4 format, under NVIDIA's conversion; the rest as in {@link #QUICK}. */
  STANDARD,
  /** All 2^32 floats for every format, rounding and overflow policy; all pairs of scales in products. */
  FULL;

  boolean sweepsAllFloats(Conversion conversion) {
    return switch (this) {
      case QUICK -> false;
      case STANDARD -> conversion.equals(Conversion.cuda(FloatFormat.E2M1));
      case FULL -> true;
    };
  }

  /** Whether suite X4 multiplies under all pairs of scales. */
  boolean multipliesUnderAllScales() {
    return this == FULL;
  }

  /** How often suite XQ asks each kind of input. */
  int profileTrials() {
    return switch (this) {
      case QUICK -> 1;
      case STANDARD -> 4;
      case FULL -> 64;
    };
  }
}
