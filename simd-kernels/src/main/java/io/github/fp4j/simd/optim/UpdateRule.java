package io.github.fp4j.simd.optim;

/** How a conditioned gradient moves the moments and the parameters. */
public sealed interface UpdateRule {

  /**
   * Adam, AdamW and what is built on them.
   *
   * @param beta1 decay rate of the first moment; Stable-SPAM's cosine factor multiplies it
   * @param beta2 decay rate of the second moment
   * @param epsilon added to the root of the second moment, after its bias correction
   * @param decoupled whether weight decay shrinks the parameters before the update (AdamW) rather than being added to the gradient (Adam)
   * @param lerp whether the first moment moves by {@code (1 - beta1) * (g - m)} rather than being blended from two products: they round differently
   */
  record Adam(double beta1, double beta2, double epsilon, boolean decoupled, boolean lerp) implements UpdateRule {
    public Adam {
      requireBetas(beta1, beta2);
      Ranges.requireNonNegative("eps", epsilon);
    }
  }

  /**
   * SPAM: Adam whose gradient spikes are clipped against the second moment, with a warm-up after each reset of the moments.
   *
   * @param beta1 decay rate of the first moment
   * @param beta2 decay rate of the second moment
   * @param epsilon added to the root of the second moment, before its bias correction
   * @param warmup steps of the cosine warm-up after a reset
   * @param threshold elements with {@code g^2 > threshold * v} are clipped; 0 for none
   * @param grace steps after a reset, and from the start, in which nothing is clipped
   * @param density fraction of a matrix's elements that have moments and are updated, drawn anew at each reset; 1 for all
   */
  record Spam(double beta1, double beta2, double epsilon, int warmup, double threshold, int grace, double density) implements UpdateRule {
    public Spam {
      requireBetas(beta1, beta2);
      Ranges.requireNonNegative("eps", epsilon);
      Ranges.requireNonNegative("warmup", warmup);
      Ranges.requireNonNegative("threshold", threshold);
      Ranges.requireNonNegative("grace", grace);
      if (!(density > 0 && density <= 1)) {
        throw new IllegalArgumentException("density = " + density + ": expected a fraction in (0, 1]");
      }
    }
  }

  /**
   * Stochastic gradient descent with momentum; weight decay is added to the gradient.
   *
   * @param momentum decay rate of the momentum buffer
   * @param nesterov whether the update looks ahead by one momentum step
   */
  record Sgdm(double momentum, boolean nesterov) implements UpdateRule {
    public Sgdm {
      Ranges.requireRate("momentum", momentum);
    }
  }

  /**
   * Lion: the sign of an interpolation of momentum and gradient; weight decay is decoupled.
   *
   * @param beta1 weight of the momentum in the update
   * @param beta2 decay rate of the momentum
   */
  record Lion(double beta1, double beta2) implements UpdateRule {
    public Lion {
      requireBetas(beta1, beta2);
    }
  }

  /**
   * Adafactor, and AdaLomo, which is Adafactor with updates scaled by the parameters' root mean square and no relative step. Matrices have row and column
   * means of the squared gradient, other tensors a second moment to an element.
   *
   * @param epsilon1 added to the squared gradient
   * @param epsilon2 lower limit of the parameters' root mean square
   * @param clipThreshold limit of the update's root mean square
   * @param decayExponent the second moment's decay rate at step k is {@code 1 - k^-decayExponent}
   * @param beta1 decay rate of a first moment over the updates; 0 for none
   * @param relativeStep whether the learning rate is further limited to {@code 1 / sqrt(k)}: {@code min(lr, 1 / sqrt(k))}
   * @param scaleParameter whether the learning rate is multiplied by the parameters' root mean square
   */
  record Adafactor(
      double epsilon1, double epsilon2, double clipThreshold, double decayExponent, double beta1, boolean relativeStep, boolean scaleParameter)
      implements UpdateRule {
    public Adafactor {
      Ranges.requireNonNegative("eps1", epsilon1);
      Ranges.requireNonNegative("eps2", epsilon2);
      Ranges.requireNonNegative("decay-exponent", decayExponent);
      Ranges.requireRate("beta1", beta1);
      if (!(clipThreshold > 0)) {
        throw new IllegalArgumentException("clip-threshold = " + clipThreshold + ": expected a positive number");
      }
    }
  }

  /**
   * Adam-mini: Adam with one second moment to a block of the tensor; weight decay is decoupled.
   *
   * @param beta1 decay rate of the first moment
   * @param beta2 decay rate of the second moments
   * @param epsilon added to the root of the second moment, after its bias correction
   * @param blocks equal contiguous blocks of every tensor (rows, heads); tensors whose size it does not divide have one
   */
  record AdamMini(double beta1, double beta2, double epsilon, int blocks) implements UpdateRule {
    public AdamMini {
      requireBetas(beta1, beta2);
      Ranges.requireNonNegative("eps", epsilon);
      if (blocks < 1) {
        throw new IllegalArgumentException("blocks = " + blocks + ": expected at least 1");
      }
    }
  }

  private static void requireBetas(double beta1, double beta2) {
    Ranges.requireRate("beta1", beta1);
    Ranges.requireRate("beta2", beta2);
  }
}
