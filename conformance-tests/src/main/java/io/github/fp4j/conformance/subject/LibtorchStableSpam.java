package io.github.fp4j.conformance.subject;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.fp4j.simd.optim.Algorithm;
import io.github.fp4j.simd.optim.Mode;
import io.github.fp4j.simd.optim.OptimizerConfig;
import io.github.fp4j.simd.optim.UpdateRule;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Stable-SPAM of one tensor as the authors' PyTorch code runs it (arXiv 2502.17055; their public code of March 2025): operation by operation, each over the whole
 * tensor by libtorch, with the temporaries that theirs makes, given back where theirs goes out of use. What Python itself costs is not in it. Like theirs it
 * clips the gradient in place, de-biases all averages with the moments' step, and on a reset step still updates with the old moments. Parameters, gradient and
 * moments have memory of their own that stays until the process ends.
 */
public final class LibtorchStableSpam {
  private final OptimizerConfig config;
  private final UpdateRule.Adam rule;
  private final MemorySegment parameterFloats;
  private final MemorySegment gradientFloats;
  private final LibtorchTensor parameters;
  private final LibtorchTensor gradient;
  private final LibtorchTensor first;
  private final LibtorchTensor second;
  private LibtorchTensor averageMaximum;
  private LibtorchTensor averageNorm;
  private LibtorchTensor averageSquare;
  private long t;
  private long k;

  LibtorchStableSpam(Libtorch.Functions functions, LibtorchOperations operations, float[] values, OptimizerConfig config) {
    if (config.algorithm() != Algorithm.STABLE_SPAM || !(config.rule() instanceof UpdateRule.Adam adam)) {
      throw new IllegalArgumentException("algorithm " + config.algorithm().label() + ": expected " + Algorithm.STABLE_SPAM.label());
    }
    this.config = config;
    rule = adam;
    Arena arena = Arena.global();
    parameterFloats = Libtorch.Functions.floats(values.length, arena);
    MemorySegment.copy(values, 0, parameterFloats, JAVA_FLOAT, 0, values.length);
    gradientFloats = Libtorch.Functions.floats(values.length, arena);
    parameters = LibtorchTensor.over(functions, operations, parameterFloats, 1, arena);
    gradient = LibtorchTensor.over(functions, operations, gradientFloats, 1, arena);
    first = LibtorchTensor.over(functions, operations, Libtorch.Functions.floats(values.length, arena), 1, arena);
    second = LibtorchTensor.over(functions, operations, Libtorch.Functions.floats(values.length, arena), 1, arena);
    averageMaximum = LibtorchTensor.over(functions, operations, Libtorch.Functions.floats(1, arena), 0, arena);
    averageNorm = LibtorchTensor.over(functions, operations, Libtorch.Functions.floats(1, arena), 0, arena);
    averageSquare = LibtorchTensor.over(functions, operations, Libtorch.Functions.floats(1, arena), 0, arena);
  }

  /** The gradient of the next step; what a step leaves of it, clipped, is that of the step after. */
  public void gradient(float[] values) {
    MemorySegment.copy(values, 0, gradientFloats, JAVA_FLOAT, 0, values.length);
  }

  /** A copy of the parameters. */
  public float[] parameters() {
    return parameterFloats.toArray(JAVA_FLOAT);
  }

  /** One step. */
  public void step() {
    t++;
    k++;
    double s = config.cosine().at(t, Mode.REFERENCE);
    parameters.mulInPlace(1 - config.learningRate().at(t) * config.weightDecay());
    clip();
    try (LibtorchTensor g = normalised(s)) {
      boolean reset = config.resetInterval() != 0 && t % config.resetInterval() == 0;
      if (reset) {
        k = 1;
      }
      update(g, rule.beta1() * s);
      if (reset) {
        first.zeroInPlace();
        second.zeroInPlace();
      }
    }
  }

  private void clip() {
    double theta = config.conditioning().gamma3();
    try (LibtorchTensor maximum = largestMagnitude()) {
      averageMaximum = averaged(averageMaximum, theta, maximum);
      try (LibtorchTensor threshold = averageMaximum.div(1 - Math.pow(theta, k));
          LibtorchTensor mask = above(threshold)) {
        if (isAnyTrue(mask)) {
          clip(mask, maximum, threshold);
        }
      }
    }
  }

  private LibtorchTensor largestMagnitude() {
    try (LibtorchTensor magnitudes = gradient.abs()) {
      return magnitudes.max();
    }
  }

  private LibtorchTensor above(LibtorchTensor threshold) {
    try (LibtorchTensor magnitudes = gradient.abs()) {
      return magnitudes.gt(threshold);
    }
  }

  private static boolean isAnyTrue(LibtorchTensor mask) {
    try (LibtorchTensor count = mask.sum();
        LibtorchTensor positive = count.gt(0)) {
      return positive.isNonzero();
    }
  }

  private void clip(LibtorchTensor mask, LibtorchTensor maximum, LibtorchTensor threshold) {
    try (LibtorchTensor large = gradient.index(mask);
        LibtorchTensor relative = large.div(maximum);
        LibtorchTensor clipped = relative.mul(threshold)) {
      gradient.indexPutInPlace(mask, clipped);
    }
  }

  private LibtorchTensor normalised(double s) {
    double gamma1 = (config.conditioning().gamma1() == -1 ? rule.beta1() : config.conditioning().gamma1()) * s;
    double gamma2 = config.conditioning().gamma2();
    try (LibtorchTensor norm = gradient.norm();
        LibtorchTensor square = norm.pow(2)) {
      averageNorm = averaged(averageNorm, gamma1, norm);
      averageSquare = averaged(averageSquare, gamma2, square);
      try (LibtorchTensor mean = averageNorm.div(1 - Math.pow(gamma1, k));
          LibtorchTensor meanSquare = averageSquare.div(1 - Math.pow(gamma2, k));
          LibtorchTensor root = meanSquare.sqrt();
          LibtorchTensor divisor = root.add(config.conditioning().epsilon());
          LibtorchTensor c = mean.div(divisor);
          LibtorchTensor positive = norm.gt(0)) {
        return positive.isNonzero() ? scaled(norm, c) : gradient.reference();
      }
    }
  }

  private LibtorchTensor scaled(LibtorchTensor norm, LibtorchTensor c) {
    try (LibtorchTensor unit = gradient.div(norm)) {
      return unit.mul(c);
    }
  }

  /** {@code gamma * average + (1 - gamma) * value}, in place of {@code average}. */
  private static LibtorchTensor averaged(LibtorchTensor average, double gamma, LibtorchTensor value) {
    try (average;
        LibtorchTensor kept = average.mul(gamma);
        LibtorchTensor added = value.mul(1 - gamma)) {
      return kept.add(added);
    }
  }

  private void update(LibtorchTensor g, double beta1) {
    double beta2 = rule.beta2();
    first.mulInPlace(beta1);
    first.addInPlace(g, 1 - beta1);
    second.mulInPlace(beta2);
    second.addcmulInPlace(g, g, 1 - beta2);
    try (LibtorchTensor divisor = divisor(Math.sqrt(1 - Math.pow(beta2, k)));
        LibtorchTensor direction = first.div(divisor)) {
      parameters.addInPlace(direction, -config.learningRate().at(t) / (1 - Math.pow(beta1, k)));
    }
  }

  private LibtorchTensor divisor(double rootCorrection) {
    try (LibtorchTensor root = second.sqrt()) {
      LibtorchTensor divisor = root.div(rootCorrection);
      divisor.addInPlace(rule.epsilon());
      return divisor;
    }
  }
}
