package io.github.fp4j.simd.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import io.github.fp4j.formats.codebook.Codebook;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The vector kernels against the scalar ones, bit for bit. */
class VectorKernelsTest {
  private static final OptimizerKernels SCALAR = ReferenceBackend.INSTANCE.optimizers().orElseThrow();
  private static final OptimizerKernels VECTOR = VectorOptimizerKernels.find().orElse(SCALAR);
  private static final int[] LENGTHS = {0, 1, 3, 8, 15, 16, 17, 31, 32, 33, 63, 100, 127, 128, 129, 255, 256, 1000, 4095, 4096, 4097, 8192, 10000};

  /** Any bits: zeros, subnormals, infinities, NaNs. */
  private static float[] anything(int length, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextInt(50) == 0 ? Float.intBitsToFloat(random.nextInt()) : (float) (random.nextGaussian() * Math.exp(random.nextGaussian()));
    }
    return values;
  }

  @Test
  void statistics() {
    for (int length : LENGTHS) {
      for (int offset = 0; offset < 4; offset++) {
        float[] g = QuantisedStatesTest.noise(offset + length, length);
        int chunks = Math.ceilDiv(length, OptimizerKernels.CHUNK);
        int[][] magnitudes = new int[2][chunks + 1];
        double[][] squares = new double[2][chunks + 1];
        SCALAR.scan(g, offset, length, magnitudes[0], squares[0], 1);
        VECTOR.scan(g, offset, length, magnitudes[1], squares[1], 1);
        assertThat(magnitudes[1]).containsExactly(magnitudes[0]);
        assertThat(squares[1]).containsExactly(squares[0]);
        int chunk = Math.min(length, OptimizerKernels.CHUNK);
        float threshold = 1.25f;
        assertThat(VECTOR.squaresClipped(g, offset, chunk, threshold, .3f)).isEqualTo(SCALAR.squaresClipped(g, offset, chunk, threshold, .3f));
        assertThat(VECTOR.countAbove(g, offset, length, threshold)).isEqualTo(SCALAR.countAbove(g, offset, length, threshold));
      }
    }
  }

  @Test
  void statisticsOfAnyBits() {
    float[] g = anything(100_000, 9);
    int[][] magnitudes = new int[2][25];
    double[][] squares = new double[2][25];
    SCALAR.scan(g, 0, g.length, magnitudes[0], squares[0], 0);
    VECTOR.scan(g, 0, g.length, magnitudes[1], squares[1], 0);
    assertThat(magnitudes[1]).containsExactly(magnitudes[0]);
    assertThat(squares[1]).containsExactly(squares[0]);
  }

  private static AdamCoefficients coefficients(boolean lerp, boolean conditions) {
    AdamCoefficients c = new AdamCoefficients();
    c.lerp = lerp;
    c.beta1 = .9f;
    c.oneMinusBeta1 = .1f;
    c.beta2 = .999f;
    c.oneMinusBeta2 = .001f;
    c.stepSize = .01f;
    c.inverseRootCorrection2 = 1.7f;
    c.epsilon = 1e-8f;
    if (conditions) {
      c.threshold = 1;
      c.ratio = .37f;
      c.gain = 1.9f;
      c.decay = .99f;
    }
    return c;
  }

  @Test
  void adamAndConditioning() {
    for (int length : LENGTHS) {
      for (int variant = 0; variant < 4; variant++) {
        AdamCoefficients c = coefficients((variant & 1) != 0, (variant & 2) != 0);
        float[] g = variant == 3 ? anything(length + 2, 5) : QuantisedStatesTest.noise(length + 2, 5);
        float[][] p = {QuantisedStatesTest.noise(length + 1, 6), QuantisedStatesTest.noise(length + 1, 6)};
        float[][] m = {QuantisedStatesTest.noise(length + 3, 7), QuantisedStatesTest.noise(length + 3, 7)};
        float[][] v = new float[2][length];
        float[][] conditioned = new float[2][length];
        for (int i = 0; i < length; i++) {
          v[0][i] = v[1][i] = Math.abs(m[0][i]);
        }
        for (int k = 0; k < 2; k++) {
          OptimizerKernels kernels = k == 0 ? SCALAR : VECTOR;
          kernels.condition(c, g, 2, conditioned[k], 0, length);
          kernels.adam(c, p[k], 1, g, 2, m[k], 3, v[k], 0, length);
        }
        Floats.assertSame(conditioned[1], conditioned[0], "conditioned");
        Floats.assertSame(p[1], p[0], "p");
        Floats.assertSame(m[1], m[0], "m");
        Floats.assertSame(v[1], v[0], "v");
      }
    }
  }

  @Test
  void codes() {
    for (Codebook codebook : Codebook.all()) {
      for (int blockSize : new int[] {128, 256, 64}) {
        BlockwiseCodebook format = new BlockwiseCodebook(codebook, blockSize);
        for (int length : LENGTHS) {
          float[] x = QuantisedStatesTest.noise(length + 1, length);
          if (length > 300) {
            Arrays.fill(x, 1, 1 + 256, 0);
          }
          checkCodes(format, x, length);
        }
        checkCodes(format, anything(10001, 4), 10000);
      }
    }
  }

  @Test
  void codesOnAndAroundEveryMidpoint() {
    for (Codebook codebook : List.of(Codebook.SIGNED_DYNAMIC_4, Codebook.UNSIGNED_DYNAMIC_4, Codebook.LINEAR_4)) {
      float[] x = new float[129];
      x[128] = 1; // the block maximum, so that values are compared as they are
      for (int i = 0; i < 15; i++) {
        x[1 + 4 * i] = codebook.midpoint(i);
        x[2 + 4 * i] = Math.nextUp(codebook.midpoint(i));
        x[3 + 4 * i] = Math.nextDown(codebook.midpoint(i));
        x[4 + 4 * i] = codebook.value(i);
      }
      checkCodes(new BlockwiseCodebook(codebook, 128), x, 128);
    }
  }

  /** At many scales, subnormal ones included: the floats around {@code midpoint * scale}, on both sides of where the division rounds. */
  @Test
  void codesAroundEveryMidpointAtManyScales() {
    SplittableRandom random = new SplittableRandom(11);
    for (Codebook codebook : List.of(Codebook.SIGNED_DYNAMIC_4, Codebook.UNSIGNED_DYNAMIC_4, Codebook.LINEAR_4)) {
      for (int round = 0; round < 3000; round++) {
        float scale = Math.abs(Float.intBitsToFloat(round % 3 == 0 ? random.nextInt(1 << 24) : random.nextInt(0x7F000000)));
        float[] x = new float[129];
        x[1] = scale;
        for (int i = 0; i < 15; i++) {
          float near = codebook.midpoint(i) * scale;
          for (int k = 0; k < 7; k++) {
            x[2 + 7 * i + k] = near;
            near = k == 0 ? Math.nextDown(Math.nextDown(near)) : Math.nextUp(near);
          }
        }
        checkCodes(new BlockwiseCodebook(codebook, 128), x, 128);
      }
    }
  }

  private static void checkCodes(BlockwiseCodebook format, float[] x, int length) {
    byte[][] packed = new byte[2][format.codebook().bytes(length) + 1];
    float[][] scales = new float[2][format.blocks(length) + 1];
    float[][] back = new float[2][length + 1];
    for (int k = 0; k < 2; k++) {
      OptimizerKernels kernels = k == 0 ? SCALAR : VECTOR;
      kernels.encode(format, x, 1, length, packed[k], 1, scales[k], 1);
      kernels.decode(format, packed[k], 1, scales[k], 1, back[k], 1, length);
    }
    assertThat(Arrays.mismatch(packed[1], packed[0])).as("%s x %s", format, length).isEqualTo(-1);
    Floats.assertSame(scales[1], scales[0], "scales");
    Floats.assertSame(back[1], back[0], "back");
  }

  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void stepsDoNotDependOnKernelsOrThreads(Algorithm algorithm) {
    int[][] shapes = {{100, 701}, {17}, {129, 65}, {1}};
    try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
      Execution[] executions = {
        Execution.reference(), new Execution(VECTOR, null, 1, true), new Execution(VECTOR, pool, 3, true), new Execution(VECTOR, pool, 2, false)
      };
      float[][][] p = new float[executions.length][shapes.length][];
      for (int e = 0; e < executions.length; e++) {
        Parameter[] parameters = new Parameter[shapes.length];
        for (int i = 0; i < shapes.length; i++) {
          int n = Arrays.stream(shapes[i]).reduce(1, (a, b) -> a * b);
          p[e][i] = QuantisedStatesTest.noise(n, i);
          parameters[i] = new Parameter("w" + i, FloatStorage.float32(p[e][i]), shapes[i]);
        }
        OptimizerConfig config = algorithm.defaults().with("reset-interval", "3").with("schedule-length", "8").with("weight-decay", ".1");
        Optimizer optimizer = new Optimizer(List.of(new ParameterGroup(config, List.of(parameters))), executions[e]);
        for (int t = 1; t <= 4; t++) {
          FloatStorage[] gradients = new FloatStorage[shapes.length];
          for (int i = 0; i < shapes.length; i++) {
            float[] g = QuantisedStatesTest.noise(p[e][i].length, 10 * t + i);
            g[t % g.length] *= 1000;
            gradients[i] = FloatStorage.float32(g);
          }
          optimizer.step(gradients);
        }
      }
      for (int e = 1; e < executions.length; e++) {
        for (int i = 0; i < shapes.length; i++) {
          Floats.assertSame(p[e][i], p[0][i], "execution " + e + ", tensor " + i);
        }
      }
    }
  }

  @Test
  void anExceptionInAHelperReachesTheCaller() {
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      Workers workers = new Workers(pool, 3);
      for (int round = 0; round < 20; round++) {
        assertThatThrownBy(
                () ->
                    workers.forEach(
                        (_, index) -> {
                          if (index == 57) {
                            throw new IllegalStateException("57");
                          }
                        },
                        100))
            .hasMessage("57");
        AtomicInteger sum = new AtomicInteger();
        workers.forEach((_, index) -> sum.addAndGet(index), 100);
        assertThat(sum).hasValue(4950);
      }
    }
  }
}
