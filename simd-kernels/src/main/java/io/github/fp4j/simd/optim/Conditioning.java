package io.github.fp4j.simd.optim;

/**
 * What happens to a gradient before an update rule sees it.
 *
 * @param adaClip whether elements above a running threshold are rescaled (AdaClip, arXiv 2502.17055, section 4.1)
 * @param adaGn whether the gradient is scaled to a running norm (AdaGN, section 4.2)
 * @param gamma1 decay rate of the norm's average, in [0, 1), or -1 for the update rule's beta1; multiplied by the cosine factor
 * @param gamma2 decay rate of the squared norm's average
 * @param gamma3 decay rate of the largest magnitude's average, the paper's theta
 * @param epsilon added to the root of the squared norm's average
 * @param maxNorm the l2 norm over all tensors of the group is limited to this; 0 for no limit; not together with AdaClip or AdaGN
 * @param precision number format of the running statistics
 * @param clipInPlace whether the clipped gradient is written back to the caller's array; {@link Mode#REFERENCE} always does
 */
public record Conditioning(
    boolean adaClip,
    boolean adaGn,
    double gamma1,
    double gamma2,
    double gamma3,
    double epsilon,
    double maxNorm,
    StatisticsPrecision precision,
    boolean clipInPlace) {

  /** Gradients as they are. */
  public static final Conditioning NONE = new Conditioning(false, false, .7, .9, .999, 1e-8, 0, StatisticsPrecision.FLOAT64, false);

  /** AdaClip and AdaGN with the defaults of Stable-SPAM. */
  public static final Conditioning STABLE_SPAM = new Conditioning(true, true, .7, .9, .999, 1e-8, 0, StatisticsPrecision.FLOAT64, false);

  public Conditioning {
    if (gamma1 != -1) {
      Ranges.requireRate("gamma1", gamma1);
    }
    Ranges.requireRate("gamma2", gamma2);
    Ranges.requireRate("gamma3", gamma3);
    Ranges.requireNonNegative("eps", epsilon);
    Ranges.requireNonNegative("max-norm", maxNorm);
    if (maxNorm > 0 && (adaClip || adaGn)) {
      throw new IllegalArgumentException("max-norm = " + maxNorm + ": expected 0 together with adaclip or adagn (their statistics are per tensor)");
    }
  }
}
