package io.github.fp4j.simd;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The optimizer kernels of every width against the scalar ones, bit for bit. */
class SimdOptimizersTest {
  private static final OptimizerKernels SCALAR = ReferenceBackend.INSTANCE.optimizers().orElseThrow();
  private static final int[] LENGTHS = {0, 1, 3, 8, 15, 16, 17, 31, 32, 33, 63, 64, 100, 127, 128, 129, 255, 256, 1000, 4095, 4096, 4097, 8192, 10000};

  static List<Widths.OptimizerWidth> widths() {
    return Widths.optimizers();
  }

  private static float[] noise(int length, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Any bits: zeros, subnormals, infinities, NaNs. */
  private static float[] anything(int length, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextInt(50) == 0 ? Float.intBitsToFloat(random.nextInt()) : (float) (random.nextGaussian() * Math.exp(random.nextGaussian()));
    }
    return values;
  }

  @ParameterizedTest
  @MethodSource("widths")
  void statistics(Widths.OptimizerWidth width) {
    OptimizerKernels vector = width.kernels();
    for (int length : LENGTHS) {
      for (int offset = 0; offset < 4; offset++) {
        float[] g = noise(offset + length, length);
        int chunks = Math.ceilDiv(length, OptimizerKernels.CHUNK);
        int[][] magnitudes = new int[2][chunks + 1];
        double[][] squares = new double[2][chunks + 1];
        SCALAR.scan(g, offset, length, magnitudes[0], squares[0], 1);
        vector.scan(g, offset, length, magnitudes[1], squares[1], 1);
        assertThat(magnitudes[1]).containsExactly(magnitudes[0]);
        assertThat(squares[1]).containsExactly(squares[0]);
        int chunk = Math.min(length, OptimizerKernels.CHUNK);
        float threshold = 1.25f;
        assertThat(vector.squaresClipped(g, offset, chunk, threshold, .3f)).isEqualTo(SCALAR.squaresClipped(g, offset, chunk, threshold, .3f));
        assertThat(vector.countAbove(g, offset, length, threshold)).isEqualTo(SCALAR.countAbove(g, offset, length, threshold));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("widths")
  void statisticsOfAnyBits(Widths.OptimizerWidth width) {
    OptimizerKernels vector = width.kernels();
    float[] g = anything(100_000, 9);
    int[][] magnitudes = new int[2][25];
    double[][] squares = new double[2][25];
    SCALAR.scan(g, 0, g.length, magnitudes[0], squares[0], 0);
    vector.scan(g, 0, g.length, magnitudes[1], squares[1], 0);
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

  @ParameterizedTest
  @MethodSource("widths")
  void adamAndConditioning(Widths.OptimizerWidth width) {
    OptimizerKernels vector = width.kernels();
    for (int length : LENGTHS) {
      for (int variant = 0; variant < 4; variant++) {
        AdamCoefficients c = coefficients((variant & 1) != 0, (variant & 2) != 0);
        float[] g = variant == 3 ? anything(length + 2, 5) : noise(length + 2, 5);
        float[][] p = {noise(length + 1, 6), noise(length + 1, 6)};
        float[][] m = {noise(length + 3, 7), noise(length + 3, 7)};
        float[][] v = new float[2][length];
        float[][] conditioned = new float[2][length];
        for (int i = 0; i < length; i++) {
          v[0][i] = v[1][i] = Math.abs(m[0][i]);
        }
        for (int k = 0; k < 2; k++) {
          OptimizerKernels kernels = k == 0 ? SCALAR : vector;
          kernels.condition(c, g, 2, conditioned[k], 0, length);
          kernels.adam(c, p[k], 1, g, 2, m[k], 3, v[k], 0, length);
        }
        assertSame(conditioned[1], conditioned[0], "conditioned");
        assertSame(p[1], p[0], "p");
        assertSame(m[1], m[0], "m");
        assertSame(v[1], v[0], "v");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("widths")
  void codes(Widths.OptimizerWidth width) {
    OptimizerKernels vector = width.kernels();
    for (Codebook codebook : Codebook.all()) {
      for (int blockSize : new int[] {128, 256, 64}) {
        BlockwiseCodebook format = new BlockwiseCodebook(codebook, blockSize);
        for (int length : LENGTHS) {
          float[] x = noise(length + 1, length);
          if (length > 300) {
            Arrays.fill(x, 1, 1 + 256, 0);
          }
          checkCodes(vector, format, x, length);
        }
        checkCodes(vector, format, anything(10001, 4), 10000);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("widths")
  void codesOnAndAroundEveryMidpoint(Widths.OptimizerWidth width) {
    OptimizerKernels vector = width.kernels();
    for (Codebook codebook : Codebook.all()) {
      float[] x = new float[129];
      x[128] = 1; // the block maximum, so that values are compared as they are
      for (int i = 0; i < 15; i++) {
        x[1 + 4 * i] = codebook.midpoint(i);
        x[2 + 4 * i] = Math.nextUp(codebook.midpoint(i));
        x[3 + 4 * i] = Math.nextDown(codebook.midpoint(i));
        x[4 + 4 * i] = codebook.value(i);
      }
      checkCodes(vector, new BlockwiseCodebook(codebook, 128), x, 128);
    }
  }

  /** At many scales, subnormal ones included: the floats around {@code midpoint * scale}, on both sides of where the division rounds. */
  @ParameterizedTest
  @MethodSource("widths")
  void codesAroundEveryMidpointAtManyScales(Widths.OptimizerWidth width) {
    OptimizerKernels vector = width.kernels();
    SplittableRandom random = new SplittableRandom(11);
    for (Codebook codebook : Codebook.all()) {
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
        checkCodes(vector, new BlockwiseCodebook(codebook, 128), x, 128);
      }
    }
  }

  /** As near to every midpoint as a product with the scale's reciprocal can be without being doubted, and nothing nearer. */
  @ParameterizedTest
  @MethodSource("widths")
  void codesAFewUlpsFromEveryMidpoint(Widths.OptimizerWidth width) {
    SplittableRandom random = new SplittableRandom(12);
    for (Codebook codebook : List.of(Codebook.LINEAR_4, Codebook.SIGNED_DYNAMIC_4)) {
      for (int round = 0; round < 3000; round++) {
        float scale = (1 + random.nextFloat()) * (float) Math.pow(2, random.nextInt(-102, 103)); // beyond where reciprocals are used, too
        float[] x = new float[129];
        x[1] = scale;
        for (int i = 0; i < 15; i++) {
          int near = Float.floatToRawIntBits(codebook.midpoint(i) * scale);
          for (int k = 0; k < 8; k++) {
            x[2 + 8 * i + k] = Float.intBitsToFloat(near + (k < 4 ? k + 4 : -k));
          }
        }
        checkCodes(width.kernels(), new BlockwiseCodebook(codebook, 128), x, 128);
      }
    }
  }

  private static void checkCodes(OptimizerKernels vector, BlockwiseCodebook format, float[] x, int length) {
    byte[][] packed = new byte[2][format.codebook().bytes(length) + 1];
    float[][] scales = new float[2][format.blocks(length) + 1];
    float[][] back = new float[2][length + 1];
    for (int k = 0; k < 2; k++) {
      OptimizerKernels kernels = k == 0 ? SCALAR : vector;
      kernels.encode(format, x, 1, length, packed[k], 1, scales[k], 1);
      kernels.decode(format, packed[k], 1, scales[k], 1, back[k], 1, length);
    }
    assertThat(Arrays.mismatch(packed[1], packed[0])).as("%s x %s", format, length).isEqualTo(-1);
    assertSame(scales[1], scales[0], "scales");
    assertSame(back[1], back[0], "back");
  }

  @ParameterizedTest
  @MethodSource("widths")
  void codesWithAScaleToEveryElement(Widths.OptimizerWidth width) {
    OptimizerKernels vector = width.kernels();
    for (Codebook codebook : Codebook.all()) {
      for (int length : LENGTHS) {
        float[] x = noise(length + 1, length);
        float[] scales = new float[length + 2];
        for (int i = 0; i < length; i++) {
          scales[2 + i] = i % 7 == 0 ? Math.abs(x[1 + i]) : Math.abs(x[1 + i]) * (1 + i % 5);
          x[1 + i] = i % 31 == 0 ? 0 : x[1 + i];
          scales[2 + i] = i % 62 == 0 ? 0 : scales[2 + i];
        }
        checkElementCodes(vector, codebook, x, scales, length);
      }
      checkElementCodes(vector, codebook, anything(10001, 4), anything(10002, 5), 10000);
      float[] tooLarge = new float[65];
      Arrays.fill(tooLarge, 3);
      float[] ones = new float[66];
      Arrays.fill(ones, 1);
      checkElementCodes(vector, codebook, tooLarge, ones, 64);
    }
  }

  private static void checkElementCodes(OptimizerKernels vector, Codebook codebook, float[] x, float[] scales, int length) {
    byte[][] packed = new byte[2][codebook.bytes(length) + 2];
    float[][] back = new float[2][length + 1];
    for (int k = 0; k < 2; k++) {
      OptimizerKernels kernels = k == 0 ? SCALAR : vector;
      kernels.encode(codebook, x, 1, length, scales, 2, packed[k], 1);
      kernels.decode(codebook, packed[k], 1, scales, 2, back[k], 1, length);
    }
    assertThat(Arrays.mismatch(packed[1], packed[0])).as("%s x %s", codebook, length).isEqualTo(-1);
    assertSame(back[1], back[0], "back");
  }

  @ParameterizedTest
  @MethodSource("widths")
  void maximaAndLimits(Widths.OptimizerWidth width) {
    for (int length : LENGTHS) {
      float[] x = length == 1000 ? anything(length + 3, 8) : noise(length + 3, length);
      float[][] maxima = new float[2][length + 1];
      float[][] scales = new float[2][length + 2];
      float[] largest = new float[2];
      for (int k = 0; k < 2; k++) {
        OptimizerKernels kernels = k == 0 ? SCALAR : width.kernels();
        for (int i = 0; i < length; i++) {
          maxima[k][1 + i] = i % 3 * .4f;
        }
        largest[k] = kernels.raiseMaxima(x, 3, length, maxima[k], 1);
        kernels.limitScales(.7f, maxima[k], 1, scales[k], 2, length);
      }
      assertSame(maxima[1], maxima[0], "maxima");
      assertSame(scales[1], scales[0], "scales");
      assertThat(largest[1]).isEqualTo(largest[0]);
    }
  }

  @ParameterizedTest
  @MethodSource("widths")
  void nothingIsWrittenBeforeRangesAreChecked(Widths.OptimizerWidth width) {
    OptimizerKernels vector = width.kernels();
    BlockwiseCodebook format = new BlockwiseCodebook(Codebook.LINEAR_4, 128);
    float[] x = noise(256, 1);
    byte[] packed = new byte[128];
    float[] scales = new float[1];
    assertThatThrownBy(() -> vector.encode(format, x, 0, 256, packed, 0, scales, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> vector.encode(Codebook.LINEAR_4, x, 0, 256, scales, 0, packed, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(packed).containsOnly(0);
    assertThat(scales).containsOnly(0);
    float[] target = new float[10];
    assertThatThrownBy(() -> vector.condition(new AdamCoefficients(), x, 0, target, 0, 11)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(target).containsOnly(0);
  }

  @ParameterizedTest
  @MethodSource("widths")
  void squaresAreThoseOfOneChunk(Widths.OptimizerWidth width) {
    assertThatThrownBy(() -> width.kernels().squaresClipped(new float[OptimizerKernels.CHUNK + 1], 0, OptimizerKernels.CHUNK + 1, 1, 1))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("length = 4097: expected at most 4096, the elements of one chunk");
  }

  /** Any NaN equals any other. */
  private static void assertSame(float[] actual, float[] expected, String what) {
    for (int i = 0; i < expected.length; i++) {
      if (Float.floatToIntBits(actual[i]) != Float.floatToIntBits(expected[i])) {
        throw new AssertionError("%s[%d] = %s, expected %s".formatted(what, i, actual[i], expected[i]));
      }
    }
  }
}
