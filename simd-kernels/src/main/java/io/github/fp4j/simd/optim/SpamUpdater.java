package io.github.fp4j.simd.optim;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.OptimizerKernels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * {@link UpdateRule.Spam} (arXiv 2501.06842): gradient elements with {@code g^2 > threshold * v} become {@code sign(g) * sqrt(threshold * v)}, then Adam in its
 * "step size" form. With a density below 1 a matrix has moments for its selected elements only, and only those are updated and decayed.
 */
final class SpamUpdater extends Updater {
  private final UpdateRule.Spam rule;
  private final @Nullable SparseMask mask;
  private final float[] first;
  private final float[] second;
  private final AdamCoefficients coefficients = new AdamCoefficients();
  private float decay;
  private boolean clips;

  SpamUpdater(UpdateRule.Spam rule, Parameter parameter, int tensor, OptimizerConfig config, OptimizerKernels kernels, boolean measured) {
    super(parameter, tensor, config, kernels, measured);
    this.rule = rule;
    mask = rule.density() < 1 && parameter.shape().length == 2 ? new SparseMask(length, rule.density(), config.seed(), tensor) : null;
    int selected = mask == null ? length : mask.selected();
    first = new float[selected];
    second = new float[selected];
  }

  @Override
  double beta1() {
    return rule.beta1();
  }

  @Override
  @Nullable MomentStore firstMoment() {
    return mask == null ? new PlainStore(FloatStorage.float32(first)) : null;
  }

  @Override
  @Nullable MomentStore secondMoment() {
    return mask == null ? new PlainStore(FloatStorage.float32(second)) : null;
  }

  @Override
  void step(ChunkLoop loop, double rate, double s, long k, long t) {
    AdamCoefficients c = coefficients;
    c.beta1 = (float) rule.beta1();
    c.oneMinusBeta1 = (float) (1 - rule.beta1());
    c.beta2 = (float) rule.beta2();
    c.oneMinusBeta2 = (float) (1 - rule.beta2());
    c.epsilon = (float) rule.epsilon();
    double step = rate * Math.sqrt(1 - Math.pow(rule.beta2(), k)) / (1 - Math.pow(rule.beta1(), k));
    c.stepSize = (float) (step * warmup(t));
    decay = (float) (rate * config.weightDecay());
    int interval = config.resetInterval();
    clips = rule.threshold() > 0 && t >= rule.grace() && (interval == 0 || t % interval >= rule.grace());
    update(loop);
  }

  /** The factor on the step size: 1 until the first reset, from .01 up to 1 after each. */
  private double warmup(long t) {
    int interval = config.resetInterval();
    if (interval == 0 || t < interval || t % interval >= rule.warmup()) {
      return 1;
    }
    return 1 - .99 * (1 + Math.cos(Math.PI * (t % interval) / (rule.warmup() + 1.0))) / 2;
  }

  @Override
  void apply(Workspace workspace, int from, int count) {
    Window p = workspace.parameters;
    float[] g = conditionedGradient(workspace, count, 0);
    if (mask == null) {
      move(p.array, p.offset, g, from, count);
      return;
    }
    int start = mask.selectedBefore(from);
    int selected = mask.selectedBefore(from + count) - start;
    mask.gather(from, count, g, 0, g);
    mask.gather(from, count, p.array, p.offset, workspace.scales);
    move(workspace.scales, 0, g, start, selected);
    mask.scatter(from, count, workspace.scales, p.array, p.offset);
  }

  private void move(float[] p, int offset, float[] g, int at, int count) {
    if (clips) {
      clip(g, at, count);
    }
    kernels.adam(coefficients, p, offset, g, 0, first, at, second, at, count);
    if (decay != 0) {
      for (int i = 0; i < count; i++) {
        p[offset + i] -= decay * p[offset + i];
      }
    }
  }

  private void clip(float[] g, int at, int count) {
    float threshold = (float) rule.threshold();
    for (int i = 0; i < count; i++) {
      float limit = threshold * second[at + i];
      if (g[i] * g[i] > limit) {
        g[i] = Math.signum(g[i]) * (float) Math.sqrt(limit);
      }
    }
  }

  /** Zeroes the moments at a reset, for which a sparse tensor also draws its elements anew. */
  @Override
  void clear() {
    if (mask != null) {
      mask.redraw();
    }
    Arrays.fill(first, 0);
    Arrays.fill(second, 0);
  }

  @Override
  void visit(String name, StateVisitor visitor) {
    visitor.floats(name + ".first", first);
    visitor.floats(name + ".second", second);
    if (mask != null) {
      mask.visit(name + ".mask", visitor);
    }
  }

  @Override
  void restored() {
    if (mask != null) {
      mask.count();
    }
  }
}
