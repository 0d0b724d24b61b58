package io.github.fp4j.simd;

import static io.github.fp4j.simd.BlockComparison.MODEL;
import static io.github.fp4j.simd.BlockComparison.matrix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fp4j.formats.block.BlockFormat;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.ErrorFigures;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Error figures of every width against the model, bit for bit. */
class BlockErrorsTest {

  private record Shape(int rows, int columns, int gap) {}

  /** One block; a whole turn and a rest; several rows with gaps; chunks and a rest; dense rows that are no whole turns. */
  private static final List<Shape> SHAPES =
      List.of(new Shape(1, 32, 0), new Shape(1, 352, 0), new Shape(5, 192, 3), new Shape(2, 4096 + 320, 0), new Shape(3, 480, 0), new Shape(0, 64, 0));

  /** Interleaved nibbles and planar ones, blocks of 16 and of 32. */
  private static final List<QuantizationProfile> PROFILES =
      List.of(Profiles.TE_2_15, Profiles.MODELOPT, Profiles.OCP_MX, Profiles.GGML_NVFP4, Profiles.GGML_MXFP4);

  @Test
  void everyInputClass() {
    int cases = 0;
    long saturated = 0;
    long underflowed = 0;
    for (QuantizationProfile profile : PROFILES) {
      for (BlockInputs inputs : BlockInputs.values()) {
        for (Shape shape : SHAPES) {
          for (float stretch : new float[] {1, 0.4f}) { // a tensor scale that is too small for the largest blocks
            int columns = shape.columns / profile.rowMultiple() * profile.rowMultiple();
            FloatRows x = matrix(inputs, cases++, shape.rows, columns, shape.gap);
            float tensorScale = profile.format().hasTensorScale() ? stretch * profile.tensorScaleOf(MODEL.amax(profile, x)) : 1;
            BlockRows made = BlockRows.allocate(profile.format(), shape.rows, columns);
            MODEL.quantize(profile, tensorScale, x, made);
            ErrorFigures figures = assertSame(profile + " of " + inputs + ", " + shape, profile, tensorScale, x, made);
            saturated += figures.saturated();
            underflowed += figures.underflowed();
          }
        }
      }
    }
    assertThat(cases).isEqualTo(5 * 13 * 6 * 2);
    assertThat(saturated).isGreaterThan(1000);
    assertThat(underflowed).isGreaterThan(1000);
  }

  @Test
  void raggedRows() {
    int cases = 0;
    for (int columns = 1; columns <= 200; columns++) {
      FloatRows x = matrix(columns % 2 == 0 ? BlockInputs.OUTLIERS : BlockInputs.NANS, cases++, 3, columns, columns % 3);
      BlockRows made = BlockRows.allocate(BlockFormat.MXFP4, 3, Profiles.OCP_MX.storedColumns("columns", columns));
      MODEL.quantize(Profiles.OCP_MX, 1, x, made);
      assertSame("3 x " + columns, Profiles.OCP_MX, 1, x, made);
    }
    assertThat(cases).isEqualTo(200);
  }

  @Test
  void elementsThatAreNotFiniteCountOnceAndNowhereElse() {
    float[] x = {Float.NaN, 7, Float.NEGATIVE_INFINITY, 1, Float.POSITIVE_INFINITY, -3, 1e-9f, 0.5f};
    float[] y = {1, Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, 2, -2, 0, 0.5f};
    byte[] codes = {0x77, 0x77, 0x77, 0x07, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    BlockRows blocks = new BlockRows(codes, 0, 16, new byte[1], 0, 1);
    ErrorFigures expected = new ErrorFigures(8, 5, 9 + 1e-9f * (double) 1e-9f + 0.25, 1 + 1e-9f * (double) 1e-9f, 1 + (double) 1e-9f, 1, 1, 1);
    assertThat(MODEL.errors(Profiles.OCP_MX, FloatRows.of(x, 1, 8), blocks, FloatRows.of(y, 1, 8))).isEqualTo(expected);
    for (Widths.BlockWidth width : Widths.blocks()) {
      assertThat(width.kernels().errors(Profiles.OCP_MX, FloatRows.of(x, 1, 8), blocks, FloatRows.of(y, 1, 8))).as(width.toString()).isEqualTo(expected);
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    BlockRows blocks = BlockRows.allocate(BlockFormat.NVFP4, 1, 64);
    FloatRows x = FloatRows.of(new float[64], 1, 64);
    for (Widths.BlockWidth width : Widths.blocks()) {
      SimdBlocks kernels = width.kernels();
      assertThatThrownBy(() -> kernels.errors(Profiles.TE_2_15, x, blocks, FloatRows.of(new float[64], 2, 32)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("restored is 2 x 32: expected 1 x 64");
      assertThatThrownBy(() -> kernels.errors(Profiles.TE_2_15, FloatRows.of(new float[128], 2, 64), blocks, FloatRows.of(new float[128], 2, 64)))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessageContaining("codes");
      assertThatThrownBy(() -> kernels.errors(Profiles.OCP_MX.with(BlockFormat.MXFP8_E4M3), x, blocks, x))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("mxfp8-e4m3");
    }
  }

  private static ErrorFigures assertSame(String what, QuantizationProfile profile, float tensorScale, FloatRows x, BlockRows made) {
    FloatRows restored = FloatRows.of(new float[x.rows() * x.columns()], x.rows(), x.columns());
    MODEL.dequantize(profile, tensorScale, made, restored);
    ErrorFigures expected = MODEL.errors(profile, x, made, restored);
    for (Widths.BlockWidth width : Widths.blocks()) {
      assertThat(width.kernels().errors(profile, x, made, restored)).as("%s, %s", what, width).isEqualTo(expected);
    }
    return expected;
  }
}
