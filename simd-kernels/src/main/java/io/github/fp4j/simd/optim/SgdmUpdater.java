package io.github.fp4j.simd.optim;

import io.github.fp4j.backend.OptimizerKernels;

/** {@link UpdateRule.Sgdm}: {@code m = momentum * m + g; p -= lr * m}. */
final class SgdmUpdater extends Updater {
  private final UpdateRule.Sgdm rule;
  private final MomentStore momentum;
  private float learningRate;

  SgdmUpdater(UpdateRule.Sgdm rule, Parameter parameter, int tensor, OptimizerConfig config, OptimizerKernels kernels, boolean measured) {
    super(parameter, tensor, config, kernels, measured);
    this.rule = rule;
    momentum = MomentStore.of(config.states().of(length).first(), parameter.shape(), length, kernels);
  }

  @Override
  double beta1() {
    return rule.momentum();
  }

  @Override
  MomentStore firstMoment() {
    return momentum;
  }

  @Override
  void step(ChunkLoop loop, double rate, double s, long k, long t) {
    learningRate = (float) rate;
    update(loop);
  }

  @Override
  void apply(Workspace workspace, int from, int count) {
    float[] g = conditionedGradient(workspace, count, config.weightDecay());
    Window p = workspace.parameters;
    Window m = workspace.first;
    momentum.open(workspace, m, from, count);
    float decay = (float) rule.momentum();
    for (int i = 0; i < count; i++) {
      float moved = m.array[m.offset + i] * decay + g[i];
      m.array[m.offset + i] = moved;
      p.array[p.offset + i] -= learningRate * (rule.nesterov() ? g[i] + decay * moved : moved);
    }
    momentum.close(workspace, m, from, count);
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
