package io.github.fp4j.simd;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Hadamard;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.block.ScaleSearch;
import io.github.fp4j.formats.block.StochasticRounding;
import io.github.fp4j.simd.SteadyAllocation.Kernel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Once compiled, no block kernel on vectors allocates more than what it returns; see {@link AllocationTest}. */
@Tag("allocation")
class BlockAllocationTest {
  private static final int ROWS = 4;
  private static final int COLUMNS = 4096 + 64;
  private static final long ERROR_FIGURES_BYTES = 80;

  /** The records of a call, one a row, which C2 takes apart or not as it has seen the search among other rules. A vector for each block would be 50 times as much. */
  private static final long SEARCH_BYTES = 1024;

  /** One width after the other: what C2 compiled for the first must not make it compile the second badly. */
  @Test
  void noKernelAllocates() {
    for (Widths.BlockWidth width : Widths.blocks()) {
      List<Kernel> kernels = new ArrayList<>();
      for (QuantizationProfile profile : BlockComparison.PROFILES) {
        addKernels(width, profile, kernels);
      }
      addOtherKernels(width, kernels);
      assertThat(kernels).hasSize(25 * 4 + 3 * 6 + 3 * 2 + 1 + 9 + 6);
      assertThat(SteadyAllocation.stillAllocating(kernels)).isEmpty();
    }
  }

  private static void addKernels(Widths.BlockWidth width, QuantizationProfile profile, List<Kernel> kernels) {
    FloatRows x = BlockComparison.matrix(BlockInputs.GAUSSIAN, 1, ROWS, COLUMNS, 0);
    float tensorScale = profile.tensorScaleOf(width.kernels().amax(profile, x));
    BlockRows quantized = BlockRows.allocate(profile.format(), ROWS, COLUMNS);
    width.kernels().quantize(profile, tensorScale, x, quantized);
    FloatRows restored = FloatRows.of(new float[ROWS * COLUMNS], ROWS, COLUMNS);
    kernels.add(new Kernel(width + ", " + profile + ", amax", () -> width.kernels().amax(profile, x)));
    kernels.add(new Kernel(width + ", " + profile + ", dequantize", () -> width.kernels().dequantize(profile, tensorScale, quantized, restored)));
    kernels.add(new Kernel(width + ", " + profile + ", errors", ERROR_FIGURES_BYTES, () -> width.kernels().errors(profile, x, quantized, restored)));
    long records = profile.blockScale().search() == ScaleSearch.NONE ? 0 : SEARCH_BYTES;
    kernels.add(new Kernel(width + ", " + profile + ", quantize", records, () -> width.kernels().quantize(profile, tensorScale, x, quantized)));
  }

  private static void addOtherKernels(Widths.BlockWidth width, List<Kernel> kernels) {
    FloatRows x = BlockComparison.matrix(BlockInputs.GAUSSIAN, 2, ROWS, COLUMNS, 0);
    for (QuantizationProfile profile : List.of(Profiles.TE_2_15, Profiles.MODELOPT, Profiles.OCP_MX)) {
      float tensorScale = profile.tensorScaleOf(width.kernels().amax(profile, x));
      BlockRows quantized = BlockRows.allocate(profile.format(), ROWS, COLUMNS);
      for (StochasticRounding rounding : StochasticKernelsTest.roundings(7)) {
        kernels.add(
            new Kernel(
                width + ", " + profile + ", " + rounding,
                () -> width.kernels().quantizeStochastic(profile, tensorScale, rounding, 5, COLUMNS, x, quantized)));
      }
    }
    addBands(width, kernels);
    FloatRows tiles = BlockComparison.matrix(BlockInputs.GAUSSIAN, 3, 16, 1024, 0);
    QuantizationProfile searching = Profiles.TE_4_OVER_6;
    BlockRows squares = BlockRows.allocate(searching.format(), 16, 1024);
    kernels.add(new Kernel(width + ", tiles of " + searching, SEARCH_BYTES, () -> width.kernels().quantizeTiles(searching, 3, tiles, squares)));
    FloatRows zeros = FloatRows.of(new float[4096], 4, 1024); // transformed in place again and again
    for (int size : new int[] {2, 4, 8, 16, 32, 64, 256, 1024}) {
      Hadamard transform = Hadamard.plain(size);
      kernels.add(new Kernel(width + ", Hadamard of " + size, () -> width.kernels().hadamard(transform, zeros)));
    }
    kernels.add(new Kernel(width + ", TransformerEngine's Hadamard", () -> width.kernels().hadamard(Hadamard.TRANSFORMER_ENGINE, zeros)));
    byte[] linear = new byte[300 * 77];
    for (ScaleLayout layout : ScaleLayout.values()) {
      byte[] tiled = new byte[layout.size(300, 77)];
      kernels.add(new Kernel(width + ", swizzle " + layout, () -> width.kernels().swizzle(layout, 300, 77, linear, 0, tiled, 0)));
      kernels.add(new Kernel(width + ", unswizzle " + layout, () -> width.kernels().unswizzle(layout, 300, 77, tiled, 0, linear, 0)));
    }
  }

  /** Across rows, of more rows than are read at a time. */
  private static void addBands(Widths.BlockWidth width, List<Kernel> kernels) {
    int rows = 96;
    FloatRows x = BlockComparison.matrix(BlockInputs.GAUSSIAN, 4, rows, COLUMNS, 0);
    for (QuantizationProfile profile : List.of(Profiles.TE_2_15, Profiles.MODELOPT, Profiles.OCP_MX)) {
      float tensorScale = profile.tensorScaleOf(width.kernels().amax(profile, x));
      BlockRows along = BlockRows.allocate(profile.format(), rows, COLUMNS);
      BlockRows across = BlockRows.allocate(profile.format(), COLUMNS, rows);
      kernels.add(new Kernel(width + ", " + profile + ", transposed", () -> width.kernels().quantizeTransposed(profile, tensorScale, x, across)));
      kernels.add(new Kernel(width + ", " + profile + ", both", () -> width.kernels().quantizeBoth(profile, tensorScale, x, along, across)));
    }
  }
}
