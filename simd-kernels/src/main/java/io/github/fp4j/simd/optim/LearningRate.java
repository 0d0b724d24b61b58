package io.github.fp4j.simd.optim;

import org.jspecify.annotations.Nullable;

/**
 * The learning rate as a function of the 1-based step: a linear rise to the peak, which step {@code warmup} has, then half a cosine down to
 * {@code floor * peak}, which step {@code length} and all later ones have.
 *
 * @param peak the highest learning rate, finite, at least 0
 * @param warmup steps of the rise, 0 for none
 * @param length steps in all, more than {@code warmup}; 0 to stay at the peak
 * @param floor the last learning rate as a fraction of the peak
 * @param qaf the closing phase, or null for none
 */
public record LearningRate(double peak, int warmup, int length, double floor, @Nullable QafPhase qaf) {

  /**
   * The closing phase of quantisation-aware fine-tuning: the learning rate re-warms linearly to the last value of the phase before, then falls along half a
   * cosine (arXiv 2505.19115, "QAF").
   *
   * @param start the last step before the phase
   * @param warmup steps of the rise, 0 for none
   * @param length steps of the phase in all, more than {@code warmup}
   * @param floor the last learning rate as a fraction of the rate at {@code start}
   */
  public record QafPhase(int start, int warmup, int length, double floor) {
    public QafPhase {
      if (start < 1) {
        throw new IllegalArgumentException("qaf-start = " + start + ": expected the last step before the phase, at least 1");
      }
      if (length <= warmup) {
        throw new IllegalArgumentException("qaf-length = " + length + ": expected more than the " + warmup + " steps of its warm-up");
      }
      requireShape("qaf", warmup, floor);
    }
  }

  public LearningRate {
    if (!(peak >= 0 && peak < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("lr = " + peak + ": expected a finite number of at least 0");
    }
    if (length != 0 && length <= warmup) {
      throw new IllegalArgumentException("lr-length = " + length + ": expected more than the " + warmup + " steps of the warm-up, or 0");
    }
    requireShape("lr", warmup, floor);
  }

  private static void requireShape(String prefix, int warmup, double floor) {
    if (warmup < 0) {
      throw new IllegalArgumentException(prefix + "-warmup = " + warmup + ": expected 0 or more steps");
    }
    if (!(floor >= 0 && floor <= 1)) {
      throw new IllegalArgumentException(prefix + "-floor = " + floor + ": expected a fraction in [0, 1]");
    }
  }

  /** The same at every step. */
  public static LearningRate constant(double rate) {
    return new LearningRate(rate, 0, 0, 0, null);
  }

  /** A linear rise and a cosine, without a closing phase. */
  public static LearningRate warmupCosine(double peak, int warmup, int length, double floor) {
    return new LearningRate(peak, warmup, length, floor, null);
  }

  /** This schedule up to the start of {@code phase}, then the phase. */
  public LearningRate then(@Nullable QafPhase phase) {
    return new LearningRate(peak, warmup, length, floor, phase);
  }

  /** The learning rate of step {@code t}, from 1. */
  public double at(long t) {
    if (qaf == null || t <= qaf.start()) {
      return shape(t, peak, warmup, length, floor);
    }
    double last = shape(qaf.start(), peak, warmup, length, floor);
    return shape(t - qaf.start(), last, qaf.warmup(), qaf.length(), qaf.floor());
  }

  private static double shape(long t, double peak, int warmup, int length, double floor) {
    if (t < warmup) {
      return peak * t / warmup;
    }
    if (length == 0) {
      return peak;
    }
    double progress = Math.min(1, (double) (t - warmup) / (length - warmup));
    return peak * (floor + (1 - floor) * (1 + Math.cos(Math.PI * progress)) / 2);
  }
}
