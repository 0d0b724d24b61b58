package io.github.fp4j.simd.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.Overflow;
import io.github.fp4j.formats.ReferenceCodec;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ConfigurationTest {

  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void settingsReadBackToTheSameConfiguration(Algorithm algorithm) {
    for (Mode mode : Mode.values()) {
      OptimizerConfig config = algorithm.defaults().withMode(mode);
      assertThat(OptimizerSettings.build(algorithm, mode, OptimizerSettings.list(config))).isEqualTo(config);
    }
    assertThat(Algorithm.byLabel(algorithm.label())).isEqualTo(algorithm);
  }

  @Test
  void settingsWithAClosingPhaseReadBack() {
    OptimizerConfig config =
        Algorithm.STABLE_SPAM
            .defaults()
            .withLearningRate(LearningRate.warmupCosine(3e-4, 10, 100, .1).then(new LearningRate.QafPhase(80, 5, 20, .01)))
            .withStates(StateFormat.PAPER_4_BIT)
            .withStochasticParameters(true, 42)
            .withNonFinite(NonFinitePolicy.FAIL);
    assertThat(OptimizerSettings.build(config.algorithm(), config.mode(), OptimizerSettings.list(config))).isEqualTo(config);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "adam | beta1 | 2 | beta1 = 2.0: expected a decay rate in [0, 1)",
        "adam | lr | fast | lr = \"fast\": expected a number",
        "adam | lr | -1 | lr = -1.0: expected a finite number of at least 0",
        "adam | lr | NaN | lr = NaN: expected a finite number of at least 0",
        "stable-spam | adaclip | perhaps | adaclip = \"perhaps\": expected on or off",
        "stable-spam | non-finite | ignore | non-finite = \"ignore\": expected one of propagate, skip-tensor, fail",
        "stable-spam | eta-min | 2 | eta-min = 2.0: expected a number in [0, 1]",
        "stable-spam | max-norm | 1 | max-norm = 1.0: expected 0 together with adaclip or adagn (their statistics are per tensor)",
        "stable-spam | reset-interval | 1.5 | reset-interval = \"1.5\": expected a whole number",
        "spam | density | 0 | density = 0.0: expected a fraction in (0, 1]",
        "lion | second-moment | bf16 | second-moment = bf16: expected fp32 with lion (only Adam's rule stores second moments otherwise)"
      })
  void errorsSayWhatWouldBeRight(String algorithm, String key, String value, String message) {
    OptimizerConfig config = Algorithm.byLabel(algorithm).defaults();
    assertThatThrownBy(() -> config.with(key, value)).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  @Test
  void unknownNamesAreListed() {
    assertThatThrownBy(() -> Algorithm.byLabel("adamx")).hasMessageStartingWith("algorithm \"adamx\": expected one of stable-spam, ");
    OptimizerConfig config = Algorithm.SGDM.defaults();
    assertThatThrownBy(() -> config.with("beta1", ".9")).hasMessageStartingWith("setting \"beta1\" of sgdm: expected one of lr ");
  }

  @Test
  void epsSetsBothEpsilons() {
    OptimizerConfig config = Algorithm.STABLE_SPAM.defaults().with("eps", "1e-6");
    assertThat(config.conditioning().epsilon()).isEqualTo(1e-6);
    assertThat(((UpdateRule.Adam) config.rule()).epsilon()).isEqualTo(1e-6);
  }

  @Test
  void learningRateRisesAndFalls() {
    LearningRate rate = LearningRate.warmupCosine(1, 4, 12, .1);
    double[] expected = {.25, .5, .75, 1};
    for (int t = 1; t <= 4; t++) {
      assertThat(rate.at(t)).isCloseTo(expected[t - 1], within(1e-12));
    }
    assertThat(rate.at(8)).isCloseTo(.55, within(1e-12));
    assertThat(rate.at(12)).isCloseTo(.1, within(1e-12));
    assertThat(rate.at(1000)).isCloseTo(.1, within(1e-12));
    assertThat(LearningRate.constant(.3).at(5)).isEqualTo(.3);
  }

  @Test
  void closingPhaseRewarmsToTheLastValueThenDecays() { // fp4-training.md, "QAF"
    LearningRate rate = LearningRate.warmupCosine(1, 0, 20, .2).then(new LearningRate.QafPhase(10, 4, 8, 0));
    double last = .6;
    assertThat(rate.at(10)).isCloseTo(last, within(1e-12));
    assertThat(rate.at(11)).isCloseTo(last / 4, within(1e-12));
    assertThat(rate.at(14)).isCloseTo(last, within(1e-12));
    assertThat(rate.at(16)).isCloseTo(last / 2, within(1e-12));
    assertThat(rate.at(18)).isCloseTo(0, within(1e-12));
  }

  @Test
  void groupsHaveTheirOwnHyperParameters() {
    float[] p = {0, 0};
    float[] q = {0};
    Optimizer optimizer =
        new Optimizer(
            List.of(
                new ParameterGroup(Algorithm.LION.defaults().with("lr", ".5"), List.of(new Parameter("p", FloatStorage.float32(p), 2))),
                new ParameterGroup(Algorithm.LION.defaults().with("lr", ".25"), List.of(new Parameter("q", FloatStorage.float32(q), 1)))),
            Execution.reference());
    optimizer.step(FloatStorage.float32(1, -1), FloatStorage.float32(2));
    assertThat(p).containsExactly(-.5f, .5f);
    assertThat(q).containsExactly(-.25f);
  }

  @Test
  void globalClippingSeesAllTensors() {
    float[] p = {0, 0};
    float[] q = {0};
    Optimizer optimizer =
        new Optimizer(
            Algorithm.SGDM.defaults().with("lr", "1").with("max-norm", "1"),
            new Parameter("p", FloatStorage.float32(p), 2),
            new Parameter("q", FloatStorage.float32(q), 1));
    StepReport report = optimizer.step(FloatStorage.float32(2, 4), FloatStorage.float32(-4));
    assertThat(report.normBefore()).isCloseTo(6, within(1e-9));
    assertThat(report.normAfter()).isCloseTo(1, within(1e-6));
    assertThat(p[0]).isCloseTo(-2 / 6f, within(1e-6f));
    assertThat(q[0]).isCloseTo(4 / 6f, within(1e-6f));
  }

  @Test
  void badTensorsAreRefused() {
    assertThatThrownBy(() -> new Parameter("w", FloatStorage.float32(1, 2, 3), 2, 2)).hasMessageStartingWith("shape = [2, 2] of parameter w");
    assertThatThrownBy(() -> new Parameter("w", FloatStorage.float16((short) 0), 1)).hasMessageContaining("expected float32 or BF16");
    Parameter w = new Parameter("w", FloatStorage.float32(1, 2), 2);
    assertThatThrownBy(() -> new Optimizer(Algorithm.ADAM.defaults(), w, w)).hasMessageStartingWith("parameter \"w\" is there twice");
    Optimizer optimizer = new Optimizer(Algorithm.ADAM.defaults(), w);
    assertThatThrownBy(() -> optimizer.step(FloatStorage.float32(1))).hasMessage("gradient of w has 1 elements: expected 2");
    assertThatThrownBy(optimizer::step).hasMessageStartingWith("0 gradients: expected one for each of the 1 parameters");
    assertThat(optimizer.steps()).isZero();
  }

  @Test
  void bfloat16ParametersRoundToNearestOrStochastically() {
    int n = 40000;
    float update = 0x1p-10f; // a quarter of the ulp of BF16 numbers in [.5, 1)
    double[] means = new double[2];
    for (int i = 0; i < 2; i++) {
      short[] p = new short[n];
      Arrays.fill(p, Bfloat16.nearest(.75f));
      OptimizerConfig config = Algorithm.SGDM.defaults().with("lr", "1").withStochasticParameters(i == 1, 5);
      Optimizer optimizer = new Optimizer(config, new Parameter("w", FloatStorage.bfloat16(p), n));
      float[] g = new float[n];
      Arrays.fill(g, update);
      optimizer.step(FloatStorage.float32(g));
      for (short bits : p) {
        assertThat(Bfloat16.toFloat(bits)).isIn(.75f, .75f - 0x1p-8f);
        means[i] += Bfloat16.toFloat(bits) / (double) n;
      }
    }
    assertThat(means[0]).isCloseTo(.75, within(1e-9));
    assertThat(means[1]).isCloseTo(.75 - update, within(4 * 0x1p-8 * Math.sqrt(.25 * .75 / n)));
  }

  @Test
  void bfloat16RoundingEqualsTheModel() {
    SplittableRandom random = new SplittableRandom(3);
    FloatFormat format = FloatFormat.BF16;
    Conversion conversion =
        Conversion.cuda(format).with(Overflow.INFINITY);
    for (int i = 0; i < 100000; i++) {
      float x = Float.intBitsToFloat(random.nextInt());
      if (!Float.isNaN(x)) {
        assertThat(Bfloat16.nearest(x) & 0xFFFF).isEqualTo(ReferenceCodec.encode(conversion, x));
      } else {
        assertThat(Bfloat16.toFloat(Bfloat16.nearest(x))).isNaN();
      }
    }
  }
}
