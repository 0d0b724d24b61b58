package io.github.fp4j.conformance.subject;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.backend.ReferenceBackend;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** That what is timed as libtorch's fused AdamW is a step of AdamW. */
@ExtendWith(FetchedLibtorch.class)
class LibtorchFusedTest {
  private static final int N = 1000;

  @Test
  void itsStepsAreThoseOfAdamW() {
    Libtorch.Functions functions = FetchedLibtorch.functions();
    OptimizerKernels ours = ReferenceBackend.INSTANCE.optimizers().orElseThrow();
    float[] p = noise(1);
    float[] first = new float[N];
    float[] second = new float[N];
    Libtorch.FusedAdamW theirs = functions.adamW(p, 1e-3, 1e-2);
    AdamCoefficients c = new AdamCoefficients();
    c.lerp = true;
    c.beta1 = .9f;
    c.oneMinusBeta1 = .1f;
    c.beta2 = .999f;
    c.oneMinusBeta2 = .001f;
    c.epsilon = 1e-8f;
    c.decay = (float) (1 - 1e-3 * 1e-2);
    for (int t = 1; t <= 50; t++) {
      float[] g = noise(10 + t);
      theirs.gradient(g);
      theirs.step();
      c.stepSize = (float) (1e-3 / (1 - Math.pow(.9, t)));
      c.inverseRootCorrection2 = (float) (1 / Math.sqrt(1 - Math.pow(.999, t)));
      ours.adam(c, p, 0, g, 0, first, 0, second, 0, N);
      float[] them = theirs.parameters();
      double difference = 0;
      double largest = 0;
      for (int i = 0; i < N; i++) {
        difference = Math.max(difference, Math.abs((double) p[i] - them[i]));
        largest = Math.max(largest, Math.abs(p[i]));
      }
      assertThat(difference / largest).as("step %d", t).isLessThan(1e-6);
    }
  }

  private static float[] noise(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[N];
    for (int i = 0; i < N; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
