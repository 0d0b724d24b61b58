package io.github.fp4j.simd.optim;

import io.github.fp4j.backend.OptimizerKernels;
import java.util.Arrays;

/** {@link UpdateRule.AdamMini}: one second moment to a block, of the block's mean squared gradient. Sums run in float64, in order. */
final class AdamMiniUpdater extends Updater {
  private final UpdateRule.AdamMini rule;
  private final MomentStore first;
  private final float[] second;
  private final double[] sums;
  private final float[] stepSizes;
  private final int blockLength;
  private final ChunkTask surveyTask = this::surveyChunk;
  private float decay;
  private float beta1;
  private float oneMinusBeta1;

  AdamMiniUpdater(UpdateRule.AdamMini rule, Parameter parameter, int tensor, OptimizerConfig config, OptimizerKernels kernels, boolean measured) {
    super(parameter, tensor, config, kernels, measured);
    this.rule = rule;
    int blocks = length % rule.blocks() == 0 ? rule.blocks() : 1;
    blockLength = length / blocks;
    first = MomentStore.of(config.states().of(length).first(), parameter.shape(), length, kernels);
    second = new float[blocks];
    sums = new double[blocks];
    stepSizes = new float[blocks];
  }

  @Override
  double beta1() {
    return rule.beta1();
  }

  @Override
  MomentStore firstMoment() {
    return first;
  }

  @Override
  void step(ChunkLoop loop, double rate, double s, long k, long t) {
    double decayed = rule.beta1() * s;
    beta1 = (float) decayed;
    oneMinusBeta1 = (float) (1 - decayed);
    decay = (float) (1 - rate * config.weightDecay());
    Arrays.fill(sums, 0);
    survey(surveyTask);
    for (int block = 0; block < second.length; block++) {
      second[block] = (float) (rule.beta2() * second[block] + (1 - rule.beta2()) * (sums[block] / blockLength));
      double root = Math.sqrt(second[block] / (1 - Math.pow(rule.beta2(), k)));
      stepSizes[block] = (float) (rate / (1 - Math.pow(decayed, k)) / (root + rule.epsilon()));
    }
    update(loop);
  }

  private void surveyChunk(Workspace workspace, int from, int count) {
    open(workspace, from, count);
    float[] g = conditionedGradient(workspace, count, 0);
    for (int i = 0; i < count; i++) {
      sums[(from + i) / blockLength] += (double) g[i] * g[i];
    }
  }

  @Override
  void apply(Workspace workspace, int from, int count) {
    float[] g = conditionedGradient(workspace, count, 0);
    Window p = workspace.parameters;
    Window m = workspace.first;
    first.open(workspace, m, from, count);
    for (int i = 0; i < count; i++) {
      float moved = m.array[m.offset + i] * beta1 + g[i] * oneMinusBeta1;
      m.array[m.offset + i] = moved;
      p.array[p.offset + i] = p.array[p.offset + i] * decay - moved * stepSizes[(from + i) / blockLength];
    }
    first.close(workspace, m, from, count);
  }

  @Override
  void clear() {
    first.clear();
    Arrays.fill(second, 0);
  }

  @Override
  void visit(String name, StateVisitor visitor) {
    first.visit(name + ".first", visitor);
    visitor.floats(name + ".second", second);
  }
}
