package io.github.fp4j.simd.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** stable-spam.md, section 5: the authors' code in fp32. */
class StableSpamGoldenTest {

  /** t, k, Mmax, Mn, Vn, p0..p3, m0..m2. */
  private static final double[][] GOLDEN = {
    {
      1, 1, 0.0010957811027765274, 0.6852880120277405, 0.5045498609542847,
      -.309700012, -.209800005, -.109899998, .00999999885, .0502716936, .0474407524, .0222976785
    },
    {
      2, 2, 0.002294593257829547, 1.1878153085708618, 0.9628065824508667,
      -.317983747, -.213713288, -.105737917, .0186654646, .0778027251, .031114595, -.0302072205
    },
    {
      3, 3, 0.0035840971395373344, 1.696791410446167, 1.5780022144317627,
      -.318634182, -.210580155, -.0992855728, .0254602898, .0141963586, -.0425389372, -.0877050608
    },
    {
      4, 4, 0.029771124944090843, 3.9953980445861816, 7.530442237854004,
      -.317268848, -.207810685, -.0958078355, .0216303356, -.0200178176, -.0474455953, -.0593327656
    },
    {5, 1, 0.031239766627550125, 3.6277542114257812, 7.741561412811279, -.317430139, -.210347354, -.099093467, .015530956, 0, 0, 0},
    {
      6, 2, 0.03280619531869888, 3.426499128341675, 7.981426239013672,
      -.325419188, -.218443468, -.107300833, .0238218866, .112587206, .0900305733, .0251311604
    },
    {
      7, 3, 0.03445742279291153, 3.366666793823242, 8.276175498962402,
      -.331918448, -.219088778, -.10028743, .0333377123, .113308027, .011970276, -.0949972868
    },
    {
      8, 4, 0.036213163286447525, 3.589388847351074, 8.878437995910645,
      -.329227149, -.212466478, -.0914819092, .0393055826, -.0506647192, -.134769425, -.155489951
    }
  };

  static float[] parameters() {
    float[] p = new float[8];
    for (int i = 0; i < 8; i++) {
      p[i] = (float) (.1 * i - .3);
    }
    return p;
  }

  static float[] gradient(int t) {
    float[] g = new float[8];
    for (int i = 0; i < 8; i++) {
      g[i] = (float) (Math.sin(.7 * i + 1.3 * t) * (1 + .1 * t) + (t == 4 && i == 3 ? 25 : 0));
    }
    return g;
  }

  static OptimizerConfig config() {
    return Algorithm.STABLE_SPAM.defaults().withMode(Mode.REFERENCE).with("lr", "1e-2");
  }

  @Test
  void firstRun() {
    for (StatisticsPrecision precision : new StatisticsPrecision[] {StatisticsPrecision.FLOAT64, StatisticsPrecision.FLOAT32}) {
      float[] p = parameters();
      OptimizerConfig config =
          config()
              .with("schedule-length", "12")
              .with("reset-interval", "5")
              .with("weight-decay", ".1")
              .with("statistics", SettingReader.name(precision));
      Optimizer optimizer = new Optimizer(config, new Parameter("w", FloatStorage.float32(p), 8));
      for (double[] row : GOLDEN) {
        TensorReport report = optimizer.step(FloatStorage.float32(gradient((int) row[0]))).tensors().getFirst();
        assertThat(report.momentStep()).isEqualTo((long) row[1]);
        close(report.largestAverage(), row[2], "Mmax", row);
        close(report.normAverage(), row[3], "Mn", row);
        close(report.squareAverage(), row[4], "Vn", row);
        for (int i = 0; i < 4; i++) {
          close(p[i], row[5 + i], "p" + i, row);
        }
        float[] m = optimizer.firstMoment(0);
        for (int i = 0; i < 3; i++) {
          close(m[i], row[9 + i], "m" + i, row);
        }
      }
    }
  }

  @Test
  void secondRun() { // interval 0, no T, wd 0, gradient zeroed at t = 1, 2
    float[] p = parameters();
    Optimizer optimizer = new Optimizer(config().with("reset-interval", "0"), new Parameter("w", FloatStorage.float32(p), 8));
    optimizer.step(FloatStorage.float32(new float[8]));
    optimizer.step(FloatStorage.float32(new float[8]));
    assertThat(p).containsExactly(parameters());
    TensorReport report = optimizer.step(FloatStorage.float32(gradient(3))).tensors().getFirst();
    double[] row = {3};
    close(report.largestAverage(), .0012917984277009964, "Mmax", row);
    close(report.normAverage(), .2941274344921112, "Mn", row);
    close(report.squareAverage(), .09612327069044113, "Vn", row);
    close(p[0], -.293611884, "p0", row);
    close(p[1], -.19361186, "p1", row);
    close(p[2], -.0936118662, "p2", row);
  }

  private static void close(double actual, double expected, String what, double[] row) {
    assertThat(actual).as("%s at t = %s", what, (int) row[0]).isCloseTo(expected, within(1e-6 * Math.abs(expected)));
  }
}
