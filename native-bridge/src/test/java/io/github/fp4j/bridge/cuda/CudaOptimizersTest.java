package io.github.fp4j.bridge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import io.github.fp4j.formats.codebook.Codebook;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The optimizer kernels of {@code cuda}, as {@link KernelsOnCpu} runs them, against the reference bit for bit. */
class CudaOptimizersTest {
  private static final OptimizerKernels REFERENCE = Backends.byName("reference").optimizers().orElseThrow();
  private static final int[] LENGTHS = {0, 1, 3, 129, 4099};
  private static final int[] CODES_LENGTHS = {0, 1, 129, 300};

  @TempDir private Path folder;
  private KernelsOnCpu gpu;
  private OptimizerKernels device;

  @BeforeEach
  void open() throws IOException {
    gpu = KernelsOnCpu.running(folder, 9, 0);
    device = new CudaOptimizers(gpu.kernels, gpu.stream);
  }

  @AfterEach
  void close() {
    gpu.close();
  }

  private static float[] noise(int length, long seed) {
    Random random = new Random(seed);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextInt(9) == 0 ? 0 : (float) random.nextGaussian();
    }
    return values;
  }

  private static float[] magnitudes(float[] values) {
    float[] all = values.clone();
    for (int i = 0; i < all.length; i++) {
      all[i] = Math.abs(all[i]);
    }
    return all;
  }

  private static AdamCoefficients coefficients(boolean lerp) {
    AdamCoefficients c = new AdamCoefficients();
    c.threshold = 1.5f;
    c.ratio = .25f;
    c.gain = 1.9f;
    c.decay = .999f;
    c.lerp = lerp;
    c.beta1 = .9f;
    c.oneMinusBeta1 = .1f;
    c.beta2 = .999f;
    c.oneMinusBeta2 = .001f;
    c.stepSize = .01f;
    c.inverseRootCorrection2 = 1.7f;
    c.epsilon = 1e-8f;
    return c;
  }

  @Test
  void statisticsAndUpdates() {
    for (int length : LENGTHS) {
      float[] g = noise(length + 2, length);
      int chunks = Math.ceilDiv(length, OptimizerKernels.CHUNK);
      int[][] magnitudes = new int[2][chunks + 1];
      double[][] squares = new double[2][chunks + 1];
      float[][] p = {noise(length + 1, 6), noise(length + 1, 6)};
      float[][] m = {noise(length + 3, 7), noise(length + 3, 7)};
      float[][] v = {magnitudes(noise(length, 8)), magnitudes(noise(length, 8))};
      float[][] conditioned = new float[2][length + 1];
      double[] clipped = new double[2];
      int[] above = new int[2];
      for (int k = 0; k < 2; k++) {
        OptimizerKernels kernels = k == 0 ? REFERENCE : device;
        kernels.scan(g, 2, length, magnitudes[k], squares[k], 1);
        clipped[k] = kernels.squaresClipped(g, 2, Math.min(length, OptimizerKernels.CHUNK), 1, .3f);
        above[k] = kernels.countAbove(g, 2, length, 1);
        for (boolean lerp : new boolean[] {false, true}) {
          kernels.condition(coefficients(lerp), g, 2, conditioned[k], 1, length);
          kernels.adam(coefficients(lerp), p[k], 1, g, 2, m[k], 3, v[k], 0, length);
        }
      }
      assertThat(magnitudes[1]).isEqualTo(magnitudes[0]);
      assertThat(squares[1]).isEqualTo(squares[0]);
      assertThat(clipped[1]).isEqualTo(clipped[0]);
      assertThat(above[1]).isEqualTo(above[0]);
      assertThat(conditioned[1]).isEqualTo(conditioned[0]);
      assertThat(p[1]).isEqualTo(p[0]);
      assertThat(m[1]).isEqualTo(m[0]);
      assertThat(v[1]).isEqualTo(v[0]);
    }
  }

  @Test
  void codes() {
    int compared = 0;
    for (Codebook codebook : Codebook.all()) {
      for (int length : CODES_LENGTHS) {
        float[] x = noise(length + 1, length);
        BlockwiseCodebook format = new BlockwiseCodebook(codebook, 128);
        float[] elementScales = magnitudes(noise(length, 4));
        byte[][] packed = new byte[2][codebook.bytes(length) + 1];
        byte[][] packedByElement = new byte[2][codebook.bytes(length) + 1];
        float[][] scales = new float[2][format.blocks(length) + 2];
        float[][] back = new float[2][length + 1];
        float[][] backByElement = new float[2][length + 1];
        for (int k = 0; k < 2; k++) {
          OptimizerKernels kernels = k == 0 ? REFERENCE : device;
          kernels.encode(format, x, 1, length, packed[k], 1, scales[k], 2);
          kernels.decode(format, packed[k], 1, scales[k], 2, back[k], 1, length);
          kernels.encode(codebook, x, 1, length, elementScales, 0, packedByElement[k], 1);
          kernels.decode(codebook, packedByElement[k], 1, elementScales, 0, backByElement[k], 1, length);
        }
        assertThat(packed[1]).isEqualTo(packed[0]);
        assertThat(scales[1]).isEqualTo(scales[0]);
        assertThat(back[1]).isEqualTo(back[0]);
        assertThat(packedByElement[1]).isEqualTo(packedByElement[0]);
        assertThat(backByElement[1]).isEqualTo(backByElement[0]);
        compared++;
      }
    }
    assertThat(compared).isEqualTo(5 * CODES_LENGTHS.length);
  }

  @Test
  void maximaAndLimits() {
    for (int length : LENGTHS) {
      float[] x = noise(length + 1, length);
      float[][] maxima = {magnitudes(noise(length + 2, 3)), magnitudes(noise(length + 2, 3))};
      float[][] scales = new float[2][length + 1];
      float[] largest = new float[2];
      for (int k = 0; k < 2; k++) {
        OptimizerKernels kernels = k == 0 ? REFERENCE : device;
        largest[k] = kernels.raiseMaxima(x, 1, length, maxima[k], 2);
        kernels.limitScales(.7f, maxima[k], 2, scales[k], 1, length);
      }
      assertThat(maxima[1]).isEqualTo(maxima[0]);
      assertThat(scales[1]).isEqualTo(scales[0]);
      assertThat(largest[1]).isEqualTo(largest[0]);
    }
  }

  /** Moments that stay on the device, against decode, adam, encode of the reference, for some steps. */
  @Test
  void momentsOfFourBitsStayOnTheDevice() {
    long before = gpu.fake.live();
    for (int length : new int[] {1, 127, 1285}) {
      float[] p = noise(length, 1);
      byte[] firstCodes = new byte[DeviceAdam4Bit.FIRST.codebook().bytes(length)];
      byte[] secondCodes = new byte[firstCodes.length];
      float[] firstScales = new float[DeviceAdam4Bit.FIRST.blocks(length)];
      float[] secondScales = new float[firstScales.length];
      float[] m = new float[length];
      float[] v = new float[length];
      try (DeviceScratch scratch = new DeviceScratch(gpu.context, gpu.stream);
          DeviceAdam4Bit adam = new DeviceAdam4Bit(new DeviceKernels(gpu.context, KernelsOnCpu.NAMES), gpu.stream, length)) {
        DeviceRange parameters = scratch.upload(p);
        for (int t = 1; t <= 3; t++) {
          AdamCoefficients c = coefficients(t % 2 == 0);
          float[] g = noise(length, 10 + t);
          adam.step(c, parameters, scratch.upload(g));
          REFERENCE.adam(c, p, 0, g, 0, m, 0, v, 0, length);
          REFERENCE.encode(DeviceAdam4Bit.FIRST, m, 0, length, firstCodes, 0, firstScales, 0);
          REFERENCE.encode(DeviceAdam4Bit.SECOND, v, 0, length, secondCodes, 0, secondScales, 0);
          REFERENCE.decode(DeviceAdam4Bit.FIRST, firstCodes, 0, firstScales, 0, m, 0, length);
          REFERENCE.decode(DeviceAdam4Bit.SECOND, secondCodes, 0, secondScales, 0, v, 0, length);
          assertThat(adam.firstMoment()).isEqualTo(m);
          assertThat(adam.secondMoment()).isEqualTo(v);
        }
        float[] updated = new float[length];
        scratch.download(parameters, FloatRows.of(updated, 1, length));
        assertThat(updated).isEqualTo(p);
        DeviceRange other = scratch.zeros(4L * length + 4);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> adam.step(coefficients(true), other, parameters))
            .withMessage("parameters have " + (4L * length + 4) + " bytes: expected " + 4L * length);
      }
    }
    assertThat(gpu.fake.live()).as("native objects left").isEqualTo(before);
  }

  @Test
  void nothingIsWrittenBeforeRangesAreChecked() {
    float[] target = new float[10];
    float[] x = noise(20, 1);
    assertThatThrownBy(() -> device.condition(coefficients(true), x, 0, target, 0, 11)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> device.encode(Codebook.LINEAR_4, x, 0, 20, target, 0, new byte[10], 0)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> device.squaresClipped(new float[5000], 0, 5000, 1, 1))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("length = 5000: expected at most 4096, the elements of one chunk");
    assertThat(target).containsOnly(0);
    assertThat(gpu.fake.launches()).isZero();
  }
}
