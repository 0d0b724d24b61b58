package io.github.fp4j.simd.optim;

import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.backend.ReductionTree;
import org.jspecify.annotations.Nullable;

/**
 * {@link UpdateRule.Adafactor} (arXiv 1804.04235, algorithms 4 and 5). The update needs its own root mean square before it can be applied, so the gradient is
 * gone over twice, and matrices a third time for the row and column means.
 */
final class AdafactorUpdater extends Updater {
  private final UpdateRule.Adafactor rule;
  private final @Nullable FactoredStore factored;
  private final @Nullable PlainStore second;
  private final @Nullable PlainStore first;
  private final double[] updateSquares;
  private final double[] parameterSquares;
  private final ChunkTask surveyTask = this::surveyChunk;
  private final ChunkTask prepareTask = this::prepareChunk;
  private float beta2;
  private float oneMinusBeta2;
  private float decay;
  private float scale;

  AdafactorUpdater(UpdateRule.Adafactor rule, Parameter parameter, int tensor, OptimizerConfig config, OptimizerKernels kernels, boolean measured) {
    super(parameter, tensor, config, kernels, measured);
    this.rule = rule;
    boolean isMatrix = parameter.shape().length >= 2;
    factored = isMatrix ? new FactoredStore(parameter.shape()) : null;
    second = isMatrix ? null : new PlainStore(FloatStorage.float32(new float[length]));
    first = rule.beta1() == 0 ? null : new PlainStore(FloatStorage.float32(new float[length]));
    updateSquares = new double[Math.ceilDiv(length, OptimizerKernels.CHUNK)];
    parameterSquares = new double[updateSquares.length];
  }

  @Override
  double beta1() {
    return rule.beta1();
  }

  @Override
  @Nullable MomentStore firstMoment() {
    return first;
  }

  @Override
  void step(ChunkLoop loop, double rate, double s, long k, long t) {
    double decayRate = 1 - Math.pow(k, -rule.decayExponent());
    beta2 = (float) decayRate;
    oneMinusBeta2 = (float) (1 - decayRate);
    if (factored != null) {
      factored.start();
      survey(surveyTask);
      factored.finish(decayRate);
    }
    loop.run(prepareTask, length);
    double updateRms = Math.sqrt(ReductionTree.sum(updateSquares, updateSquares.length) / length);
    double parameterRms = Math.sqrt(ReductionTree.sum(parameterSquares, parameterSquares.length) / length);
    double alpha = rule.relativeStep() ? Math.min(rate, 1 / Math.sqrt(k)) : rate;
    if (rule.scaleParameter()) {
      alpha *= Math.max(rule.epsilon2(), parameterRms);
    }
    decay = (float) (1 - alpha * config.weightDecay());
    scale = (float) (alpha / Math.max(1, updateRms / rule.clipThreshold()));
    update(loop);
  }

  private void surveyChunk(Workspace workspace, int from, int count) {
    open(workspace, from, count);
    if (factored != null) {
      factored.survey(conditionedGradient(workspace, count, 0), 0, from, count, rule.epsilon1());
    }
  }

  /** Moves an unfactored second moment, and measures update and parameters. */
  private void prepareChunk(Workspace workspace, int from, int count) {
    open(workspace, from, count);
    if (second != null) {
      float[] g = conditionedGradient(workspace, count, 0);
      Window v = workspace.second;
      second.open(workspace, v, from, count);
      float epsilon = (float) rule.epsilon1();
      for (int i = 0; i < count; i++) {
        v.array[v.offset + i] = v.array[v.offset + i] * beta2 + (g[i] * g[i] + epsilon) * oneMinusBeta2;
      }
    }
    float[] u = normalised(workspace, from, count);
    int chunk = from / OptimizerKernels.CHUNK;
    updateSquares[chunk] = kernels.squaresClipped(u, 0, count, Float.POSITIVE_INFINITY, 1);
    Window p = workspace.parameters;
    parameterSquares[chunk] = kernels.squaresClipped(p.array, p.offset, count, Float.POSITIVE_INFINITY, 1);
  }

  /** The conditioned gradient over the root of the second moment, in {@code workspace.conditioned}. */
  private float[] normalised(Workspace workspace, int from, int count) {
    float[] u = conditionedGradient(workspace, count, 0);
    if (factored != null) {
      for (int i = 0; i < count; i++) {
        u[i] = (float) (u[i] / Math.sqrt(factored.value(from + i)));
      }
    } else if (second != null) {
      Window v = workspace.second;
      second.open(workspace, v, from, count);
      for (int i = 0; i < count; i++) {
        u[i] = u[i] / (float) Math.sqrt(v.array[v.offset + i]);
      }
    }
    return u;
  }

  @Override
  void apply(Workspace workspace, int from, int count) {
    float[] u = normalised(workspace, from, count);
    for (int i = 0; i < count; i++) {
      u[i] *= scale;
    }
    if (first != null) {
      Window m = workspace.first;
      first.open(workspace, m, from, count);
      float beta1 = (float) rule.beta1();
      float oneMinusBeta1 = (float) (1 - rule.beta1());
      for (int i = 0; i < count; i++) {
        u[i] = m.array[m.offset + i] * beta1 + u[i] * oneMinusBeta1;
        m.array[m.offset + i] = u[i];
      }
    }
    Window p = workspace.parameters;
    for (int i = 0; i < count; i++) {
      p.array[p.offset + i] = p.array[p.offset + i] * decay - u[i];
    }
  }

  @Override
  void clear() {
    for (MomentStore store : new MomentStore[] {factored, second, first}) {
      if (store != null) {
        store.clear();
      }
    }
  }

  @Override
  void visit(String name, StateVisitor visitor) {
    if (first != null) {
      first.visit(name + ".first", visitor);
    }
    if (second != null) {
      second.visit(name + ".second", visitor);
    }
    if (factored != null) {
      factored.visit(name + ".second", visitor);
    }
  }
}
