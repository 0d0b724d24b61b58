package io.github.fp4j.formats.block;

import static io.github.fp4j.formats.block.BlockQuantizations.REFERENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** The contract's promises, on the reference. */
class BlockKernelsTest {

  private static FloatRows transpose(FloatRows x) {
    float[] values = new float[x.rows() * x.columns()];
    for (int row = 0; row < x.rows(); row++) {
      for (int column = 0; column < x.columns(); column++) {
        values[column * x.rows() + row] = x.values()[x.index(row, column)];
      }
    }
    return FloatRows.of(values, x.columns(), x.rows());
  }

  private static void assertSame(BlockTensor actual, BlockTensor expected) {
    assertThat(actual.codes()).isEqualTo(expected.codes());
    assertThat(actual.scales()).isEqualTo(expected.scales());
    assertThat(actual.tensorScale()).isEqualTo(expected.tensorScale());
  }

  @Test
  void transposedIsTheTransposeQuantised() {
    FloatRows x = FloatRows.of(BlockInputs.OUTLIERS.values(1, 128 * 64), 128, 64);
    for (QuantizationProfile profile : Profiles.all()) {
      if (profile.isCpuExact()) {
        assertSame(
            BlockQuantizations.quantize(profile, Blocking.TRANSPOSED, x), BlockQuantizations.quantize(profile, Blocking.ROWS, transpose(x)));
      }
    }
  }

  @Test
  void bothAtOnceFromAWindowOfALargerMatrixInRowRanges() {
    float[] values = BlockInputs.GAUSSIAN.values(2, 100 * 80);
    FloatRows x = new FloatRows(values, 7, 80, 96, 64);
    QuantizationProfile profile = Profiles.TE_2_15;
    float tensorScale = profile.tensorScaleOf(REFERENCE.amax(profile, x));
    BlockRows rows = BlockRows.allocate(profile.format(), 96, 64);
    BlockRows transposed = BlockRows.allocate(profile.format(), 64, 96);
    for (int first = 0; first < 96; first += 32) {
      REFERENCE.quantizeBoth(profile, tensorScale, x.rowRange(first, 32), rows.fromRow(first), transposed.fromBlock(profile.format(), first / 16));
    }
    BlockTensor expected = BlockQuantizations.quantize(profile, Blocking.ROWS, x);
    BlockTensor expectedTransposed = BlockQuantizations.quantize(profile, Blocking.TRANSPOSED, x);
    assertThat(expected.tensorScale()).isEqualTo(tensorScale);
    assertThat(rows.codes()).isEqualTo(expected.codes());
    assertThat(rows.scales()).isEqualTo(expected.scales());
    assertThat(transposed.codes()).isEqualTo(expectedTransposed.codes());
    assertThat(transposed.scales()).isEqualTo(expectedTransposed.scales());
  }

  @Test
  void tilesQuantiseTheTransposeTheSameWay() { // one scale per tile, "repeated per row so fwd/bwd agree"
    FloatRows x = FloatRows.of(BlockInputs.WIDE_RANGE.values(3, 64 * 48), 64, 48);
    BlockTensor tensor = BlockQuantizations.quantize(Profiles.TE_2_15, Blocking.TILES, x);
    BlockTensor transposed = BlockQuantizations.quantize(Profiles.TE_2_15, Blocking.TILES, transpose(x));
    for (int row = 0; row < 64; row++) {
      for (int column = 0; column < 48; column++) {
        assertThat(tensor.code(row, column)).isEqualTo(transposed.code(column, row));
        assertThat(tensor.scaleCode(row, column)).isEqualTo(transposed.scaleCode(column, row)).isEqualTo(tensor.scaleCode(row / 16 * 16, column));
      }
    }
    float[] tile = new float[256];
    for (int i = 0; i < 256; i++) {
      tile[i] = x.values()[x.index(16 + i / 16, 32 + i % 16)];
    }
    float amax = REFERENCE.amax(Profiles.TE_2_15, FloatRows.of(tile, 16, 16));
    assertThat(tensor.scaleCode(16, 32)).isEqualTo(ReferenceQuantizer.scaleCode(Profiles.TE_2_15, amax, tensor.tensorScale()));
  }

  @Test
  void raggedTilesArePaddedOrRefused() {
    float[] x = BlockInputs.GAUSSIAN.values(4, 40 * 40);
    BlockTensor tensor = BlockQuantizations.quantize(Profiles.MODELOPT, Blocking.TILES, FloatRows.of(x, 40, 40));
    assertThat(tensor.scales()).hasSize(40 * 3);
    assertThat(tensor.dequantize()).hasSize(1600);
    assertThatThrownBy(() -> BlockQuantizations.quantize(Profiles.TE_2_15, Blocking.TILES, FloatRows.of(new float[40 * 48], 40, 48)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rows = 40");
  }

  @Test
  void fourOverSixTakesTheLesserError() {
    FloatRows x = FloatRows.of(BlockInputs.GAUSSIAN.values(5, 1 << 14), 64, 256);
    QuantizationProfile six = Profiles.TE_4_OVER_6.with(Profiles.TE_2_14.blockScale()).named("always six");
    BlockTensor plain = BlockQuantizations.quantize(six, Blocking.ROWS, x);
    BlockTensor searched = BlockQuantizations.quantize(Profiles.TE_4_OVER_6, Blocking.ROWS, x);
    BlockTensor squared =
        BlockQuantizations.quantize(
            Profiles.TE_4_OVER_6.with(Profiles.TE_4_OVER_6.blockScale().searching(ScaleSearch.FOUR_OVER_SIX_SQUARED)), Blocking.ROWS, x);
    int widened = 0;
    for (int i = 0; i < plain.scales().length; i++) {
      widened += plain.scales()[i] != searched.scales()[i] ? 1 : 0;
    }
    assertThat(widened).isBetween(plain.scales().length / 5, plain.scales().length * 4 / 5);
    assertThat(ErrorFigures.of(x, searched).meanError()).isLessThan(ErrorFigures.of(x, plain).meanError());
    assertThat(ErrorFigures.of(x, searched).meanError()).isLessThan(ErrorFigures.of(x, squared).meanError());
    assertThat(ErrorFigures.of(x, squared).sqnr()).isGreaterThan(ErrorFigures.of(x, searched).sqnr());
    BlockTensor tiles = BlockQuantizations.quantize(Profiles.TE_4_OVER_6, Blocking.TILES, x);
    assertThat(ErrorFigures.of(x, tiles).sqnr()).isLessThan(ErrorFigures.of(x, searched).sqnr());
  }

  @Test
  void threadsDoNotShow() {
    FloatRows x = FloatRows.of(BlockInputs.OUTLIERS.values(6, 640 * 1024), 640, 1024); // three tasks
    BlockTensor alone = BlockQuantizations.quantize(Profiles.TE_2_15, Blocking.ROWS, x);
    try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
      assertSame(REFERENCE.quantize(Profiles.TE_2_15, Blocking.ROWS, x, pool), alone);
    }
  }

  @Test
  void aFailingExecutorOrKernelSurfacesAsItself() {
    FloatRows nan = FloatRows.of(new float[] {Float.NaN, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 1, 32);
    try (ExecutorService pool = Executors.newFixedThreadPool(1)) {
      assertThatThrownBy(() -> REFERENCE.quantize(Profiles.GFLOAT, Blocking.ROWS, nan, pool)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(
            () ->
                REFERENCE.quantize(
                    Profiles.TE_2_15,
                    Blocking.ROWS,
                    nan,
                    task -> {
                      throw new RejectedExecutionException();
                    }))
        .isInstanceOf(RejectedExecutionException.class);
  }

  @Test
  void nanCountsInTheLargestMagnitudeAsTheStackSays() {
    FloatRows x = FloatRows.of(new float[] {1, Float.NaN, -3, 2}, 1, 4);
    assertThat(REFERENCE.amax(Profiles.TE_2_15, x)).isEqualTo(3);
    assertThat(REFERENCE.amax(Profiles.TORCHAO, x)).isNaN();
    assertThat(REFERENCE.amax(Profiles.TORCHAO, FloatRows.of(new float[0], 0, 16))).isZero();
  }

  @Test
  void onlyTheNamedRangesAreWritten() {
    byte[] codes = new byte[64];
    byte[] scales = new byte[16];
    Arrays.fill(codes, (byte) 0x55);
    Arrays.fill(scales, (byte) 0x55);
    FloatRows x = FloatRows.of(BlockInputs.GAUSSIAN.values(9, 64), 2, 32);
    REFERENCE.quantize(Profiles.TE_2_15, 4, x, new BlockRows(codes, 3, 20, scales, 5, 4));
    BlockTensor expected =
        new BlockTensor(
            Profiles.TE_2_15, 2, 32, concat(Arrays.copyOfRange(codes, 3, 19), Arrays.copyOfRange(codes, 23, 39)),
            concat(Arrays.copyOfRange(scales, 5, 7), Arrays.copyOfRange(scales, 9, 11)), 4);
    assertThat(ErrorFigures.of(x, expected).sqnr()).isGreaterThan(15);
    for (int i = 0; i < 64; i++) {
      if (i < 3 || i >= 39 || i >= 19 && i < 23) {
        assertThat(codes[i]).as("code byte %d", i).isEqualTo((byte) 0x55);
      }
    }
    for (int i : new int[] {0, 4, 7, 8, 11, 15}) {
      assertThat(scales[i]).as("scale byte %d", i).isEqualTo((byte) 0x55);
    }
    assertThatThrownBy(() -> REFERENCE.quantize(Profiles.TE_2_15, 4, x, new BlockRows(new byte[31], 0, 16, scales, 0, 2)))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("codes");
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  @Test
  void hadamardRunsAlongRowsOfAWindow() {
    float[] values = BlockInputs.SMALL_INTEGERS.values(1, 3 * 40);
    float[] expected = values.clone();
    for (int row = 0; row < 3; row++) {
      Hadamard.TRANSFORMER_ENGINE.apply(expected, row * 40 + 4, 32);
    }
    REFERENCE.hadamard(Hadamard.TRANSFORMER_ENGINE, new FloatRows(values, 4, 40, 3, 32));
    assertThat(values).isEqualTo(expected);
  }
}
