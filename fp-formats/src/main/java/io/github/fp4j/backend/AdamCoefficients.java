package io.github.fp4j.backend;

/**
 * What one Adam update of one tensor multiplies and compares with, in float32: the scalars of {@link OptimizerKernels#adam}. Mutable, so that a step need not
 * allocate; a new one conditions nothing and decays nothing.
 */
public final class AdamCoefficients {
  /** Gradient elements of larger magnitude are multiplied by {@link #ratio}; infinity for none. */
  public float threshold = Float.POSITIVE_INFINITY;

  /** Multiplies the gradient elements above {@link #threshold}. */
  public float ratio = 1;

  /** Multiplies every gradient element, after the clipping. */
  public float gain = 1;

  /** Multiplies the parameters before the update: {@code 1 - lr * weightDecay}. */
  public float decay = 1;

  /** Whether the first moment moves by {@code (a - m) * oneMinusBeta1} rather than being blended from two products. */
  public boolean lerp;

  /** Decay rate of the first moment. */
  public float beta1;

  /** {@code 1 - beta1}, rounded once. */
  public float oneMinusBeta1;

  /** Decay rate of the second moment. */
  public float beta2;

  /** {@code 1 - beta2}, rounded once. */
  public float oneMinusBeta2;

  /** Learning rate over the first moment's bias correction. */
  public float stepSize;

  /** {@code 1 / sqrt(1 - beta2^k)}. */
  public float inverseRootCorrection2 = 1;

  /** Added to the denominator. */
  public float epsilon;

  /** Coefficients that condition nothing. */
  public AdamCoefficients() {}

  /** Whether conditioning would leave every gradient element as it is. */
  public boolean leaveGradients() {
    return gain == 1 && (ratio == 1 || threshold == Float.POSITIVE_INFINITY);
  }
}
