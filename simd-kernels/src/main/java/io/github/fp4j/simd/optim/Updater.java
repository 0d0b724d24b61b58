package io.github.fp4j.simd.optim;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.backend.ReductionTree;
import org.jspecify.annotations.Nullable;

/** An update rule at work on one tensor: owns the tensor's moments, sees one chunk at a time. */
abstract class Updater {
  final Parameter parameter;
  final OptimizerConfig config;
  final OptimizerKernels kernels;
  final int length;

  /** How the gradient of this step is conditioned. */
  AdamCoefficients conditioning = new AdamCoefficients();

  private FloatStorage gradient = FloatStorage.float32();
  private @Nullable Workspace surveyWorkspace;
  private final double @Nullable [] updateSquares;
  private final @Nullable ParameterRounding rounding;
  private final ChunkTask updateTask = this::updatePiece;

  /**
   * @param tensor index of the parameter in its optimizer
   * @param measured whether {@link #updateRms} is wanted
   */
  Updater(Parameter parameter, int tensor, OptimizerConfig config, OptimizerKernels kernels, boolean measured) {
    this.parameter = parameter;
    this.config = config;
    this.kernels = kernels;
    length = parameter.values().length();
    rounding = config.stochasticParameters() ? new ParameterRounding(config.seed(), tensor) : null;
    updateSquares = measured ? new double[Math.ceilDiv(length, OptimizerKernels.CHUNK)] : null;
  }

  /** The rule of {@code config} for one parameter, with moments of zero. */
  static Updater of(Parameter parameter, int tensor, OptimizerConfig config, OptimizerKernels kernels, boolean measured) {
    return switch (config.rule()) {
      case UpdateRule.Adam rule -> new AdamUpdater(rule, parameter, tensor, config, kernels, measured);
      case UpdateRule.Spam rule -> new SpamUpdater(rule, parameter, tensor, config, kernels, measured);
      case UpdateRule.Sgdm rule -> new SgdmUpdater(rule, parameter, tensor, config, kernels, measured);
      case UpdateRule.Lion rule -> new LionUpdater(rule, parameter, tensor, config, kernels, measured);
      case UpdateRule.Adafactor rule -> new AdafactorUpdater(rule, parameter, tensor, config, kernels, measured);
      case UpdateRule.AdamMini rule -> new AdamMiniUpdater(rule, parameter, tensor, config, kernels, measured);
    };
  }

  /**
   * One step with the gradient taken.
   *
   * @param k steps since the moments were zero, this one included
   * @param t steps of the optimizer, this one included
   * @param s the schedule factor
   */
  abstract void step(ChunkLoop loop, double learningRate, double s, long k, long t);

  /** Updates the open parameters and the moments of a chunk, or of {@link #pieceInPlace} elements. */
  abstract void apply(Workspace workspace, int from, int count);

  /** Sets the moments to zero. */
  abstract void clear();

  /** Shows the moments. */
  abstract void visit(String name, StateVisitor visitor);

  /** After the moments have been restored. */
  void restored() {}

  /** The decay rate of the first moment, for what is defined by it. */
  double beta1() {
    return 0;
  }

  /** The first moment, or null where the rule keeps none by the element. */
  abstract @Nullable MomentStore firstMoment();

  /** The second moment, or null where the rule keeps none in a store. */
  @Nullable MomentStore secondMoment() {
    return null;
  }

  /** A store's elements as float32. */
  static float[] read(MomentStore store, int length) {
    Workspace workspace = new Workspace();
    float[] values = new float[length];
    ChunkTask copy =
        (w, from, count) -> {
          store.open(w, w.first, from, count);
          System.arraycopy(w.first.array, w.first.offset, values, from, count);
        };
    workspace.serial.run(copy, length);
    return values;
  }

  /** Goes over all chunks in ascending order on the calling thread, for what must see a gradient in order. */
  final void survey(ChunkTask task) {
    Workspace workspace = surveyWorkspace;
    if (workspace == null) {
      workspace = new Workspace();
      surveyWorkspace = workspace;
    }
    workspace.serial.run(task, length);
  }

  /** Shows the gradient and the parameters of a chunk. */
  final void open(Workspace workspace, int from, int count) {
    workspace.parameters.open(parameter.values(), from, count);
    workspace.gradient.open(gradient, from, count);
  }

  /** Takes the gradient of a step, before anything goes over its chunks. */
  final void take(FloatStorage newGradient, long t) {
    gradient = newGradient;
    if (rounding != null) {
      rounding.startStep(t);
    }
  }

  /** Goes over the tensor with {@link #apply}. */
  final void update(ChunkLoop loop) {
    boolean isInPlace = updateSquares == null && parameter.values() instanceof FloatStorage.Float32 && gradient instanceof FloatStorage.Float32;
    loop.run(updateTask, length, isInPlace ? pieceInPlace() : OptimizerKernels.CHUNK);
  }

  /** Elements that {@link #apply} takes at a time where it reads and writes the caller's arrays and nothing is measured of a chunk. */
  int pieceInPlace() {
    return OptimizerKernels.CHUNK;
  }

  /** The root mean square of the last update, NaN if it is not measured. */
  final double updateRms() {
    return updateSquares == null ? Double.NaN : Math.sqrt(ReductionTree.sum(updateSquares, updateSquares.length) / length);
  }

  private void updatePiece(Workspace workspace, int from, int count) {
    Window p = workspace.parameters;
    open(workspace, from, count);
    double[] measured = updateSquares;
    if (measured != null) {
      System.arraycopy(p.array, p.offset, workspace.update, 0, count);
    }
    apply(workspace, from, count);
    if (measured != null) {
      for (int i = 0; i < count; i++) {
        workspace.update[i] = p.array[p.offset + i] - workspace.update[i];
      }
      measured[from / OptimizerKernels.CHUNK] = kernels.squaresClipped(workspace.update, 0, count, Float.POSITIVE_INFINITY, 1);
    }
    if (p.isCopy()) {
      if (rounding != null && parameter.values() instanceof FloatStorage.BFloat16 bfloat16) {
        rounding.store(workspace, bfloat16, p, from, count);
      } else {
        parameter.values().store(p.array, p.offset, from, count);
      }
    }
  }

  /** The conditioned gradient of a chunk, plus weight decay that belongs to the gradient, in {@code workspace.conditioned}. */
  final float[] conditionedGradient(Workspace workspace, int count, double coupledDecay) {
    Window g = workspace.gradient;
    kernels.condition(conditioning, g.array, g.offset, workspace.conditioned, 0, count);
    if (coupledDecay != 0) {
      Window p = workspace.parameters;
      float decay = (float) coupledDecay;
      for (int i = 0; i < count; i++) {
        workspace.conditioned[i] += decay * p.array[p.offset + i];
      }
    }
    return workspace.conditioned;
  }
}
