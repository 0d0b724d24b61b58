package io.github.fp4j.simd.optim;

/** What a step does with a tensor whose gradient holds NaN or infinities. Their number is in the step's report whatever happens. */
public enum NonFinitePolicy {
  /** Computes with them: they spread into statistics, moments and parameters. */
  PROPAGATE,

  /** Leaves the tensor as if it had no gradient in this step. */
  SKIP_TENSOR,

  /** Throws {@link NonFiniteGradientException} before anything has changed. */
  FAIL
}
