package io.github.fp4j.conformance.subject;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fp4j.simd.optim.Algorithm;
import io.github.fp4j.simd.optim.CosineFactor;
import io.github.fp4j.simd.optim.Execution;
import io.github.fp4j.simd.optim.FloatStorage;
import io.github.fp4j.simd.optim.LearningRate;
import io.github.fp4j.simd.optim.Mode;
import io.github.fp4j.simd.optim.Optimizer;
import io.github.fp4j.simd.optim.OptimizerConfig;
import io.github.fp4j.simd.optim.Parameter;
import io.github.fp4j.simd.optim.ParameterGroup;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** That what is timed as the authors' eager Stable-SPAM is Stable-SPAM in reference mode: over resets, a schedule that rises again, decay, spikes and zeros. */
@ExtendWith(FetchedLibtorch.class)
class LibtorchStableSpamTest {
  private static final int N = 5000;
  private static final int STEPS = 300;
  private static final OptimizerConfig CONFIG =
      Algorithm.STABLE_SPAM
          .defaults()
          .withMode(Mode.REFERENCE)
          .withLearningRate(LearningRate.constant(1e-2))
          .withWeightDecay(.1)
          .withCosine(new CosineFactor(200, .5))
          .withResetInterval(70);

  /** Theirs computes the averages and the norm in float32, ours in double: some units in the last place of the update. */
  private static final double TOLERANCE = 1e-6;

  @Test
  void itsStepsAreThoseOfTheReferenceMode() {
    assertThat(largestDifference(CONFIG)).isLessThan(TOLERANCE);
  }

  @Test
  void theCorrectedModeIsToldApart() {
    assertThat(largestDifference(CONFIG.withMode(Mode.CORRECTED))).isGreaterThan(1000 * TOLERANCE);
  }

  @Test
  void noOtherAlgorithmIsTaken() {
    assertThatThrownBy(() -> functions().stableSpam(new float[1], Algorithm.ADAMW.defaults()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("algorithm adamw: expected stable-spam");
  }

  /** Of any parameter after any step, relative to the largest parameter. */
  private static double largestDifference(OptimizerConfig ours) {
    SplittableRandom random = new SplittableRandom(1);
    float[] p = noise(random, 1);
    LibtorchStableSpam theirs = functions().stableSpam(p, CONFIG);
    Optimizer optimizer = new Optimizer(List.of(new ParameterGroup(ours, List.of(new Parameter("p", FloatStorage.float32(p), N)))), Execution.fastest());
    double difference = 0;
    for (int t = 1; t <= STEPS; t++) {
      float[] g = t % 97 == 3 ? new float[N] : noise(random, t % 10 == 0 ? 1e-2 : 1e-3);
      if (t % 7 == 0) {
        g[random.nextInt(N)] = 1;
      }
      theirs.gradient(g);
      theirs.step();
      optimizer.step(FloatStorage.float32(g));
      float[] them = theirs.parameters();
      double largest = 0;
      for (int i = 0; i < N; i++) {
        largest = Math.max(largest, Math.abs(p[i]));
      }
      for (int i = 0; i < N; i++) {
        difference = Math.max(difference, Math.abs((double) p[i] - them[i]) / largest);
      }
    }
    return difference;
  }

  private static Libtorch.Functions functions() {
    return FetchedLibtorch.functions();
  }

  private static float[] noise(SplittableRandom random, double deviation) {
    float[] values = new float[N];
    for (int i = 0; i < N; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return values;
  }
}
