package io.github.fp4j.bridge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Block kernels launched from Java on the fake driver, which runs them on the CPU, against the reference bit for bit. */
class CudaBlocksTest {
  private static final BlockKernels REFERENCE = Backends.byName("reference").blocks().orElseThrow();

  @TempDir private Path folder;

  @Test
  void everySupportedProfileGivesTheReferencesBytes() throws IOException {
    assumeTrue(System.getProperty("os.name").equals("Linux"), "NOT RUN: the kernels' execution model on the CPU needs Linux");
    Nvrtc nvrtc = Nvidia.present(Nvrtc.find());
    try (FakeDriver fake = FakeDriver.install(folder)) {
      CudaGemmsTest.runKernelsOnCpu(fake);
      int profiles = 0;
      try (CudaContext context = fake.device().primaryContext();
          CudaStream stream = context.createStream();
          DeviceKernels kernels = new DeviceKernels(context, nvrtc, CubinCache.ofUser())) {
        BlockKernels device = new CudaBlocks(kernels, stream);
        for (QuantizationProfile profile : Profiles.all()) {
          if (device.supports(profile)) {
            same(device, profile, 3, 96);
            same(device, profile, 1, 32);
            profiles++;
          }
        }
        for (ScaleLayout layout : ScaleLayout.values()) {
          sameLayout(device, layout, 130, 5);
        }
      }
      assertThat(profiles).isEqualTo(21);
      assertThat(fake.live()).isZero();
    }
  }

  private static void same(BlockKernels device, QuantizationProfile profile, int rows, int columns) {
    Random random = new Random(rows);
    float[] values = new float[rows * (columns + 1) + 7];
    for (int i = 0; i < values.length; i++) {
      values[i] = (random.nextFloat() - 0.5f) * (i % 16 == 0 ? 0 : 1 << i % 24);
    }
    FloatRows from = new FloatRows(values, 2, columns + 1, rows, columns);
    float amax = REFERENCE.amax(profile, from);
    assertThat(device.amax(profile, from)).isEqualTo(amax);
    float tensorScale = profile.tensorScaleOf(amax);
    BlockRows right = BlockRows.allocate(profile.format(), rows, columns);
    BlockRows actual = BlockRows.allocate(profile.format(), rows, columns);
    REFERENCE.quantize(profile, tensorScale, from, right);
    device.quantize(profile, tensorScale, from, actual);
    assertThat(actual.scales()).as("scales, %s", profile).isEqualTo(right.scales());
    assertThat(actual.codes()).as("codes, %s", profile).isEqualTo(right.codes());
    float[] restored = new float[rows * columns];
    float[] expected = new float[rows * columns];
    REFERENCE.dequantize(profile, tensorScale, right, FloatRows.of(expected, rows, columns));
    device.dequantize(profile, tensorScale, actual, FloatRows.of(restored, rows, columns));
    assertThat(restored).as("restored, %s", profile).isEqualTo(expected);
  }

  private static void sameLayout(BlockKernels device, ScaleLayout layout, int rows, int columns) {
    byte[] linear = new byte[rows * columns];
    new Random(1).nextBytes(linear);
    byte[] right = new byte[layout.size(rows, columns)];
    byte[] actual = new byte[right.length];
    layout.swizzle(rows, columns, linear, 0, right, 0);
    device.swizzle(layout, rows, columns, linear, 0, actual, 0);
    assertThat(actual).as("%s", layout).isEqualTo(right);
    byte[] back = new byte[linear.length];
    device.unswizzle(layout, rows, columns, actual, 0, back, 0);
    assertThat(back).as("%s back", layout).isEqualTo(linear);
  }
}
