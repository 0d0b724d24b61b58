package io.github.fp4j.bridge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.CodedAdam;
import io.github.fp4j.backend.CodedAdam.Moment;
import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import io.github.fp4j.formats.codebook.Codebook;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Updates of moments in codes as {@link KernelsOnCpu} runs them: against the definition bit for bit, and what is refused before anything is launched. */
class CudaCodedAdamTest {
  private static final int BLOCKS = 3;
  private static final CodedAdam DEFINITION = CodedAdam.inTurn(Backends.byName("reference").optimizers().orElseThrow());
  private static final BlockwiseCodebook SIGNED_4 = DeviceAdam4Bit.FIRST;
  private static final BlockwiseCodebook LINEAR_4 = DeviceAdam4Bit.SECOND;

  private final AdamCoefficients coefficients = new AdamCoefficients();
  @TempDir private Path folder;
  private KernelsOnCpu gpu;
  private CodedAdam device;

  @BeforeEach
  void open() throws IOException {
    gpu = KernelsOnCpu.running(folder, 9, 0);
    device = new CudaOptimizers(gpu.kernels, gpu.stream).codedAdam().orElseThrow();
    coefficients.gain = 1.9f;
    coefficients.beta1 = .9f;
    coefficients.oneMinusBeta1 = .1f;
    coefficients.beta2 = .999f;
    coefficients.oneMinusBeta2 = .001f;
    coefficients.stepSize = .01f;
    coefficients.epsilon = 1e-8f;
  }

  @AfterEach
  void close() {
    gpu.close();
  }

  private static float[] noise(int length, long seed) {
    Random random = new Random(seed);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static Moment zero(BlockwiseCodebook format, int length) {
    int code = format.codebook().zeroCode();
    byte[] packed = new byte[format.codebook().bytes(length)];
    Arrays.fill(packed, (byte) (format.codebook().bits() == 4 ? code << 4 | code : code));
    return new Moment(format, packed, new float[format.blocks(length)]);
  }

  /** Steps over all of a tensor, then over a part of it that begins inside: parameters and moments, the rest of which must stay. */
  private int compare(BlockwiseCodebook first, BlockwiseCodebook second, long launchesOfStep) {
    int size = first.blockSize();
    int length = BLOCKS * size - 5;
    CodedAdam[] sides = {DEFINITION, device};
    float[][] p = {noise(length + 3, 1), noise(length + 3, 1)};
    Moment[] m = {zero(first, length), zero(first, length)};
    Moment[] v = {zero(second, length), zero(second, length)};
    int[][] parts = {{0, length}, {size, size}, {2 * size, size - 5}, {size, 0}};
    for (int step = 0; step < parts.length; step++) {
      int from = parts[step][0];
      int count = parts[step][1];
      float[] gradient = noise(length + 2, 10 + step);
      long launched = gpu.fake.launches();
      for (int side = 0; side < 2; side++) {
        sides[side].adam(coefficients, p[side], 3 + from, gradient, 2 + from, m[side], v[side], from, count);
      }
      assertThat(gpu.fake.launches() - launched).isEqualTo(count == 0 ? 0 : launchesOfStep);
      assertThat(p[1]).isEqualTo(p[0]);
      assertThat(m[1].packed()).isEqualTo(m[0].packed());
      assertThat(m[1].scales()).isEqualTo(m[0].scales()).doesNotContain(0);
      assertThat(v[1].packed()).isEqualTo(v[0].packed());
      assertThat(v[1].scales()).isEqualTo(v[0].scales()).doesNotContain(0);
    }
    return parts.length;
  }

  private int compareEveryCodebook(int blockSize) {
    int compared = 0;
    for (Codebook codebook : Codebook.all()) {
      boolean atOnce = blockSize == 128 && codebook.bits() == 4;
      compared += compare(new BlockwiseCodebook(codebook, blockSize), new BlockwiseCodebook(Codebook.LINEAR_4, blockSize), atOnce ? 1 : 5);
    }
    return compared;
  }

  @Test
  void bitsAreThoseOfTheDefinition() {
    int compared = compareEveryCodebook(128);
    long before = gpu.fake.live(); // kernels stay loaded
    compared += compareEveryCodebook(64) + compareEveryCodebook(128);
    assertThat(compared).isEqualTo(3 * 5 * 4);
    assertThat(gpu.fake.live()).as("native objects left").isEqualTo(before);
  }

  private static Moment moment(BlockwiseCodebook format, int bytes, int scales) {
    return new Moment(format, new byte[bytes], new float[scales]);
  }

  @Test
  void whatDoesNotFitIsRefusedBeforeALaunch() {
    int length = 256;
    float[] p = new float[length];
    float[] g = noise(length, 1);
    Moment first = moment(SIGNED_4, length / 2, 2);
    Moment second = moment(LINEAR_4, length / 2, 2);
    Moment small = moment(new BlockwiseCodebook(Codebook.LINEAR_4, 64), length / 2, 4);
    Moment odd = moment(new BlockwiseCodebook(Codebook.LINEAR_4, 96), length / 2, 3);
    refused("blocks of 128 and 64 elements: expected one size that divides 4096", () -> device.adam(coefficients, p, 0, g, 0, first, small, 0, length));
    refused("blocks of 96 and 96 elements: expected one size that divides 4096", () -> device.adam(coefficients, p, 0, g, 0, odd, odd, 0, length));
    refused("from = 64: expected a multiple of the block size 128", () -> device.adam(coefficients, p, 0, g, 0, first, second, 64, 64));

    Moment fewCodes = moment(LINEAR_4, length / 2 - 1, 2);
    Moment fewScales = moment(LINEAR_4, length / 2, 1);
    outOfRange(() -> device.adam(coefficients, p, 1, g, 0, first, second, 0, length));
    outOfRange(() -> device.adam(coefficients, p, 0, g, 1, first, second, 0, length));
    outOfRange(() -> device.adam(coefficients, p, -1, g, 0, first, second, 0, 1));
    outOfRange(() -> device.adam(coefficients, p, 0, g, -1, first, second, 0, 1));
    outOfRange(() -> device.adam(coefficients, p, 0, g, 0, first, second, 0, -1));
    outOfRange(() -> device.adam(coefficients, p, 0, g, 0, first, second, 128, 129));
    outOfRange(() -> device.adam(coefficients, p, 0, g, 0, first, second, -128, 128));
    for (Moment few : new Moment[] {fewCodes, fewScales}) {
      outOfRange(() -> device.adam(coefficients, p, 0, g, 0, few, second, 0, length));
      outOfRange(() -> device.adam(coefficients, p, 0, g, 0, first, few, 0, length));
    }
    assertThat(gpu.fake.launches()).isZero();
    assertThat(p).containsOnly(0);
    for (Moment moment : new Moment[] {first, second, small, odd, fewCodes, fewScales}) {
      assertThat(moment.packed()).containsOnly((byte) 0);
      assertThat(moment.scales()).containsOnly(0);
    }
  }

  private static void refused(String message, ThrowingCallable call) {
    assertThatIllegalArgumentException().isThrownBy(call).withMessage(message);
  }

  private static void outOfRange(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
