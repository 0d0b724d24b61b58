package io.github.fp4j.simd;

import static io.github.fp4j.simd.BlockComparison.MODEL;
import static io.github.fp4j.simd.BlockComparison.PROFILES;
import static io.github.fp4j.simd.BlockComparison.assertSame;
import static io.github.fp4j.simd.BlockComparison.matrix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fp4j.formats.block.BlockFormat;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.RaggedRows;
import io.github.fp4j.formats.block.ScaleSearch;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Every width against the reference, byte for byte: every profile that a CPU computes exactly, on every input class. */
class SimdBlocksTest {

  private record Shape(int rows, int columns, int gap) {}

  /** One block; a group of sixteen and one more; several rows with gaps; a chunk and some; dense rows that are no whole groups. */
  private static final List<Shape> SHAPES =
      List.of(new Shape(1, 64, 0), new Shape(1, 320, 0), new Shape(5, 192, 3), new Shape(2, 4096 + 320, 0), new Shape(3, 448, 0), new Shape(2, 768, 1));

  private static float tensorScale(QuantizationProfile profile, FloatRows x) {
    return profile.tensorScaleOf(MODEL.amax(profile, x));
  }

  @Test
  void everyProfileOnEveryInputClass() {
    int cases = 0;
    for (QuantizationProfile profile : PROFILES) {
      for (BlockInputs inputs : BlockInputs.values()) {
        for (Shape shape : SHAPES) {
          FloatRows x = matrix(inputs, cases++, shape.rows, shape.columns, shape.gap);
          float tensorScale = tensorScale(profile, x);
          String what = profile + " of " + inputs + ", " + shape;
          assertSame(
              what, profile, shape.rows, shape.columns, shape.gap, (kernels, to) -> kernels.quantize(profile, tensorScale, x, to));
        }
      }
    }
    assertThat(cases).isEqualTo(25 * 13 * 6);
  }

  @Test
  void everyProfileRunsOnVectors() {
    assertThat(PROFILES).hasSize(25).allSatisfy(profile -> assertThat(BlockPlan.of(profile, profile.tensorScaleOf(3))).isNotNull());
  }

  @Test
  void everyRowLengthThatIsPadded() {
    int cases = 0;
    for (QuantizationProfile profile : PROFILES) {
      if (profile.raggedRows() == RaggedRows.PAD_WITH_ZEROS) {
        for (int columns = 1; columns <= 300; columns++) {
          BlockInputs inputs = BlockInputs.values()[cases++ % BlockInputs.values().length];
          FloatRows x = matrix(inputs, columns, 1 + columns % 5, columns, columns % 3);
          float tensorScale = tensorScale(profile, x);
          int stored = profile.storedColumns("columns", columns);
          assertSame(
              profile + " of " + inputs + ", " + columns + " columns", profile, x.rows(), stored, columns % 4,
              (kernels, to) -> kernels.quantize(profile, tensorScale, x, to));
        }
      }
    }
    assertThat(cases).isEqualTo(6 * 300);
  }

  @Test
  void givenTensorScalesOfAnyKind() {
    int cases = 0;
    float[] scales = {1, 0.3f, 1e-30f, 1e30f, 0, -0f, -2, Float.MIN_VALUE, Float.MAX_VALUE, Float.POSITIVE_INFINITY, Float.NaN};
    for (QuantizationProfile profile : PROFILES) {
      for (float tensorScale : scales) {
        for (BlockInputs inputs : List.of(BlockInputs.GAUSSIAN, BlockInputs.ANY_EXPONENT, BlockInputs.ZEROS)) {
          FloatRows x = matrix(inputs, cases++, 2, 320, 0);
          assertSame(
              profile + " of " + inputs + ", tensor scale " + tensorScale, profile, 2, 320, 0,
              (kernels, to) -> kernels.quantize(profile, tensorScale, x, to));
        }
      }
    }
    assertThat(cases).isEqualTo(25 * 11 * 3);
  }

  /** One block for each exponent and for mantissas about every place where a rule goes to the next power of two. */
  @Test
  void scalesOfEveryExponent() {
    int[] mantissas = {0, 1, 100, 0x1FFFFF, 0x200000, 0x3FFFFF, 0x400000, 0x400001, 0x400010, 0x400030, 0x5FFFFF, 0x600000, 0x600001, 0x7FFF00, 0x7FFFE0, 0x7FFFFF};
    float[] x = new float[255 * mantissas.length * 32];
    for (int i = 0; i < x.length; i += 32) {
      int bits = i / 32 / mantissas.length << 23 | mantissas[i / 32 % mantissas.length];
      x[i + i / 32 % 32] = Float.intBitsToFloat(bits);
      x[i + (i / 32 + 1) % 32] = -Float.intBitsToFloat(bits) / 3;
    }
    int cases = 0;
    for (QuantizationProfile profile : PROFILES) {
      FloatRows rows = FloatRows.of(x, 255, mantissas.length * 32);
      for (float tensorScale : new float[] {tensorScale(profile, FloatRows.of(new float[] {1000}, 1, 1)), 1}) {
        cases++;
        assertSame(
            profile + ", tensor scale " + tensorScale, profile, rows.rows(), rows.columns(), 0,
            (kernels, to) -> kernels.quantize(profile, tensorScale, rows, to));
      }
    }
    assertThat(cases).isEqualTo(50);
  }

  @Test
  void amaxOfEveryInputClass() {
    int cases = 0;
    for (QuantizationProfile profile : List.of(Profiles.TE_2_15, Profiles.TORCHAO)) {
      for (BlockInputs inputs : BlockInputs.values()) {
        for (Shape shape : List.of(new Shape(0, 16, 0), new Shape(1, 1, 0), new Shape(3, 65, 2), new Shape(2, 70_000, 0), new Shape(64, 63, 0))) {
          FloatRows x = matrix(inputs, cases++, shape.rows, shape.columns, shape.gap);
          int expected = Float.floatToIntBits(MODEL.amax(profile, x));
          for (Widths.BlockWidth width : Widths.blocks()) {
            assertThat(Float.floatToIntBits(width.kernels().amax(profile, x))).as("%s, %s, %s", profile, inputs, width).isEqualTo(expected);
          }
        }
      }
    }
    assertThat(cases).isEqualTo(2 * 13 * 5);
  }

  @Test
  void everyScaleByteAndElementIsRestored() {
    int cases = 0;
    for (QuantizationProfile profile : Profiles.all()) {
      int size = profile.format().blockSize();
      int columns = 4 * 256 * size;
      byte[] scales = new byte[1024];
      byte[] codes = new byte[columns / 2];
      for (int i = 0; i < codes.length; i++) {
        codes[i] = (byte) (i * 7 + i / 256);
        scales[2 * i / size] = (byte) (2 * i / size);
      }
      for (float tensorScale : new float[] {1, 0.0371f, 1e-38f, 3e38f, -1.5f, 0, Float.POSITIVE_INFINITY, Float.NaN}) {
        assertRestoredSame(profile, tensorScale, new BlockRows(codes, 0, columns / 2, scales, 0, 1024), 1, columns, 0);
        cases++;
      }
    }
    assertThat(cases).isEqualTo(26 * 8);
  }

  @Test
  void everyShapeIsRestored() {
    int cases = 0;
    byte[] codes = new byte[4000];
    byte[] scales = new byte[4000];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) (i * 37 + i / 100);
      scales[i] = (byte) (100 + i % 32);
    }
    for (QuantizationProfile profile : Profiles.all()) {
      boolean pads = profile.raggedRows() == RaggedRows.PAD_WITH_ZEROS;
      for (int columns = 1; columns <= 300; columns++) {
        if (pads || columns % profile.rowMultiple() == 0) {
          int stored = profile.storedColumns("columns", columns);
          BlockFormat format = profile.format();
          int gap = columns % 3;
          BlockRows from =
              new BlockRows(codes, gap, format.codeBytesPerRow(stored) + gap, scales, 1, format.blocksPerRow(stored) + gap);
          assertRestoredSame(profile, 0.7f, from, 1 + columns % 5, columns, columns % 4);
          cases++;
        }
      }
    }
    assertThat(cases).isEqualTo(6 * 300 + 12 * 18 + 7 * 9 + 4);
  }

  private static void assertRestoredSame(QuantizationProfile profile, float tensorScale, BlockRows from, int rows, int columns, int gap) {
    float[] expected = new float[gap + rows * (columns + gap) + 64];
    Arrays.fill(expected, 42);
    MODEL.dequantize(profile, tensorScale, from, new FloatRows(expected, gap, columns + gap, rows, columns));
    for (Widths.BlockWidth width : Widths.blocks()) {
      float[] actual = new float[expected.length];
      Arrays.fill(actual, 42);
      width.kernels().dequantize(profile, tensorScale, from, new FloatRows(actual, gap, columns + gap, rows, columns));
      for (int i = 0; i < expected.length; i++) {
        if (Float.floatToIntBits(actual[i]) != Float.floatToIntBits(expected[i])) {
          throw new AssertionError(
              "%s, tensor scale %s, %d x %d, %s: element %d is %s, expected %s"
                  .formatted(profile, tensorScale, rows, columns, width, i, actual[i], expected[i]));
        }
      }
    }
  }

  @Test
  void threadsDoNotShow() {
    int cases = 0;
    FloatRows x = matrix(BlockInputs.OUTLIERS, 6, 320, 2048, 0); // three tasks
    for (Widths.BlockWidth width : Widths.blocks()) {
      for (QuantizationProfile profile :
          List.of(Profiles.TE_2_15, Profiles.OCP_MX, Profiles.TE_4_OVER_6, Profiles.GGML_NVFP4, Profiles.GGML_MXFP4, Profiles.MICROXCALING)) {
        for (Blocking blocking : profile == Profiles.TE_4_OVER_6 ? Blocking.values() : new Blocking[] {Blocking.ROWS}) {
          BlockTensor alone = width.kernels().quantize(profile, blocking, x);
          try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
            BlockTensor together = width.kernels().quantize(profile, blocking, x, pool);
            assertThat(Arrays.equals(together.codes(), alone.codes())).as("%s, %s, %s", profile, blocking, width).isTrue();
            assertThat(together.scales()).isEqualTo(alone.scales());
            assertThat(together.tensorScale()).isEqualTo(alone.tensorScale());
            cases++;
          }
        }
      }
    }
    assertThat(cases).isEqualTo(Widths.blocks().size() * 8);
  }

  @Test
  void searchBySquaredErrors() {
    QuantizationProfile squared = Profiles.TE_4_OVER_6.with(Profiles.TE_4_OVER_6.blockScale().searching(ScaleSearch.FOUR_OVER_SIX_SQUARED)).named("squared");
    int cases = 0;
    int different = 0;
    for (BlockInputs inputs : BlockInputs.values()) {
      FloatRows x = matrix(inputs, cases++, 32, 640, 0);
      float tensorScale = tensorScale(squared, x);
      assertSame("rows of " + inputs, squared, 32, 640, 0, (kernels, to) -> kernels.quantize(squared, tensorScale, x, to));
      assertSame("tiles of " + inputs, squared, 32, 640, 0, (kernels, to) -> kernels.quantizeTiles(squared, tensorScale, x, to));
      BlockTensor bySquares = MODEL.quantize(squared, Blocking.ROWS, x);
      BlockTensor byMagnitudes = MODEL.quantize(Profiles.TE_4_OVER_6, Blocking.ROWS, x);
      different += Arrays.equals(bySquares.scales(), byMagnitudes.scales()) ? 0 : 1;
    }
    assertThat(cases).isEqualTo(13);
    assertThat(different).as("classes on which the two measures choose differently").isGreaterThan(5);
  }

  @Test
  void whatIsNotSupportedIsRefusedBeforeAnythingIsWritten() {
    BlockRows to = new BlockRows(new byte[64], 0, 64, new byte[8], 0, 8);
    FloatRows x = FloatRows.of(new float[64], 1, 64);
    QuantizationProfile mxfp8 = Profiles.OCP_MX.with(BlockFormat.MXFP8_E4M3);
    QuantizationProfile blocksOf64 = Profiles.TE_2_15.with(BlockFormat.NVFP4.withBlockSize(64));
    for (Widths.BlockWidth width : Widths.blocks()) {
      SimdBlocks kernels = width.kernels();
      assertThat(PROFILES).hasSize(25).allMatch(kernels::supports);
      assertThat(List.of(Profiles.VLLM, mxfp8, blocksOf64)).noneMatch(kernels::supports);
      assertThatThrownBy(() -> kernels.quantize(Profiles.VLLM, 1, x, to)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("flashinfer-exact");
      assertThatThrownBy(() -> kernels.quantize(mxfp8, 1, x, to)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("mxfp8-e4m3");
      assertThatThrownBy(() -> kernels.dequantize(blocksOf64, 1, to, x)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("b64");
      assertThatThrownBy(() -> kernels.quantize(Profiles.TE_2_15, 1, FloatRows.of(new float[40], 1, 40), to))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("columns = 40");
      assertThatThrownBy(() -> kernels.quantize(Profiles.TE_2_15, 1, x, new BlockRows(new byte[31], 0, 32, new byte[4], 0, 4)))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessageContaining("codes");
      assertThatThrownBy(() -> kernels.dequantize(Profiles.TE_2_15, 1, new BlockRows(new byte[32], 0, 32, new byte[3], 0, 4), x))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessageContaining("scales");
    }
    assertThat(to.codes()).containsOnly(0);
    assertThat(to.scales()).containsOnly(0);
  }
}
