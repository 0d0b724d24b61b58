package io.github.fp4j.simd.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The baselines against their papers' formulas, in float64, over a few dozen steps. */
class BaselinesTest {
  private static final int N = 24;
  private static final int STEPS = 40;

  /** A formula's own state and one of its steps. */
  private interface Formula {
    void step(double[] p, double[] g, int k);
  }

  private static float[] gradient(int t) {
    float[] g = new float[N];
    for (int i = 0; i < N; i++) {
      g[i] = (float) (Math.sin(.7 * i + 1.3 * t) * (1 + .1 * t));
    }
    return g;
  }

  private static void compare(OptimizerConfig config, Formula formula) {
    float[] p = new float[N];
    double[] expected = new double[N];
    for (int i = 0; i < N; i++) {
      p[i] = .1f * i - .3f;
      expected[i] = p[i];
    }
    Optimizer optimizer = new Optimizer(config, new Parameter("w", FloatStorage.float32(p), 4, 6));
    for (int k = 1; k <= STEPS; k++) {
      float[] g = gradient(k);
      double[] exact = new double[N];
      for (int i = 0; i < N; i++) {
        exact[i] = g[i];
      }
      optimizer.step(FloatStorage.float32(g));
      formula.step(expected, exact, k);
      for (int i = 0; i < N; i++) {
        assertThat((double) p[i]).as("element %s after step %s", i, k).isCloseTo(expected[i], within(3e-6 * Math.max(.3, Math.abs(expected[i]))));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"adam", "adamw", "adam-clip"})
  void adamFamily(String name) {
    double[] m = new double[N];
    double[] v = new double[N];
    double wd = .05;
    double lr = 1e-2;
    compare(
        Algorithm.byLabel(name).defaults().with("lr", "1e-2").with("weight-decay", ".05"),
        (p, g, k) -> {
          if (name.equals("adam-clip")) {
            double norm = norm(g);
            scale(g, Math.min(1, 1 / (norm + 1e-6)));
          }
          for (int i = 0; i < N; i++) {
            if (name.equals("adamw")) {
              p[i] *= 1 - lr * wd;
            } else {
              g[i] += wd * p[i];
            }
            m[i] = .9 * m[i] + .1 * g[i];
            v[i] = .999 * v[i] + .001 * g[i] * g[i];
            p[i] -= lr / (1 - Math.pow(.9, k)) * m[i] / (Math.sqrt(v[i] / (1 - Math.pow(.999, k))) + 1e-8);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void sgdm(boolean nesterov) {
    double[] m = new double[N];
    compare(
        Algorithm.SGDM.defaults().with("lr", "1e-2").with("weight-decay", ".1").with("nesterov", "" + nesterov),
        (p, g, k) -> {
          for (int i = 0; i < N; i++) {
            g[i] += .1 * p[i];
            m[i] = .9 * m[i] + g[i];
            p[i] -= 1e-2 * (nesterov ? g[i] + .9 * m[i] : m[i]);
          }
        });
  }

  @Test
  void lion() {
    double[] m = new double[N];
    compare(
        Algorithm.LION.defaults().with("lr", "1e-3").with("weight-decay", ".1"),
        (p, g, k) -> {
          for (int i = 0; i < N; i++) {
            p[i] = p[i] * (1 - 1e-4) - 1e-3 * Math.signum(.9 * m[i] + .1 * g[i]);
            m[i] = .99 * m[i] + .01 * g[i];
          }
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 5})
  void adamMini(int blocks) { // 5 does not divide 24: one block
    int actual = blocks == 5 ? 1 : blocks;
    int size = N / actual;
    double[] m = new double[N];
    double[] v = new double[actual];
    compare(
        Algorithm.ADAM_MINI.defaults().with("lr", "1e-2").with("blocks", "" + blocks).with("weight-decay", ".1"),
        (p, g, k) -> {
          for (int b = 0; b < actual; b++) {
            double mean = 0;
            for (int i = b * size; i < (b + 1) * size; i++) {
              mean += g[i] * g[i] / size;
            }
            v[b] = .999 * v[b] + .001 * mean;
          }
          for (int i = 0; i < N; i++) {
            m[i] = .9 * m[i] + .1 * g[i];
            double root = Math.sqrt(v[i / size] / (1 - Math.pow(.999, k)));
            p[i] = p[i] * (1 - 1e-3) - 1e-2 / (1 - Math.pow(.9, k)) * m[i] / (root + 1e-8);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"adafactor", "adalomo", "adafactor-momentum", "adafactor-relative"})
  void adafactor(String name) {
    double[] row = new double[4];
    double[] column = new double[6];
    double[] m = new double[N];
    boolean scales = name.equals("adalomo");
    double beta1 = name.endsWith("momentum") ? .8 : 0;
    boolean relative = name.endsWith("relative");
    double lr = relative ? .3 : 1e-2;
    OptimizerConfig config =
        Algorithm.byLabel(name.split("-")[0]).defaults().with("lr", "" + lr).with("beta1", "" + beta1).with("relative-step", "" + relative).with("weight-decay", ".1");
    compare(
        config,
        (p, g, k) -> {
          double beta2 = 1 - Math.pow(k, -.8);
          double[] rowMean = new double[4];
          double[] columnMean = new double[6];
          for (int i = 0; i < N; i++) {
            rowMean[i / 6] += (g[i] * g[i] + 1e-30) / 6;
            columnMean[i % 6] += (g[i] * g[i] + 1e-30) / 4;
          }
          double mean = 0;
          for (int r = 0; r < 4; r++) {
            row[r] = beta2 * row[r] + (1 - beta2) * rowMean[r];
            mean += row[r] / 4;
          }
          for (int c = 0; c < 6; c++) {
            column[c] = beta2 * column[c] + (1 - beta2) * columnMean[c];
          }
          double[] u = new double[N];
          for (int i = 0; i < N; i++) {
            u[i] = g[i] / Math.sqrt(row[i / 6] * column[i % 6] / mean);
          }
          double alpha = relative ? Math.min(lr, 1 / Math.sqrt(k)) : lr;
          alpha *= scales ? Math.max(1e-3, norm(p) / Math.sqrt(N)) : 1;
          scale(u, alpha / Math.max(1, norm(u) / Math.sqrt(N)));
          for (int i = 0; i < N; i++) {
            m[i] = beta1 * m[i] + (1 - beta1) * u[i];
            p[i] = p[i] * (1 - alpha * .1) - m[i];
          }
        });
  }

  @Test
  void adafactorOfAVectorHasASecondMomentToAnElement() {
    float[] p = {1, 2, 3};
    Optimizer optimizer = new Optimizer(Algorithm.ADAFACTOR.defaults().with("lr", ".1"), new Parameter("w", FloatStorage.float32(p), 3));
    optimizer.step(FloatStorage.float32(2, -1, 4));
    assertThat(p[0]).isCloseTo(.9f, within(1e-6f)); // the first update is the sign of the gradient
    assertThat(p[1]).isCloseTo(2.1f, within(1e-6f));
    assertThat(optimizer.stateBytes()).isEqualTo(8 + 12);
  }

  @Test
  void adafactorSurvivesAZeroGradient() {
    float[] p = {1, 2, 3, 4};
    Optimizer optimizer = new Optimizer(Algorithm.ADAFACTOR.defaults(), new Parameter("w", FloatStorage.float32(p), 2, 2));
    optimizer.step(FloatStorage.float32(new float[4]));
    optimizer.step(FloatStorage.float32(new float[4]));
    assertThat(p).containsExactly(1, 2, 3, 4);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void spam(boolean withDecay) { // stable-spam.md, section 6, with a short interval
    double[] m = new double[N];
    double[] v = new double[N];
    int interval = 15;
    int grace = 4;
    int warmup = 6;
    double threshold = 1.2;
    double wd = withDecay ? .1 : 0;
    int[] clipped = new int[1];
    compare(
        Algorithm.SPAM
            .defaults()
            .with("lr", "1e-2")
            .with("reset-interval", "" + interval)
            .with("grace", "" + grace)
            .with("warmup", "" + warmup)
            .with("threshold", "" + threshold)
            .with("weight-decay", "" + wd),
        (p, g, k) -> {
          int c = k < interval ? warmup + k : k % interval;
          double scale = c < warmup ? 1 - .99 * (1 + Math.cos(Math.PI * c / (warmup + 1))) / 2 : 1;
          if (k % interval == 0) {
            Arrays.fill(m, 0);
            Arrays.fill(v, 0);
          }
          double step = 1e-2 * Math.sqrt(1 - Math.pow(.999, k)) / (1 - Math.pow(.9, k));
          for (int i = 0; i < N; i++) {
            if (k >= grace && k % interval >= grace && g[i] * g[i] > threshold * v[i]) {
              g[i] = Math.signum(g[i]) * Math.sqrt(threshold * v[i]);
              clipped[0]++;
            }
            m[i] = .9 * m[i] + .1 * g[i];
            v[i] = .999 * v[i] + .001 * g[i] * g[i];
            p[i] -= step * scale * m[i] / (Math.sqrt(v[i]) + 1e-6);
            p[i] -= 1e-2 * wd * p[i];
          }
        });
    assertThat(clipped[0]).isGreaterThan(100);
  }

  @Test
  void sparseMomentumUpdatesItsElementsOnly() {
    int rows = 100;
    int columns = 90;
    int n = rows * columns;
    float[] p = new float[n];
    Optimizer optimizer =
        new Optimizer(
            Algorithm.SPAM.defaults().with("density", ".25").with("reset-interval", "3").with("seed", "7"),
            new Parameter("w", FloatStorage.float32(p), rows, columns));
    assertThat(optimizer.stateBytes()).isEqualTo(8L * n / 4 + Math.ceilDiv(n, 64) * 8 + 16);
    float[] ones = new float[n];
    Arrays.fill(ones, 1);
    optimizer.step(FloatStorage.float32(ones));
    boolean[] first = moved(p);
    assertThat(count(first)).isEqualTo(n / 4);
    optimizer.step(FloatStorage.float32(ones));
    assertThat(moved(p)).isEqualTo(first);
    float[] before = p.clone();
    optimizer.step(FloatStorage.float32(ones)); // redrawn
    boolean[] second = new boolean[n];
    int both = 0;
    for (int i = 0; i < n; i++) {
      second[i] = p[i] != before[i];
      both += first[i] && second[i] ? 1 : 0;
    }
    assertThat(count(second)).isEqualTo(n / 4);
    assertThat(both).isBetween(n / 16 - 150, n / 16 + 150);
  }

  @Test
  void sparseMomentumOnItsElementsIsDenseSpam() {
    int n = 64 * 100;
    float[] dense = new float[n];
    float[] sparse = new float[n];
    OptimizerConfig config = Algorithm.SPAM.defaults().with("reset-interval", "0").with("weight-decay", ".1");
    Optimizer all = new Optimizer(config, new Parameter("w", FloatStorage.float32(dense), 64, 100));
    Optimizer some = new Optimizer(config.with("density", ".5"), new Parameter("w", FloatStorage.float32(sparse), 64, 100));
    for (int t = 0; t < 30; t++) {
      float[] g = QuantisedStatesTest.noise(n, t);
      all.step(FloatStorage.float32(g));
      some.step(FloatStorage.float32(g));
    }
    int moved = 0;
    for (int i = 0; i < n; i++) {
      if (sparse[i] != 0) {
        assertThat(sparse[i]).isEqualTo(dense[i]);
        moved++;
      }
    }
    assertThat(moved).isEqualTo(n / 2);
  }

  @Test
  void stableVariantsSeeAConditionedGradient() {
    for (String name : new String[] {"lion-stable", "adam-mini-stable"}) {
      Optimizer optimizer = new Optimizer(Algorithm.byLabel(name).defaults(), new Parameter("w", FloatStorage.float32(0, 0), 2));
      optimizer.step(FloatStorage.float32(3, 4));
      TensorReport report = optimizer.step(FloatStorage.float32(300, 4)).tensors().getFirst();
      assertThat(report.clipped()).as(name).isEqualTo(1);
      assertThat(report.normAfter()).as(name).isLessThan(1.01);
    }
  }

  private static boolean[] moved(float[] p) {
    boolean[] moved = new boolean[p.length];
    for (int i = 0; i < p.length; i++) {
      moved[i] = p[i] != 0;
    }
    return moved;
  }

  private static int count(boolean[] flags) {
    int count = 0;
    for (boolean flag : flags) {
      count += flag ? 1 : 0;
    }
    return count;
  }

  private static double norm(double[] x) {
    double squares = 0;
    for (double value : x) {
      squares += value * value;
    }
    return Math.sqrt(squares);
  }

  private static void scale(double[] x, double factor) {
    for (int i = 0; i < x.length; i++) {
      x[i] *= factor;
    }
  }
}
