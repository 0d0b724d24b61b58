package io.github.fp4j.simd.optim;

/** The number format of a tensor's running statistics (largest magnitude, norms); every operation on them rounds to it. */
public enum StatisticsPrecision {
  /** Float64: no rounding that matters. */
  FLOAT64,

  /** Float32, as the authors' runs in float32. */
  FLOAT32,

  /** BF16, as the authors' runs in BF16, whose averages stall: only to emulate those. */
  BFLOAT16;

  double round(double value) {
    return switch (this) {
      case FLOAT64 -> value;
      case FLOAT32 -> (float) value;
      case BFLOAT16 -> Bfloat16.toFloat(Bfloat16.nearest((float) value));
    };
  }
}
