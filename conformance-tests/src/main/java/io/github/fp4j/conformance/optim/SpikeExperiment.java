package io.github.fp4j.conformance.optim;

import io.github.fp4j.simd.optim.Algorithm;
import io.github.fp4j.simd.optim.FloatStorage;
import io.github.fp4j.simd.optim.Optimizer;
import io.github.fp4j.simd.optim.OptimizerConfig;
import io.github.fp4j.simd.optim.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/** Adam, SPAM and Stable-SPAM on every {@link SpikeProblem} over a range of learning rates, each with the same noise and the same spikes. */
public final class SpikeExperiment {

  /** Steps of every run. */
  public static final int STEPS = 3000;

  /** Noise seeds of every learning rate; figures are medians over them. */
  public static final int SEEDS = 5;

  /** The loss to be reached, as a fraction of the loss at the start. */
  public static final double TARGET = .01;

  static final double[] LEARNING_RATES = {1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1};
  static final List<Algorithm> ALGORITHMS = List.of(Algorithm.ADAM, Algorithm.SPAM, Algorithm.STABLE_SPAM);

  /**
   * One algorithm at one learning rate.
   *
   * @param stepsToTarget steps until the loss first stays below the target for ten steps; the median seed's, {@code Integer.MAX_VALUE} if it never does
   * @param finalLoss the median over seeds of the mean loss of the last hundred steps, as a fraction of the loss at the start
   * @param curve the first seed's loss at every step, as a fraction of the loss at the start
   */
  public record Run(SpikeProblem problem, Algorithm algorithm, double learningRate, int stepsToTarget, double finalLoss, double[] curve) {

    /** Whether the runs end above where they began, or at no number. */
    public boolean diverged() {
      return !(finalLoss <= 1);
    }

    /** Whether the target was reached. */
    public boolean reachedTarget() {
      return stepsToTarget != Integer.MAX_VALUE;
    }
  }

  private SpikeExperiment() {}

  /** All runs, by problem, algorithm and learning rate. */
  public static List<Run> runs(long seed) {
    List<Run> runs = new ArrayList<>();
    for (SpikeProblem problem : SpikeProblem.values()) {
      for (Algorithm algorithm : ALGORITHMS) {
        for (double learningRate : LEARNING_RATES) {
          runs.add(run(problem, algorithm, learningRate, seed));
        }
      }
    }
    return runs;
  }

  /** The run of an algorithm that reaches the target of a problem first, of those that do not diverge; the lowest in the end if none reaches it. */
  public static Run best(List<Run> runs, SpikeProblem problem, Algorithm algorithm) {
    return runs.stream()
        .filter(run -> run.problem() == problem && run.algorithm() == algorithm)
        .min(Comparator.comparing(Run::diverged).thenComparingInt(Run::stepsToTarget).thenComparingDouble(Run::finalLoss))
        .orElseThrow();
  }

  private static Run run(SpikeProblem problem, Algorithm algorithm, double learningRate, long seed) {
    OptimizerConfig config = algorithm.defaults().with("lr", Double.toString(learningRate));
    int[] stepsToTarget = new int[SEEDS];
    double[] finalLosses = new double[SEEDS];
    double[] first = new double[0];
    for (int s = 0; s < SEEDS; s++) {
      double[] curve = curve(problem, config, new SplittableRandom(seed + s));
      stepsToTarget[s] = stepsToTarget(curve);
      finalLosses[s] = Arrays.stream(curve, STEPS - 100, STEPS).average().orElseThrow();
      first = s == 0 ? curve : first;
    }
    Arrays.sort(stepsToTarget);
    Arrays.sort(finalLosses);
    return new Run(problem, algorithm, learningRate, stepsToTarget[SEEDS / 2], finalLosses[SEEDS / 2], first);
  }

  private static double[] curve(SpikeProblem problem, OptimizerConfig config, SplittableRandom random) {
    float[] x = problem.start();
    double start = problem.loss(x);
    Optimizer optimizer = new Optimizer(config, new Parameter("x", FloatStorage.float32(x), x.length));
    double[] curve = new double[STEPS];
    for (int t = 0; t < STEPS; t++) {
      optimizer.step(FloatStorage.float32(problem.gradient(x, random)));
      curve[t] = problem.loss(x) / start;
    }
    return curve;
  }

  private static int stepsToTarget(double[] curve) {
    int below = 0;
    for (int t = 0; t < curve.length; t++) {
      below = curve[t] < TARGET ? below + 1 : 0;
      if (below == 10) {
        return t + 1;
      }
    }
    return Integer.MAX_VALUE;
  }
}
