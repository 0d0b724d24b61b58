package io.github.fp4j.simd.optim;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.backend.ReductionTree;

/**
 * AdaClip and AdaGN of one tensor (arXiv 2502.17055, section 4), reduced to three scalars for the update pass: threshold, ratio above it, gain of all.
 *
 * <p>The norm after clipping needs the threshold, and that the largest magnitude of the whole gradient; yet one read of the gradient is enough as a rule: the
 * scan keeps the largest magnitude and the sum of squares of every chunk, and only chunks that turn out to reach above the threshold are read again.
 */
final class GradientConditioner {
  private final Conditioning config;
  private final OptimizerKernels kernels;
  private final int length;
  private final int[] magnitudes;
  private final double[] squares;
  private final double[] tree;
  private final int[] counts;
  private final ChunkTask scanTask = this::scanChunk;
  private final ChunkTask nonFiniteTask = this::countNonFinite;
  private final ChunkTask clipTask = this::clipChunk;
  private final ChunkTask writeTask = this::writeChunk;

  /** Running averages: of the largest magnitude, of the norm, of the squared norm. */
  private final double[] averages = new double[3];

  /** Steps that the averages have seen. */
  private final long[] steps = new long[1];

  private FloatStorage gradient = FloatStorage.float32();

  /** What the last {@link #condition} decided; the fields that condition nothing otherwise. */
  final AdamCoefficients result = new AdamCoefficients();

  int largest;
  long nonFinite;
  long clipped;
  double normBefore;
  double normAfter;
  double threshold;

  GradientConditioner(Conditioning config, int length, OptimizerKernels kernels) {
    this.config = config;
    this.kernels = kernels;
    this.length = length;
    int chunks = Math.ceilDiv(length, OptimizerKernels.CHUNK);
    magnitudes = new int[chunks];
    squares = new double[chunks];
    tree = new double[chunks];
    counts = new int[chunks];
  }

  /** Takes a new gradient without looking at it: nothing is known of its norm, and nothing is done to it. */
  void take(FloatStorage newGradient) {
    gradient = newGradient;
    result.threshold = Float.POSITIVE_INFINITY;
    result.ratio = 1;
    result.gain = 1;
    nonFinite = 0;
    clipped = 0;
    threshold = Double.POSITIVE_INFINITY;
    normBefore = Double.NaN;
    normAfter = Double.NaN;
  }

  /** Takes a new gradient and reads it: its largest magnitude, its norm, and how many elements are not finite. */
  void scan(ChunkLoop loop, FloatStorage newGradient) {
    take(newGradient);
    loop.run(scanTask, length);
    largest = 0;
    for (int magnitude : magnitudes) {
      largest = Math.max(largest, magnitude);
    }
    if (largest >= 0x7F800000) {
      loop.run(nonFiniteTask, length);
      nonFinite = total();
    }
    normBefore = Math.sqrt(sum());
    normAfter = normBefore;
  }

  private void scanChunk(Workspace workspace, int from, int count) {
    Window g = workspace.gradient;
    g.open(gradient, from, count);
    kernels.scan(g.array, g.offset, count, magnitudes, squares, from / OptimizerKernels.CHUNK);
  }

  private void countNonFinite(Workspace workspace, int from, int count) {
    Window g = workspace.gradient;
    g.open(gradient, from, count);
    int found = 0;
    for (int i = 0; i < count; i++) {
      found += Float.isFinite(g.array[g.offset + i]) ? 0 : 1;
    }
    counts[from / OptimizerKernels.CHUNK] = found;
  }

  /** The sum of squares of the scanned gradient. */
  double squaredNorm() {
    return normBefore * normBefore;
  }

  /** Scales the gradient by {@code gain}: global clipping. */
  void scale(double gain) {
    result.gain = (float) gain;
    normAfter = normBefore * gain;
  }

  /**
   * Clips and normalises the scanned gradient.
   *
   * @param beta1 what gamma1 = -1 stands for
   * @param s the schedule factor
   * @param momentStep the step counter of the moments, which {@link Mode#REFERENCE} de-biases with
   */
  void condition(ChunkLoop loop, double beta1, double s, Mode mode, long momentStep) {
    steps[0]++;
    long k = mode == Mode.REFERENCE ? momentStep : steps[0];
    if (config.adaClip()) {
      clip(loop, k);
      if (mode == Mode.REFERENCE || config.clipInPlace()) {
        writeClipped(loop);
      }
    }
    if (config.adaGn()) {
      normalise((config.gamma1() == -1 ? beta1 : config.gamma1()) * s, k);
    }
  }

  private void clip(ChunkLoop loop, long k) {
    StatisticsPrecision r = config.precision();
    double theta = config.gamma3();
    double max = Float.intBitsToFloat(largest);
    averages[0] = r.round(r.round(theta * averages[0]) + r.round((1 - theta) * max));
    threshold = r.round(averages[0] / (1 - Math.pow(theta, k)));
    result.threshold = (float) threshold;
    result.ratio = max == 0 ? 1 : (float) (threshold / max);
    if (!(max <= result.threshold)) {
      loop.run(clipTask, length);
      clipped = total();
      normAfter = Math.sqrt(sum());
    }
  }

  private void clipChunk(Workspace workspace, int from, int count) {
    int chunk = from / OptimizerKernels.CHUNK;
    counts[chunk] = 0;
    if (!(Float.intBitsToFloat(magnitudes[chunk]) <= result.threshold)) {
      Window g = workspace.gradient;
      g.open(gradient, from, count);
      squares[chunk] = kernels.squaresClipped(g.array, g.offset, count, result.threshold, result.ratio);
      counts[chunk] = kernels.countAbove(g.array, g.offset, count, result.threshold);
    }
  }

  /** Leaves the clipped gradient in the caller's array, and nothing to be clipped for the update pass. */
  private void writeClipped(ChunkLoop loop) {
    if (clipped > 0) {
      loop.run(writeTask, length);
    }
    result.threshold = Float.POSITIVE_INFINITY;
    result.ratio = 1;
  }

  private void writeChunk(Workspace workspace, int from, int count) {
    if (counts[from / OptimizerKernels.CHUNK] > 0) {
      Window g = workspace.gradient;
      g.open(gradient, from, count);
      kernels.condition(result, g.array, g.offset, g.array, g.offset, count);
      if (g.isCopy()) {
        gradient.store(g.array, g.offset, from, count);
      }
    }
  }

  private void normalise(double gamma1, long k) {
    StatisticsPrecision r = config.precision();
    double gamma2 = config.gamma2();
    double n = r.round(normAfter);
    averages[1] = r.round(r.round(gamma1 * averages[1]) + r.round((1 - gamma1) * n));
    averages[2] = r.round(r.round(gamma2 * averages[2]) + r.round((1 - gamma2) * r.round(n * n)));
    double mean = r.round(averages[1] / (1 - Math.pow(gamma1, k)));
    double deviation = r.round(Math.sqrt(r.round(averages[2] / (1 - Math.pow(gamma2, k)))));
    double c = r.round(mean / r.round(deviation + config.epsilon()));
    if (!(n <= 0)) {
      result.gain = (float) Math.min(c / n, Float.MAX_VALUE);
      normAfter = c;
    }
  }

  /** A running average: 0 of the largest magnitude, 1 of the norm, 2 of the squared norm. */
  double average(int index) {
    return averages[index];
  }

  private double sum() {
    System.arraycopy(squares, 0, tree, 0, squares.length);
    return ReductionTree.sum(tree, tree.length);
  }

  private long total() {
    long total = 0;
    for (int count : counts) {
      total += count;
    }
    return total;
  }

  void visit(String name, StateVisitor visitor) {
    if (config.adaClip() || config.adaGn()) {
      visitor.doubles(name + ".averages", averages);
      visitor.longs(name + ".averaged_steps", steps);
    }
  }
}
