package io.github.fp4j.bridge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Hadamard;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.RaggedRows;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.block.StochasticRounding;
import io.github.fp4j.formats.block.StochasticRounding.Arithmetic;
import io.github.fp4j.formats.block.StochasticRounding.ByteOrder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every block operation of the {@code cuda} backend as {@link KernelsOnCpu} runs it, against the reference, byte for byte. */
class CudaBlocksTest {
  private static final BlockKernels REFERENCE = Backends.byName("reference").blocks().orElseThrow();

  @TempDir private Path folder;

  /** Rows with a gap between them and before the first; magnitudes of many binades, zeros, and a NaN and an infinity where {@code special}. */
  private static FloatRows matrix(int rows, int columns, boolean special) {
    Random random = new Random(31L * rows + columns);
    float[] values = new float[rows * (columns + 1) + 7];
    for (int i = 0; i < values.length; i++) {
      values[i] = (random.nextFloat() - 0.5f) * (i % 16 == 0 ? 0 : 1 << i % 24);
    }
    FloatRows matrix = new FloatRows(values, 2, columns + 1, rows, columns);
    if (special) {
      values[matrix.index(rows / 2, columns / 2)] = Float.NaN;
      values[matrix.index(rows - 1, columns - 1)] = Float.NEGATIVE_INFINITY;
    }
    return matrix;
  }

  @Test
  void everySupportedProfileGivesTheReferencesBytes() throws IOException {
    int profiles = 0;
    try (KernelsOnCpu gpu = KernelsOnCpu.running(folder, 9, 0)) {
      BlockKernels device = new CudaBlocks(gpu.kernels, gpu.stream);
      for (QuantizationProfile profile : Profiles.all()) {
        if (device.supports(profile)) {
          boolean pads = profile.raggedRows() == RaggedRows.PAD_WITH_ZEROS;
          same(device, profile, matrix(64, 128, false));
          same(device, profile, matrix(64, 64, true));
          same(device, profile, pads ? matrix(3, 37, false) : matrix(128, 64, false));
          profiles++;
        }
      }
      for (ScaleLayout layout : ScaleLayout.values()) {
        sameLayout(device, layout, 130, 5);
      }
      gpu.kernels.close();
      assertThat(gpu.fake.live()).as("the context and its stream").isEqualTo(2);
    }
    long possible = Profiles.all().stream().filter(profile -> profile.isCpuExact() && !profile.id().equals("gfloat")).count(); // which refuses NaN
    assertThat(profiles).isEqualTo((int) possible).isEqualTo(24);
  }

  private static void same(BlockKernels device, QuantizationProfile profile, FloatRows from) {
    float amax = REFERENCE.amax(profile, from);
    assertThat(Float.valueOf(device.amax(profile, from))).as("amax, %s", profile).isEqualTo(Float.valueOf(amax));
    float t = profile.tensorScaleOf(Float.isNaN(amax) ? 3 : amax);
    int rows = from.rows();
    int columns = from.columns();
    compare(profile, "rows", rows, columns, (kernels, to, other) -> kernels.quantize(profile, t, from, to), device);
    compare(profile, "tiles", rows, columns, (kernels, to, other) -> kernels.quantizeTiles(profile, t, from, to), device);
    compare(profile, "transposed", columns, rows, (kernels, to, other) -> kernels.quantizeTransposed(profile, t, from, to), device);
    compare(profile, "both", rows, columns, (kernels, to, other) -> kernels.quantizeBoth(profile, t, from, to, other), device);

    int stored = profile.storedColumns("columns", columns);
    BlockRows right = BlockRows.allocate(profile.format(), rows, stored);
    REFERENCE.quantize(profile, t, from, right);
    float[] restored = new float[rows * columns];
    float[] expected = new float[rows * columns];
    REFERENCE.dequantize(profile, t, right, FloatRows.of(expected, rows, columns));
    device.dequantize(profile, t, right, FloatRows.of(restored, rows, columns));
    assertThat(restored).as("restored, %s", profile).isEqualTo(expected);

    for (Blocking blocking : Blocking.values()) {
      BlockTensor whole = device.quantize(profile, blocking, from);
      BlockTensor model = REFERENCE.quantize(profile, blocking, from);
      assertThat(Float.valueOf(whole.tensorScale())).as("tensor scale, %s", profile).isEqualTo(Float.valueOf(model.tensorScale()));
      assertThat(whole.scales()).as("scales of the whole, %s, %s", profile, blocking).isEqualTo(model.scales());
      assertThat(whole.codes()).as("codes of the whole, %s, %s", profile, blocking).isEqualTo(model.codes());
    }
  }

  private interface Operation {
    void run(BlockKernels kernels, BlockRows to, BlockRows transposed);
  }

  private static void compare(QuantizationProfile profile, String what, int rows, int columns, Operation operation, BlockKernels device) {
    Rooms right = new Rooms(profile, rows, columns);
    Rooms actual = new Rooms(profile, rows, columns);
    operation.run(REFERENCE, right.to, right.transposed);
    operation.run(device, actual.to, actual.transposed);
    assertThat(actual.to.scales()).as("scales, %s, %s", profile, what).isEqualTo(right.to.scales());
    assertThat(actual.to.codes()).as("codes, %s, %s", profile, what).isEqualTo(right.to.codes());
    assertThat(actual.transposed.scales()).as("other scales, %s, %s", profile, what).isEqualTo(right.transposed.scales());
    assertThat(actual.transposed.codes()).as("other codes, %s, %s", profile, what).isEqualTo(right.transposed.codes());
  }

  /** Room for a matrix and its transpose, a gap after every row. */
  private record Rooms(BlockRows to, BlockRows transposed) {
    Rooms(QuantizationProfile profile, int rows, int columns) {
      this(room(profile, rows, columns), room(profile, columns, rows));
    }

    private static BlockRows room(QuantizationProfile profile, int rows, int columns) {
      int stored = Math.ceilDiv(columns, profile.rowMultiple()) * profile.rowMultiple();
      int codes = profile.format().codeBytesPerRow(stored) + 1;
      int scales = profile.format().blocksPerRow(stored) + 3;
      return new BlockRows(new byte[rows * codes + 1], 1, codes, new byte[rows * scales + 2], 2, scales);
    }
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

  @Test
  void stochasticRoundingTakesTheSameBits() throws IOException {
    for (int major : new int[] {9, 10}) { // 10.0 has cvt.rs
      int compared = 0;
      try (KernelsOnCpu gpu = KernelsOnCpu.running(folder.resolve("sm" + major), major, 0)) {
        BlockKernels device = new CudaBlocks(gpu.kernels, gpu.stream);
        FloatRows from = matrix(5, 64, true);
        for (QuantizationProfile profile : Profiles.all()) {
          float t = profile.tensorScaleOf(1000);
          for (Arithmetic arithmetic : Arithmetic.values()) {
            for (ByteOrder order : ByteOrder.values()) {
              StochasticRounding rounding = new StochasticRounding(arithmetic, order, 0x0123_4567_89AB_CDEFL, -7);
              boolean refuses = profile.id().equals("gfloat");
              assertThat(device.supports(profile, rounding)).as("%s", profile).isEqualTo(REFERENCE.supports(profile, rounding) && !refuses);
              if (device.supports(profile, rounding)) {
                compare(
                    profile, rounding.toString(), 5, 64,
                    (kernels, to, other) -> kernels.quantizeStochastic(profile, t, rounding, (5L << 32) - 3, 67, from, to), device);
                compare(profile, rounding.toString(), 5, 64, (kernels, to, other) -> kernels.quantizeStochastic(profile, t, rounding, 64, 64, from, to), device);
                compared++;
              }
            }
          }
        }
      }
      assertThat(compared).isEqualTo(16 * 3 * 2);
    }
  }

  @Test
  void transformsAreTheModels() throws IOException {
    try (KernelsOnCpu gpu = KernelsOnCpu.running(folder, 9, 0)) {
      BlockKernels device = new CudaBlocks(gpu.kernels, gpu.stream);
      for (Hadamard transform : List.of(Hadamard.TRANSFORMER_ENGINE, Hadamard.plain(16))) {
        FloatRows right = matrix(9, 80, false);
        FloatRows actual = matrix(9, 80, false);
        REFERENCE.hadamard(transform, right);
        device.hadamard(transform, actual);
        assertThat(actual.values()).isEqualTo(right.values());
      }
      illegal("transform of 32 to float32: expected one of 16 to float32 or bf16", () -> device.hadamard(Hadamard.plain(32), matrix(1, 32, false)));
      illegal("columns = 24 is not a multiple of the transform's size 16", () -> device.hadamard(Hadamard.plain(16), matrix(1, 24, false)));
      assertThat(device.supports(new Hadamard(16, List.of(0L), FloatFormat.FP16))).isFalse();
    }
  }

  @Test
  void badArgumentsNeverReachTheDriver() throws IOException {
    try (KernelsOnCpu gpu = KernelsOnCpu.running(folder, 9, 0)) {
      BlockKernels device = new CudaBlocks(gpu.kernels, gpu.stream);
      QuantizationProfile te = Profiles.TE_2_15;
      FloatRows from = matrix(2, 32, false);
      BlockRows room = BlockRows.allocate(te.format(), 2, 32);
      illegal("columns = 20 is not a multiple of 16", () -> device.quantize(te, 1, matrix(2, 20, false), room));
      illegal("rows = 2 is not a multiple of 16", () -> device.quantizeTiles(te, 1, from, room));
      illegal("rows = 2 is not a multiple of 16", () -> device.quantizeTransposed(te, 1, from, room));
      illegal("profile gfloat (mxfp4): cuda does not have it", () -> device.quantize(Profiles.byId("gfloat"), 1, from, room));
      assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> device.quantize(te, 1, from, room.fromRow(1)));
      assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> device.dequantize(te, 1, room.fromRow(1), from));
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> device.swizzle(ScaleLayout.SWIZZLED_8X4, 8, 4, new byte[31], 0, new byte[32], 0));
      assertThat(gpu.fake.launches()).isZero();
      assertThat(room.codes()).containsOnly(0);
      assertThat(gpu.fake.live()).isEqualTo(2);
    }
  }

  @Test
  void aCallThatFailsAtAnyPlaceFreesWhatItAllocated() throws IOException {
    FloatRows from = matrix(16, 32, false);
    QuantizationProfile te = Profiles.TE_2_15;
    List<String> functions = List.of("cuMemAlloc_v2", "cuMemcpyHtoDAsync_v2", "cuStreamSynchronize", "cuLaunchKernelEx", "cuMemcpyDtoHAsync_v2");
    int failures = 0;
    try (KernelsOnCpu gpu = KernelsOnCpu.running(folder, 9, 0)) {
      BlockKernels device = new CudaBlocks(gpu.kernels, gpu.stream);
      BlockRows room = BlockRows.allocate(te.format(), 16, 32);
      device.quantizeBoth(te, 1, from, room, BlockRows.allocate(te.format(), 32, 16)); // the module is loaded
      long live = gpu.fake.live();
      for (String function : functions) {
        for (int after = 0; ; after++) {
          gpu.fake.fail(function, 700, after);
          try {
            device.quantizeBoth(te, 1, from, room, BlockRows.allocate(te.format(), 32, 16));
            break; // that many calls it does not make
          } catch (CudaException e) {
            assertThat(e).hasMessageContaining(function);
            assertThat(gpu.fake.live()).as("%s, call %s", function, after).isEqualTo(live);
            failures++;
          }
        }
        gpu.fake.fail("none", 0, 0);
      }
    }
    assertThat(failures).isEqualTo(6 + 2 + 6 + 1 + 4);
  }

  private static void illegal(String message, ThrowingCallable call) {
    assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining(message);
  }
}
