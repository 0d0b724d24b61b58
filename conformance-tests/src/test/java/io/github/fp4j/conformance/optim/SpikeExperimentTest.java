package io.github.fp4j.conformance.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.fp4j.conformance.optim.SpikeExperiment.Run;
import io.github.fp4j.simd.optim.Algorithm;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpikeExperimentTest {

  @Test
  void stableSpamIsFasterThanAdamAndSpamAndDoesNotDiverge() {
    List<Run> runs = SpikeExperiment.runs(1);
    assertThat(runs).hasSize(2 * 3 * 7);
    for (SpikeProblem problem : SpikeProblem.values()) {
      int stable = SpikeExperiment.best(runs, problem, Algorithm.STABLE_SPAM).stepsToTarget();
      assertThat(stable).isLessThan(SpikeExperiment.best(runs, problem, Algorithm.ADAM).stepsToTarget());
      assertThat(stable).isLessThan(SpikeExperiment.best(runs, problem, Algorithm.SPAM).stepsToTarget());
      assertThat(runs).filteredOn(run -> run.problem() == problem && run.algorithm() == Algorithm.STABLE_SPAM).noneMatch(Run::diverged);
      assertThat(runs).filteredOn(run -> run.problem() == problem && run.algorithm() == Algorithm.ADAM && run.diverged()).hasSizeGreaterThan(2);
    }
    assertThat(SpikeReport.findings(runs))
        .contains("Stable-SPAM reaches that loss in fewer steps than Adam and SPAM.", "Stable-SPAM never diverges over the range in which Adam does.");
    List<Run> swapped = runs.stream().map(run -> new Run(run.problem(), swap(run.algorithm()), run.learningRate(), run.stepsToTarget(), run.finalLoss(), run.curve())).toList();
    assertThat(SpikeReport.findings(swapped)).contains("does NOT always reach", "DOES diverge");
    assertThat(SpikeReport.html(runs, 1)).isEqualTo(SpikeReport.html(SpikeExperiment.runs(1), 1)).contains("<svg").doesNotContain("NaN");
  }

  private static Algorithm swap(Algorithm algorithm) {
    return switch (algorithm) {
      case ADAM -> Algorithm.STABLE_SPAM;
      case STABLE_SPAM -> Algorithm.ADAM;
      default -> algorithm;
    };
  }

  @Test
  void gradientsAreThoseOfTheLoss() {
    for (SpikeProblem problem : SpikeProblem.values()) {
      float[] x = problem.start();
      for (int i = 0; i < x.length; i++) {
        x[i] += .03f * (i % 7);
      }
      double[] gradient = new double[x.length];
      problem.exactGradient(x, gradient);
      for (int i = 0; i < x.length; i++) {
        float[] up = x.clone();
        float[] down = x.clone();
        up[i] += .01f;
        down[i] -= .01f;
        double slope = (problem.loss(up) - problem.loss(down)) / ((double) up[i] - down[i]);
        assertThat(slope).isCloseTo(gradient[i], within(.05 + 2e-3 * Math.abs(gradient[i])));
      }
    }
  }
}
