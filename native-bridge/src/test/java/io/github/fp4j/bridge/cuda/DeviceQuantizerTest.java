package io.github.fp4j.bridge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Hadamard;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What never leaves the device between a matrix and the operand of a product: transforms, largest magnitudes, tensor scales and codes, scales in the tensor cores' layout. */
class DeviceQuantizerTest {
  private static final BlockKernels REFERENCE = Backends.byName("reference").blocks().orElseThrow();
  private static final int ROWS = 48;
  private static final int COLUMNS = 96;

  @TempDir private Path folder;
  private KernelsOnCpu gpu;
  private DeviceQuantizer quantizer;
  private DeviceScratch scratch;

  @BeforeEach
  void open() throws IOException {
    gpu = KernelsOnCpu.running(folder, 9, 0);
    quantizer = new DeviceQuantizer(gpu.kernels, gpu.stream);
    scratch = new DeviceScratch(gpu.context, gpu.stream);
  }

  @AfterEach
  void close() {
    scratch.close();
    gpu.close();
  }

  private static float[] values() {
    Random random = new Random(5);
    float[] values = new float[ROWS * COLUMNS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian() * (1 << i % 7);
    }
    return values;
  }

  private static float[] transposed(float[] values, int rows, int columns) {
    float[] to = new float[values.length];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        to[column * rows + row] = values[row * columns + column];
      }
    }
    return to;
  }

  private DeviceBlocks room(QuantizationProfile profile, int rows, int columns, ScaleLayout layout) {
    int stored = profile.storedColumns("columns", columns);
    int blocks = profile.format().blocksPerRow(stored);
    DeviceRange codes = scratch.allocate((long) rows * profile.format().codeBytesPerRow(stored));
    DeviceRange scales = scratch.allocate(layout.size(rows, blocks));
    return DeviceBlocks.of(profile, rows, stored, layout, codes.buffer(), scales.buffer());
  }

  @Test
  void transformedTensorsAreQuantisedAsTheModelsDoItInSteps() {
    int compared = 0;
    for (QuantizationProfile profile : List.of(Profiles.TE_2_15, Profiles.TORCHAO, Profiles.OCP_MX)) {
      for (Hadamard transform : List.of(Hadamard.TRANSFORMER_ENGINE, Hadamard.plain(16))) {
        for (ScaleLayout layout : ScaleLayout.values()) {
          for (boolean alongColumns : new boolean[] {false, true}) {
            same(profile, transform, layout, alongColumns);
            compared++;
          }
        }
      }
    }
    assertThat(compared).isEqualTo(3 * 2 * 3 * 2);
  }

  private void same(QuantizationProfile profile, Hadamard transform, ScaleLayout layout, boolean alongColumns) {
    float[] values = values();
    float[] rotated = alongColumns ? transposed(values, ROWS, COLUMNS) : values.clone();
    int rows = alongColumns ? COLUMNS : ROWS;
    int columns = alongColumns ? ROWS : COLUMNS;
    REFERENCE.hadamard(transform, FloatRows.of(rotated, rows, columns));
    BlockTensor right = REFERENCE.quantize(profile, Blocking.ROWS, FloatRows.of(rotated, rows, columns));

    DeviceFloats from = scratch.upload(FloatRows.of(values, ROWS, COLUMNS));
    DeviceRange bits = scratch.zeros(4);
    DeviceRange tensorScale = scratch.allocate(4);
    DeviceBlocks to = room(profile, rows, columns, layout);
    quantizer.amax(profile, transform, alongColumns, from, bits);
    quantizer.tensorScale(profile, bits, tensorScale);
    if (alongColumns) {
      quantizer.quantizeTransposed(transform, from, tensorScale, to);
    } else {
      quantizer.quantize(transform, from, tensorScale, to);
    }
    check(right, tensorScale, to);
  }

  private void check(BlockTensor right, DeviceRange tensorScale, DeviceBlocks to) {
    float[] scale = new float[1];
    scratch.download(tensorScale, FloatRows.of(scale, 1, 1));
    assertThat(scale[0]).isEqualTo(right.tensorScale());
    assertThat(bytes(to.codes())).isEqualTo(right.codes());
    byte[] scales = new byte[to.layout().size(right.rows(), right.scalesStride())];
    to.layout().swizzle(right.rows(), right.scalesStride(), right.scales(), 0, scales, 0);
    assertThat(bytes(to.scales())).as("%s, %s", right, to.layout()).isEqualTo(scales);
  }

  private byte[] bytes(DeviceRange range) {
    byte[] bytes = new byte[(int) range.bytes()];
    scratch.download(range, 1, bytes.length, bytes, 0, bytes.length);
    return bytes;
  }

  @Test
  void everyBlockingWritesItsScalesWhereTensorCoresReadThem() {
    QuantizationProfile te = Profiles.TE_2_15;
    FloatRows values = FloatRows.of(values(), ROWS, COLUMNS);
    DeviceFloats from = scratch.upload(values);
    for (ScaleLayout layout : ScaleLayout.values()) {
      BlockTensor along = REFERENCE.quantize(te, Blocking.ROWS, values);
      DeviceRange tensorScale = scratch.upload(along.tensorScale());
      DeviceBlocks rows = room(te, ROWS, COLUMNS, layout);
      DeviceBlocks columns = room(te, COLUMNS, ROWS, layout);
      quantizer.quantizeBoth(from, tensorScale, rows, columns);
      check(along, tensorScale, rows);
      check(REFERENCE.quantize(te, Blocking.TRANSPOSED, values), tensorScale, columns);
      DeviceBlocks squares = room(te, ROWS, COLUMNS, layout);
      quantizer.quantizeTiles(from, tensorScale, squares);
      check(REFERENCE.quantize(te, Blocking.TILES, values), tensorScale, squares);

      DeviceFloats restored = DeviceFloats.of(scratch.allocate(4L * ROWS * COLUMNS).buffer(), ROWS, COLUMNS);
      quantizer.dequantize(rows, tensorScale, restored);
      float[] back = new float[ROWS * COLUMNS];
      scratch.download(restored.values(), FloatRows.of(back, ROWS, COLUMNS));
      assertThat(back).isEqualTo(along.dequantize());
    }
  }

  @Test
  void roomThatDoesNotFitIsRefusedBeforeALaunch() {
    QuantizationProfile te = Profiles.TE_2_15;
    DeviceFloats from = scratch.upload(FloatRows.of(values(), ROWS, COLUMNS));
    DeviceRange one = scratch.upload(1f);
    DeviceRange three = new DeviceRange(one.buffer(), 0, 3);
    DeviceBlocks good = room(te, ROWS, COLUMNS, ScaleLayout.LINEAR);
    illegal("room for 48 rows of 80: expected 48 of 96", () -> quantizer.quantize(from, one, room(te, ROWS, 80, ScaleLayout.LINEAR)));
    illegal("room for 48 rows of 96: expected 96 of 48", () -> quantizer.quantizeTransposed(from, one, good));
    illegal("tensorScale has 3 bytes: expected 4", () -> quantizer.quantize(from, three, good));
    illegal("bits has 3 bytes: expected 4", () -> quantizer.amax(te, from, three));
    illegal("layout 128x4: expected the same for both", () -> quantizer.quantizeBoth(from, one, good, room(te, COLUMNS, ROWS, ScaleLayout.SWIZZLED_128X4)));
    illegal("scales have 4 bytes: expected 1024 for layout 128x4", () -> DeviceBlocks.of(te, ROWS, COLUMNS, ScaleLayout.SWIZZLED_128X4, good.codes().buffer(), one.buffer()));
    illegal("codes have 4 bytes: expected 2304", () -> DeviceBlocks.of(te, ROWS, COLUMNS, ScaleLayout.LINEAR, one.buffer(), good.scales().buffer()));
    illegal("codesStride = 47: expected at least the 48 bytes of a row", () -> new DeviceBlocks(te, ROWS, COLUMNS, ScaleLayout.LINEAR, good.codes(), 47, good.scales(), 6));
    illegal("stored = 90: expected no negative number and a multiple of 16", () -> DeviceBlocks.of(te, ROWS, 90, ScaleLayout.LINEAR, good.codes().buffer(), good.scales().buffer()));
    illegal("values have 4 bytes: expected 8", () -> DeviceFloats.of(one.buffer(), 1, 2));
    illegal("values start at byte 1", () -> new DeviceFloats(new DeviceRange(one.buffer(), 1, 3), 0, 0, 0));
    illegal("stride = 1", () -> new DeviceFloats(one, 1, 2, 1));
    illegal("linear has 4 bytes, swizzled 4: expected 8 and 32", () -> quantizer.swizzle(ScaleLayout.SWIZZLED_8X4, 2, 4, one, one));
    illegal("layout = linear: expected 128x4 or 8x4", () -> quantizer.unswizzle(ScaleLayout.LINEAR, 1, 4, one, one));
    illegal("rows = 30 is not a multiple of the transform's size 16", () -> quantizer.amax(te, Hadamard.plain(16), true, DeviceFloats.of(from.values().buffer(), 30, 32), one));
    assertThat(gpu.fake.launches()).isZero();
  }

  private static void illegal(String message, ThrowingCallable call) {
    assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining(message);
  }
}
