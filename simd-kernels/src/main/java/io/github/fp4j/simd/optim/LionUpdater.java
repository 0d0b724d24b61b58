package io.github.fp4j.simd.optim;

import io.github.fp4j.backend.OptimizerKernels;

/** {@link UpdateRule.Lion}: {@code p = p * (1 - lr * wd) - lr * sign(beta1 * m + (1 - beta1) * g); m = beta2 * m + (1 - beta2) * g}. */
final class LionUpdater extends Updater {
  private final UpdateRule.Lion rule;
  private final MomentStore momentum;
  private float learningRate;
  private float decay;
  private float beta1;
  private float oneMinusBeta1;

  LionUpdater(UpdateRule.Lion rule, Parameter parameter, int tensor, OptimizerConfig config, OptimizerKernels kernels, boolean measured) {
    super(parameter, tensor, config, kernels, measured);
    this.rule = rule;
    momentum = MomentStore.of(config.states().of(length).first(), parameter.shape(), length, kernels);
  }

  @Override
  double beta1() {
    return rule.beta1();
  }

  @Override
  MomentStore firstMoment() {
    return momentum;
  }

  @Override
  void step(ChunkLoop loop, double rate, double s, long k, long t) {
    learningRate = (float) rate;
    decay = (float) (1 - rate * config.weightDecay());
    beta1 = (float) (rule.beta1() * s);
    oneMinusBeta1 = (float) (1 - rule.beta1() * s);
    update(loop);
  }

  @Override
  void apply(Workspace workspace, int from, int count) {
    float[] g = conditionedGradient(workspace, count, 0);
    Window p = workspace.parameters;
    Window m = workspace.first;
    momentum.open(workspace, m, from, count);
    move(p.array, p.offset, g, m.array, m.offset, count);
    momentum.close(workspace, m, from, count);
  }

  private void move(float[] p, int parametersOffset, float[] g, float[] m, int momentumOffset, int count) {
    float rate = learningRate;
    float keep = decay;
    float b1 = beta1;
    float w1 = oneMinusBeta1;
    float b2 = (float) rule.beta2();
    float w2 = (float) (1 - rule.beta2());
    for (int i = 0; i < count; i++) {
      float old = m[momentumOffset + i];
      float u = old * b1 + g[i] * w1;
      float size = u == 0 ? 0 : rate;
      p[parametersOffset + i] = p[parametersOffset + i] * keep - Math.copySign(size, u);
      m[momentumOffset + i] = old * b2 + g[i] * w2;
    }
  }

  @Override
  void clear() {
    momentum.clear();
  }

  @Override
  void visit(String name, StateVisitor visitor) {
    momentum.visit(name + ".first", visitor);
  }
}
