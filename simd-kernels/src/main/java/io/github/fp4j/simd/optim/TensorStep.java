package io.github.fp4j.simd.optim;

import io.github.fp4j.backend.OptimizerKernels;
import org.jspecify.annotations.Nullable;

/** The steps of one tensor: when its gradient is read, conditioned, left out, when its moments are reset. */
final class TensorStep {
  final Parameter parameter;
  final OptimizerConfig config;
  final GradientConditioner conditioner;
  final Updater updater;
  final TensorReport report;

  /** Steps since the moments were zero. */
  private final long[] momentSteps = new long[1];

  private final boolean reads;

  TensorStep(Parameter parameter, int tensor, OptimizerConfig config, OptimizerKernels kernels, boolean measured) {
    this.parameter = parameter;
    this.config = config;
    int length = parameter.values().length();
    conditioner = new GradientConditioner(config.conditioning(), length, kernels);
    updater = Updater.of(parameter, tensor, config, kernels, measured);
    updater.conditioning = conditioner.result;
    report = new TensorReport(parameter.name());
    report.elements = length;
    Conditioning c = config.conditioning();
    reads = measured || c.adaClip() || c.adaGn() || c.maxNorm() > 0 || config.nonFinite() != NonFinitePolicy.PROPAGATE;
  }

  /** Reads the gradient as far as anything needs to know about it; null for none. */
  void read(ChunkLoop loop, @Nullable FloatStorage gradient) {
    report.clear();
    report.hadGradient = gradient != null;
    if (gradient == null) {
      return;
    }
    if (reads) {
      conditioner.scan(loop, gradient);
    } else {
      conditioner.take(gradient);
    }
    report.nonFinite = conditioner.nonFinite;
    report.normBefore = conditioner.normBefore;
    report.skipped = conditioner.nonFinite > 0 && config.nonFinite() == NonFinitePolicy.SKIP_TENSOR;
  }

  /** Whether the gradient that was read takes part in the step. */
  boolean takesPart() {
    return report.hadGradient && !report.skipped;
  }

  /**
   * One step with the gradient that was read, or without one.
   *
   * @param clipGain what global clipping multiplies gradients with
   */
  void step(ChunkLoop loop, @Nullable FloatStorage gradient, double learningRate, double clipGain, double s, long t) {
    boolean reset = config.resetInterval() != 0 && t % config.resetInterval() == 0;
    boolean isSpam = config.rule() instanceof UpdateRule.Spam; // resets moments like the corrected mode, but goes on counting
    boolean early = isSpam || config.mode() == Mode.CORRECTED;
    if (gradient == null || !takesPart()) {
      if (reset && early) {
        reset(isSpam ? momentSteps[0] : 0);
      }
      fillReport();
      return;
    }
    momentSteps[0]++;
    if (clipGain != 1) {
      conditioner.scale(clipGain);
    }
    if (config.conditioning().adaClip() || config.conditioning().adaGn()) {
      conditioner.condition(loop, updater.beta1(), s, config.mode(), momentSteps[0]);
    }
    if (reset && early) {
      reset(isSpam ? momentSteps[0] : 1);
    } else if (reset) {
      momentSteps[0] = 1;
    }
    updater.take(gradient, t);
    updater.step(loop, learningRate, s, momentSteps[0], t);
    if (reset && !early) {
      reset(1);
    }
    fillReport();
  }

  private void reset(long stepsFromNow) {
    updater.clear();
    momentSteps[0] = stepsFromNow;
    report.reset = true;
  }

  private void fillReport() {
    report.momentStep = momentSteps[0];
    report.largestAverage = conditioner.average(0);
    report.normAverage = conditioner.average(1);
    report.squareAverage = conditioner.average(2);
    if (takesPart()) {
      report.clipped = conditioner.clipped;
      report.normAfter = conditioner.normAfter;
      report.threshold = conditioner.threshold;
      report.updateRms = updater.updateRms();
    }
  }

  /** Shows everything that the next step depends on, but for the parameter itself. */
  void visit(StateVisitor visitor) {
    visitor.longs(parameter.name() + ".moment_steps", momentSteps);
    conditioner.visit(parameter.name(), visitor);
    updater.visit(parameter.name(), visitor);
  }
}
