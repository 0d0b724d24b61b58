package io.github.fp4j.simd.optim;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.CodedAdam;
import io.github.fp4j.backend.OptimizerKernels;
import org.jspecify.annotations.Nullable;

/** {@link UpdateRule.Adam} on moments of any format. */
final class AdamUpdater extends Updater {
  private static final int PIECE = 1024;

  private final UpdateRule.Adam rule;
  private final MomentStore first;
  private final MomentStore second;

  /** Elements whose decoded moments are in the first cache from decoding to encoding. */
  private final int piece;

  /** Decodes, updates and encodes in one pass; absent where the kernels or the formats do not allow it. */
  private final @Nullable CodedAdam coded;

  private final AdamCoefficients coefficients = new AdamCoefficients();
  private final ChunkTask surveyTask = this::surveyChunk;

  AdamUpdater(UpdateRule.Adam rule, Parameter parameter, int tensor, OptimizerConfig config, OptimizerKernels kernels, boolean measured) {
    super(parameter, tensor, config, kernels, measured);
    this.rule = rule;
    StateFormat states = config.states().of(length);
    first = MomentStore.of(states.first(), parameter.shape(), length, kernels);
    second = MomentStore.of(states.second(), parameter.shape(), length, kernels);
    boolean areDecoded = !(first instanceof PlainStore && second instanceof PlainStore);
    boolean areCoded =
        first instanceof BlockwiseStore m && second instanceof BlockwiseStore v && CodedAdam.supports(m.moment().format(), v.moment().format());
    coded = areCoded ? kernels.codedAdam().orElse(null) : null;
    piece = areDecoded ? Math.max(PIECE, Math.max(first.granule(), second.granule())) : OptimizerKernels.CHUNK;
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
  MomentStore secondMoment() {
    return second;
  }

  @Override
  void step(ChunkLoop loop, double learningRate, double s, long k, long t) {
    double beta1 = rule.beta1() * s;
    AdamCoefficients c = coefficients;
    c.lerp = rule.lerp();
    c.beta1 = (float) beta1;
    c.oneMinusBeta1 = (float) (1 - beta1);
    c.beta2 = (float) rule.beta2();
    c.oneMinusBeta2 = (float) (1 - rule.beta2());
    c.stepSize = (float) (learningRate / (1 - Math.pow(beta1, k)));
    c.inverseRootCorrection2 = (float) (1 / Math.sqrt(1 - Math.pow(rule.beta2(), k)));
    c.epsilon = (float) rule.epsilon();
    c.decay = rule.decoupled() ? (float) (1 - learningRate * config.weightDecay()) : 1;
    surveyGradient(loop);
    update(loop);
    if (second instanceof RankOneStore rankOne) {
      rankOne.finish();
    }
  }

  /** Lets a second moment whose elements depend on each other see the whole gradient first. Sums, unlike maxima, need it in order, on one thread. */
  private void surveyGradient(ChunkLoop loop) {
    if (second instanceof RankOneStore rankOne) {
      rankOne.start();
      loop.run(surveyTask, length);
    } else if (second instanceof FactoredStore factored) {
      factored.start();
      survey(surveyTask);
      factored.finish(rule.beta2());
      coefficients.beta2 = 1; // the window shows the new second moment already
      coefficients.oneMinusBeta2 = 0;
    }
  }

  private void surveyChunk(Workspace workspace, int from, int count) {
    open(workspace, from, count);
    float[] g = conditionedGradient(workspace, count, rule.decoupled() ? 0 : config.weightDecay());
    if (second instanceof FactoredStore factored) {
      factored.survey(g, 0, from, count, 0);
    } else if (second instanceof RankOneStore rankOne) {
      Window v = workspace.second;
      rankOne.open(workspace, v, from, count);
      for (int i = 0; i < count; i++) {
        v.array[i] = v.array[i] * coefficients.beta2 + g[i] * coefficients.oneMinusBeta2 * g[i];
      }
      rankOne.survey(v.array, 0, from, count);
    }
  }

  /** What one call costs before and after its elements is much for a chunk of 4-bit moments. */
  @Override
  int pieceInPlace() {
    return coded != null && !decaysGradient() ? ChunkLoop.SHARE : OptimizerKernels.CHUNK;
  }

  private boolean decaysGradient() {
    return !rule.decoupled() && config.weightDecay() != 0;
  }

  @Override
  void apply(Workspace workspace, int from, int count) {
    Window g = workspace.gradient;
    AdamCoefficients c = coefficients;
    if (!decaysGradient()) {
      c.threshold = conditioning.threshold;
      c.ratio = conditioning.ratio;
      c.gain = conditioning.gain;
      applyPieces(workspace, g.array, g.offset, from, count);
    } else {
      applyPieces(workspace, conditionedGradient(workspace, count, config.weightDecay()), 0, from, count);
    }
  }

  private void applyPieces(Workspace workspace, float[] gradient, int gradientOffset, int from, int count) {
    Window p = workspace.parameters;
    if (coded != null) {
      CodedAdam.Moment m = ((BlockwiseStore) first).moment();
      CodedAdam.Moment v = ((BlockwiseStore) second).moment();
      coded.adam(coefficients, p.array, p.offset, gradient, gradientOffset, m, v, from, count);
      return;
    }
    Window m = workspace.first;
    Window v = workspace.second;
    for (int at = 0; at < count; at += piece) {
      int n = Math.min(piece, count - at);
      first.open(workspace, m, from + at, n);
      second.open(workspace, v, from + at, n);
      kernels.adam(
          coefficients, p.array, p.offset + at, gradient, gradientOffset + at, m.array, m.offset, v.array, v.offset, n);
      first.close(workspace, m, from + at, n);
      second.close(workspace, v, from + at, n);
    }
  }

  @Override
  void clear() {
    first.clear();
    second.clear();
  }

  @Override
  void visit(String name, StateVisitor visitor) {
    first.visit(name + ".first", visitor);
    second.visit(name + ".second", visitor);
  }
}
