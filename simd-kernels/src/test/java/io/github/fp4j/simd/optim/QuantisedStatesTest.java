package io.github.fp4j.simd.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import io.github.fp4j.formats.codebook.Codebook;
import io.github.fp4j.formats.codebook.RankOneScales;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** optimizer-states-4bit.md, "When and how": 4-bit and 8-bit states against a whole-tensor step written from the text. */
class QuantisedStatesTest {

  static float[] noise(int length, long seed) {
    float[] values = new float[length];
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < length; i++) {
      values[i] = (float) ((random.nextDouble() - .5) * Math.exp(3 * random.nextDouble()));
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(strings = {"adamw-4bit", "adamw-4bit-block"})
  void adamwIn4BitsStepByStep(String algorithm) {
    int rows = 70;
    int columns = 90;
    int n = rows * columns;
    boolean isRankOne = algorithm.equals("adamw-4bit");
    float[] p = noise(n, 1);
    float[] expected = p.clone();
    Optimizer optimizer = new Optimizer(Algorithm.byLabel(algorithm).defaults(), new Parameter("w", FloatStorage.float32(p), rows, columns));
    float[] m = new float[n];
    float[] v = new float[n];
    for (int k = 1; k <= 6; k++) {
      float[] g = noise(n, 100 + k);
      optimizer.step(FloatStorage.float32(g));
      float step = (float) (1e-3 / (1 - Math.pow(.9, k)));
      float root = (float) Math.sqrt(1 - Math.pow(.999, k));
      for (int i = 0; i < n; i++) {
        expected[i] *= (float) (1 - 1e-3 * 1e-2);
        m[i] = m[i] + (float) (1 - .9) * (g[i] - m[i]);
        v[i] = (float) .999 * v[i] + (float) (1 - .999) * g[i] * g[i];
        expected[i] -= step * m[i] / ((float) Math.sqrt(v[i]) / root + 1e-8f);
      }
      m = throughBlocks(Codebook.SIGNED_DYNAMIC_4, m);
      v = isRankOne ? throughRankOne(v, rows, columns) : throughBlocks(Codebook.LINEAR_4, v);
      Floats.assertSame(optimizer.firstMoment(0), m, "m after step " + k);
      Floats.assertSame(optimizer.secondMoment(0), v, "v after step " + k);
      for (int i = 0; i < n; i++) {
        assertThat(p[i]).isCloseTo(expected[i], within(2e-6f * Math.abs(expected[i]) + 1e-9f));
      }
    }
  }

  private static float[] throughBlocks(Codebook codebook, float[] values) {
    BlockwiseCodebook blocks = new BlockwiseCodebook(codebook, 128);
    byte[] packed = new byte[codebook.bytes(values.length)];
    float[] scales = new float[blocks.blocks(values.length)];
    blocks.encode(values, 0, values.length, packed, 0, scales, 0);
    float[] back = new float[values.length];
    blocks.decode(packed, 0, scales, 0, back, 0, values.length);
    return back;
  }

  private static float[] throughRankOne(float[] values, int rows, int columns) {
    RankOneScales rankOne = new RankOneScales(rows, columns);
    rankOne.collect(values, 0, values.length, 0);
    float[] scales = new float[values.length];
    rankOne.scales(scales, 0, values.length, 0);
    float[] back = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      back[i] = Codebook.LINEAR_4.value(Codebook.LINEAR_4.encode(values[i] / scales[i])) * scales[i];
    }
    return back;
  }

  @ParameterizedTest
  @CsvSource({
    "adamw, 8", // fp32: 4 + 4
    "adamw-4bit-block, 1.0625", // .53125 + .53125
    "adamw-4bit, 1.033203125", // .53125 + .501953125 of 4096 x 4096; here 1024 x 1024: .5 + 8192 / 2^20
    "sgdm-4bit, .53125",
    "adamw-8bit, 2.03125", // 2 * (1 + 4 / 256)
    "factor-4bit, .5390625", // .53125 + 8192 / 2^20
    "stable-spam-4bit-block, 1.0625",
    "stable-spam, 8",
    "lion, 4",
    "adam-mini, 4",
    "adafactor, .0078125",
    "spam, 8"
  })
  void stateMemoryIsWhatTheFormatSays(String algorithm, double bytesPerParameter) {
    int n = 1 << 20;
    Optimizer optimizer = new Optimizer(Algorithm.byLabel(algorithm).defaults(), new Parameter("w", FloatStorage.float32(new float[n]), 1024, 1024));
    double expected = algorithm.equals("adamw-4bit") ? .53125 + .5 + 8192. / n : bytesPerParameter;
    assertThat((double) optimizer.stateBytes() / n).isCloseTo(expected, within(64. / n));
  }

  @Test
  void rankOneOverheadOfTheLargeMatrix() { // "v rank-1 on 4096x4096 .50195"
    int n = 1 << 24;
    OptimizerConfig config = Algorithm.ADAMW_4BIT.defaults();
    Optimizer optimizer = new Optimizer(config, new Parameter("w", FloatStorage.bfloat16(new short[n]), 4096, 4096));
    assertThat((double) optimizer.stateBytes() / n).isCloseTo(.53125 + .50195, within(1e-5));
  }

  @ParameterizedTest
  @CsvSource({"4096, 8", "4098, 1.0625", "1, 8"})
  void smallTensorsKeepFullPrecision(int length, double bytesPerParameter) {
    Optimizer optimizer =
        new Optimizer(Algorithm.ADAMW_4BIT_BLOCK.defaults(), new Parameter("w", FloatStorage.float32(new float[length]), length));
    double scaleRest = (Math.ceilDiv(length, 128) * 128 - length) / 128. * 8; // the last block is short
    assertThat(optimizer.stateBytes() - 8).isCloseTo((long) (length * bytesPerParameter + (bytesPerParameter < 8 ? scaleRest : 0)), within(1L));
  }

  @Test
  void oneElementKeepsItsMoments() {
    Optimizer optimizer =
        new Optimizer(Algorithm.ADAMW_4BIT.defaults().with("full-precision-up-to", "0"), new Parameter("w", FloatStorage.float32(new float[1]), 1));
    optimizer.step(FloatStorage.float32(-3));
    assertThat(optimizer.firstMoment(0)[0]).isCloseTo(-.3f, within(1e-7f));
  }

  @Test
  void vectorsFallBackToBlocks() {
    Optimizer optimizer = new Optimizer(Algorithm.ADAMW_4BIT.defaults(), new Parameter("w", FloatStorage.float32(new float[8192]), 8192));
    assertThat(optimizer.stateBytes() - 8).isEqualTo(2 * (4096 + 64 * 4));
  }

  @Test
  void stableSpamIn4BitsFollowsStableSpam() {
    int n = 8192;
    float[][] p = {noise(n, 7), noise(n, 7), noise(n, 7)};
    Algorithm[] algorithms = {Algorithm.STABLE_SPAM, Algorithm.STABLE_SPAM_4BIT, Algorithm.STABLE_SPAM_4BIT_BLOCK};
    double[] loss = new double[3];
    double start = squares(p[0]);
    for (int a = 0; a < 3; a++) {
      OptimizerConfig config = algorithms[a].defaults().with("lr", "5e-2").with("reset-interval", "50");
      Optimizer optimizer = new Optimizer(config, new Parameter("w", FloatStorage.float32(p[a]), 64, 128));
      for (int t = 1; t <= 300; t++) {
        float[] g = noise(n, t);
        for (int i = 0; i < n; i++) {
          g[i] = .1f * g[i] + p[a][i] + (i == t && t % 37 == 0 ? 1e4f : 0);
        }
        optimizer.step(FloatStorage.float32(g));
      }
      loss[a] = squares(p[a]) / start;
    }
    assertThat(loss[0]).isLessThan(.0015);
    assertThat(loss[1]).isLessThan(.0015);
    assertThat(loss[2]).isLessThan(.0015);
  }

  private static double squares(float[] p) {
    double sum = 0;
    for (float x : p) {
      sum += x * x;
    }
    return sum;
  }

  @Test
  void factoredMomentIsRowMeanTimesColumnMean() {
    int rows = 64;
    int columns = 80;
    float[] g = noise(rows * columns, 3);
    Optimizer optimizer =
        new Optimizer(Algorithm.FACTOR_4BIT.defaults(), new Parameter("w", FloatStorage.float32(new float[rows * columns]), rows, columns));
    optimizer.step(FloatStorage.float32(g));
    float[] v = optimizer.secondMoment(0);
    double all = 0;
    double[] row = new double[rows];
    double[] column = new double[columns];
    for (int i = 0; i < g.length; i++) {
      double square = .001 * g[i] * g[i];
      all += square / g.length;
      row[i / columns] += square / columns;
      column[i % columns] += square / rows;
    }
    for (int i = 0; i < g.length; i++) {
      double expected = row[i / columns] * column[i % columns] / all;
      assertThat((double) v[i]).isCloseTo(expected, within(1e-5 * expected));
    }
  }

  @Test
  void formatsByName() {
    for (MomentFormat format :
        List.of(
            MomentFormat.FLOAT32,
            MomentFormat.BFLOAT16,
            MomentFormat.FACTORED,
            MomentFormat.DYNAMIC_4_BLOCK_128,
            MomentFormat.LINEAR_4_RANK_1,
            MomentFormat.DYNAMIC_8_SIGNED_BLOCK_256)) {
      assertThat(MomentFormat.byName(format.name())).isEqualTo(format);
    }
    assertThatThrownBy(() -> MomentFormat.byName("int4")).hasMessageStartingWith("moment format \"int4\": expected fp32, bf16");
    assertThatThrownBy(() -> MomentFormat.byName("linear4-block96")).hasMessageStartingWith("block size 96");
  }
}
