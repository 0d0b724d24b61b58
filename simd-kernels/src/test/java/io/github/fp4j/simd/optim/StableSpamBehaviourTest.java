package io.github.fp4j.simd.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** stable-spam.md, section 4: what the two modes do, row by row; and what follows the table. */
class StableSpamBehaviourTest {

  private static OptimizerConfig stableSpam(Mode mode) {
    return Algorithm.STABLE_SPAM.defaults().withMode(mode);
  }

  private static OptimizerConfig adamWithReset(Mode mode, int interval) {
    return stableSpam(mode).with("adaclip", "off").with("adagn", "off").with("reset-interval", "" + interval);
  }

  @ParameterizedTest
  @CsvSource({"REFERENCE, .3162", "CORRECTED, 1"})
  void row1UpdateOfAResetStep(Mode mode, double learningRates) {
    int interval = 10000;
    float[] p = {0};
    Optimizer optimizer = new Optimizer(adamWithReset(mode, interval).with("lr", "1"), new Parameter("w", FloatStorage.float32(p), 1));
    for (int t = 1; t < interval; t++) {
      optimizer.step(FloatStorage.float32(1));
    }
    float before = p[0];
    TensorReport report = optimizer.step(FloatStorage.float32(1)).tensors().getFirst();
    assertThat(report.reset()).isTrue();
    assertThat((double) before - p[0]).isCloseTo(learningRates, within(1e-3));
    float momentAfter = mode == Mode.REFERENCE ? 0 : .1f;
    assertThat(optimizer.firstMoment(0)[0]).isEqualTo(momentAfter);
    assertThat(optimizer.step(FloatStorage.float32(1)).tensors().getFirst().momentStep()).isEqualTo(2);
  }

  @Test
  void row2ThresholdAfterAReset() {
    int interval = 20000;
    int[] ks = {2, 10, 500};
    double[] factors = {500.25, 100.45, 2.542};
    double[][] thresholds = new double[2][];
    for (Mode mode : Mode.values()) {
      Optimizer optimizer = new Optimizer(stableSpam(mode).with("reset-interval", "" + interval), new Parameter("w", FloatStorage.float32(0), 1));
      double[] seen = new double[3];
      for (int t = 1; t < interval + 500; t++) {
        TensorReport report = optimizer.step(FloatStorage.float32(1)).tensors().getFirst();
        for (int i = 0; i < 3; i++) {
          if (t == interval - 1 + ks[i]) {
            assertThat(report.momentStep()).isEqualTo(ks[i]);
            seen[i] = report.threshold();
          }
        }
      }
      thresholds[mode.ordinal()] = seen;
    }
    for (int i = 0; i < 3; i++) {
      assertThat(thresholds[Mode.CORRECTED.ordinal()][i]).as("corrected, k = %s", ks[i]).isCloseTo(1, within(1e-6));
      assertThat(thresholds[Mode.REFERENCE.ordinal()][i]).as("reference, k = %s", ks[i]).isCloseTo(factors[i], within(factors[i] * 1e-3));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, .98987, .98987", "5, .78558, .78558", "10, .51013, .51013", "11, .5, .5", "12, .51013, .5"})
  void row3ScheduleFactor(long t, double reference, double corrected) { // T = 10
    CosineFactor factor = new CosineFactor(10, .5);
    assertThat(factor.at(t, Mode.REFERENCE)).isCloseTo(reference, within(5e-6));
    assertThat(factor.at(t, Mode.CORRECTED)).isCloseTo(corrected, within(5e-6));
    assertThat(CosineFactor.NONE.at(t, Mode.REFERENCE)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void row5CallersGradient(Mode mode) {
    Optimizer optimizer = new Optimizer(stableSpam(mode), new Parameter("w", FloatStorage.float32(new float[3]), 3));
    optimizer.step(FloatStorage.float32(1, 1, 1));
    float[] spike = {1, -1000, .5f};
    TensorReport report = optimizer.step(FloatStorage.float32(spike)).tensors().getFirst();
    assertThat(report.clipped()).isEqualTo(1);
    if (mode == Mode.REFERENCE) {
      assertThat(spike).containsExactly(1, (float) -report.threshold(), .5f);
    } else {
      assertThat(spike).containsExactly(1, -1000, .5f);
    }
  }

  @Test
  void row5OnRequest() {
    OptimizerConfig config = stableSpam(Mode.CORRECTED).with("clip-in-place", "on");
    Optimizer optimizer = new Optimizer(config, new Parameter("w", FloatStorage.float32(new float[2]), 2));
    optimizer.step(FloatStorage.float32(1, 1));
    float[] spike = {1, -1000};
    TensorReport report = optimizer.step(FloatStorage.float32(spike)).tensors().getFirst();
    assertThat(spike[1]).isEqualTo((float) -report.threshold());
  }

  @ParameterizedTest
  @CsvSource({"bfloat16, .578", "float32, 1", "float64, 1"})
  void row6AveragesInBfloat16Stall(String precision, double threshold) { // "gmax = 1 constantly gives Mhat .578 at step 2000"
    for (Mode mode : Mode.values()) {
      OptimizerConfig config = stableSpam(mode).with("statistics", precision).with("reset-interval", "0");
      Optimizer optimizer = new Optimizer(config, new Parameter("w", FloatStorage.float32(0), 1));
      double last = 0;
      for (int t = 1; t <= 2000; t++) {
        last = optimizer.step(FloatStorage.float32(1)).tensors().getFirst().threshold();
      }
      assertThat(last).isCloseTo(threshold, within(1e-3));
    }
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void zeroGradientOnlyDecays(Mode mode) {
    float[] p = {1, -2};
    Optimizer optimizer = new Optimizer(stableSpam(mode).with("weight-decay", ".1").with("reset-interval", "3"), new Parameter("w", FloatStorage.float32(p), 2));
    float expected = 1;
    for (int t = 1; t <= 7; t++) {
      optimizer.step(FloatStorage.float32(0, 0));
      expected *= (float) (1 - 1e-4);
    }
    assertThat(p).containsExactly(expected, -2 * expected);
    assertThat(optimizer.firstMoment(0)).containsOnly(0);
    assertThat(optimizer.secondMoment(0)).containsOnly(0);
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void tensorWithoutAGradientOnAResetStep(Mode mode) { // "is not reset (reference) / is reset (corrected)"
    Optimizer optimizer = new Optimizer(stableSpam(mode).with("reset-interval", "3"), new Parameter("w", FloatStorage.float32(0, 0), 2));
    optimizer.step(FloatStorage.float32(1, 2));
    optimizer.step(FloatStorage.float32(1, 2));
    float[] before = optimizer.firstMoment(0);
    TensorReport report = optimizer.step((FloatStorage) null).tensors().getFirst();
    assertThat(report.hadGradient()).isFalse();
    assertThat(report.reset()).isEqualTo(mode == Mode.CORRECTED);
    assertThat(optimizer.firstMoment(0)).containsExactly(mode == Mode.CORRECTED ? new float[2] : before);
    assertThat(optimizer.step(FloatStorage.float32(1, 2)).tensors().getFirst().momentStep()).isEqualTo(mode == Mode.CORRECTED ? 1 : 3);
  }

  @Test
  void nonFiniteGradientIsSkippedByDefault() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      float[] p = {1, 2};
      float[] q = {3};
      Optimizer optimizer =
          new Optimizer(stableSpam(Mode.CORRECTED), new Parameter("p", FloatStorage.float32(p), 2), new Parameter("q", FloatStorage.float32(q), 1));
      StepReport report = optimizer.step(FloatStorage.float32(bad, 1), FloatStorage.float32(1));
      assertThat(report.nonFinite()).isEqualTo(1);
      assertThat(report.skippedTensors()).isEqualTo(1);
      assertThat(p).containsExactly(1, 2);
      assertThat(q[0]).isLessThan(3);
      assertThat(report.tensors().getFirst().momentStep()).isZero();
      assertThat(report.normBefore()).isEqualTo(1);
    }
  }

  @Test
  void nonFiniteGradientFailsBeforeAnythingChanges() {
    float[] p = {1};
    float[] q = {3, 4, 5};
    Optimizer optimizer =
        new Optimizer(
            stableSpam(Mode.CORRECTED).with("non-finite", "fail"),
            new Parameter("p", FloatStorage.float32(p), 1),
            new Parameter("q", FloatStorage.float32(q), 3));
    assertThatThrownBy(() -> optimizer.step(FloatStorage.float32(1), FloatStorage.float32(Float.NaN, 1, Float.NEGATIVE_INFINITY)))
        .isInstanceOf(NonFiniteGradientException.class)
        .hasMessage("parameter q, step 1: 2 elements of the gradient are NaN or infinite");
    assertThat(p).containsExactly(1);
    assertThat(optimizer.steps()).isZero();
    assertThat(optimizer.firstMoment(0)).containsExactly(0);
  }

  @Test
  void nonFiniteGradientPropagates() {
    float[] p = {1, 2};
    Optimizer optimizer = new Optimizer(stableSpam(Mode.CORRECTED).with("non-finite", "propagate"), new Parameter("p", FloatStorage.float32(p), 2));
    TensorReport report = optimizer.step(FloatStorage.float32(Float.NaN, 1)).tensors().getFirst();
    assertThat(report.nonFinite()).isEqualTo(1);
    assertThat(p).containsExactly(Float.NaN, Float.NaN);
    assertThat(report.largestAverage()).isNaN();
  }

  @Test
  void partsCanBeSwitchedOff() {
    float[] spike = {1, 100, -1};
    for (boolean clips : new boolean[] {true, false}) {
      for (boolean normalises : new boolean[] {true, false}) {
        OptimizerConfig config =
            stableSpam(Mode.CORRECTED).with("adaclip", "" + clips).with("adagn", "" + normalises).with("reset-interval", "0");
        Optimizer optimizer = new Optimizer(config, new Parameter("w", FloatStorage.float32(new float[3]), 3));
        optimizer.step(FloatStorage.float32(1, 1, 1));
        TensorReport report = optimizer.step(FloatStorage.float32(spike)).tensors().getFirst();
        assertThat(report.clipped()).isEqualTo(clips ? 1 : 0);
        double afterClip = clips ? Math.sqrt(2 + report.threshold() * report.threshold()) : Math.sqrt(10002);
        if (normalises) {
          double n1 = Math.sqrt(3);
          double mean = (.7 * .3 * n1 + .3 * afterClip) / (1 - .49);
          double square = (.9 * .1 * 3 + .1 * afterClip * afterClip) / (1 - .81);
          assertThat(report.normAfter()).isCloseTo(mean / (Math.sqrt(square) + 1e-8), within(1e-6));
        } else {
          assertThat(report.normAfter()).isCloseTo(afterClip, within(1e-4));
        }
      }
    }
  }

  @Test
  void gammaOneOfMinusOneIsBetaOne() {
    double[] averages = new double[2];
    for (int i = 0; i < 2; i++) {
      Optimizer optimizer =
          new Optimizer(stableSpam(Mode.CORRECTED).with("gamma1", i == 0 ? "-1" : ".9"), new Parameter("w", FloatStorage.float32(0, 0), 2));
      optimizer.step(FloatStorage.float32(3, 4));
      averages[i] = optimizer.step(FloatStorage.float32(1, 1)).tensors().getFirst().normAverage();
    }
    assertThat(averages[0]).isEqualTo(averages[1]);
  }

  @Test
  void presets() { // stable-spam.md, section 1
    assertThat(OptimizerConfig.paper4bit()).isEqualTo(
        Algorithm.STABLE_SPAM.defaults().with("lr", "4e-4").with("schedule-length", "20000").with("eta-min", ".5").with("reset-interval", "1000"));
    OptimizerConfig bf16 = OptimizerConfig.paperBf16();
    assertThat(bf16.conditioning().gamma1()).isEqualTo(.85);
    assertThat(bf16.conditioning().gamma2()).isEqualTo(.99999);
    assertThat(bf16.learningRate().at(1)).isEqualTo(8e-4);
    assertThat(bf16.cosine()).isEqualTo(new CosineFactor(20000, .5));
  }

  @Test
  void gradientsOfOtherFormatsAndTheirSpikes() {
    float[] values = {1, -.5f, 2, .25f};
    short[] half = new short[4];
    short[] bfloat = new short[4];
    for (int i = 0; i < 4; i++) {
      half[i] = Float.floatToFloat16(values[i]);
      bfloat[i] = Bfloat16.nearest(values[i]);
    }
    float[][] p = new float[3][4];
    FloatStorage[] gradients = {FloatStorage.float32(values), FloatStorage.float16(half), FloatStorage.bfloat16(bfloat)};
    for (int i = 0; i < 3; i++) {
      Optimizer optimizer = new Optimizer(stableSpam(Mode.CORRECTED), new Parameter("w", FloatStorage.float32(p[i]), 4));
      optimizer.step(gradients[i]);
      optimizer.step(gradients[i]);
    }
    assertThat(p[1]).containsExactly(p[0]);
    assertThat(p[2]).containsExactly(p[0]);
    assertThat(p[0][0]).isLessThan(0);
  }
}
