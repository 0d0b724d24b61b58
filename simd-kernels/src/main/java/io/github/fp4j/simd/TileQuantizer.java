package io.github.fp4j.simd;

import static io.github.fp4j.simd.BlockStages.CHUNK;
import static io.github.fp4j.simd.BlockStages.GROUP;
import static io.github.fp4j.simd.BlockStages.MAX_BLOCKS;

import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ReferenceQuantizer;
import java.util.Arrays;

/** Quantises in squares with the stages of {@link BlockStages}: the maxima of a square's rows are joined before scales are computed. For one thread. */
final class TileQuantizer {
  private final BlockStages stages;
  private final int[] tileMaxima = new int[MAX_BLOCKS];
  private final float[] rest = new float[32 * GROUP];
  private final byte[] restCodes = new byte[32 * GROUP / 2];

  TileQuantizer(BlockStages stages) {
    this.stages = stages;
  }

  /** Quantises with rows of {@code stored} elements; arguments are checked by the caller. */
  void tiles(BlockPlan plan, FloatRows from, int stored, BlockRows to) {
    int size = 1 << plan.blockShift();
    int whole = from.columns() - from.columns() % GROUP;
    for (int row = 0; row < from.rows(); row += size) {
      int height = Math.min(size, from.rows() - row);
      for (int column = 0; column < whole; column += CHUNK) {
        int length = Math.min(CHUNK, whole - column);
        tiles(
            plan, from.values(), from.index(row, column), from.stride(), height, length, length >>> plan.blockShift(), to.codes(),
            to.codesOffset() + row * to.codesStride() + column / 2, to.codesStride(), to,
            to.scalesOffset() + row * to.scalesStride() + (column >>> plan.blockShift()));
      }
      if (stored > whole) {
        rest(plan, from, row, height, whole, stored - whole, to);
      }
    }
  }

  /** The last columns, fewer than a group but for padding, through a copy. */
  private void rest(BlockPlan plan, FloatRows from, int row, int height, int column, int stored, BlockRows to) {
    Arrays.fill(rest, 0f);
    for (int r = 0; r < height; r++) {
      System.arraycopy(from.values(), from.index(row + r, column), rest, r * GROUP, from.columns() - column);
    }
    int firstScale = to.scalesOffset() + row * to.scalesStride() + (column >>> plan.blockShift());
    tiles(plan, rest, 0, GROUP, height, GROUP, stored >>> plan.blockShift(), restCodes, 0, GROUP / 2, to, firstScale);
    for (int r = 0; r < height; r++) {
      System.arraycopy(restCodes, r * GROUP / 2, to.codes(), to.codesOffset() + (row + r) * to.codesStride() + column / 2, stored / 2);
    }
  }

  private void tiles(
      BlockPlan plan, float[] values, int offset, int stride, int height, int length, int blocks, byte[] codes, int codesOffset, int codesStride,
      BlockRows to, int scalesOffset) {
    Arrays.fill(tileMaxima, 0);
    for (int r = 0; r < height; r++) {
      int[] maxima = stages.maxima(plan, values, offset + r * stride, length);
      for (int block = 0; block < blocks; block++) {
        tileMaxima[block] = Math.max(tileMaxima[block], maxima[block]);
      }
    }
    boolean special = stages.scales(plan, tileMaxima, length >>> plan.blockShift());
    if (plan.searches()) {
      for (int r = 0; r < height; r++) {
        stages.searchRow(plan, values, offset + r * stride, length, r);
      }
      special = stages.chooseScales(height, length >>> plan.blockShift());
    }
    for (int r = 0; r < height; r++) {
      stages.copyScales(blocks, to.scales(), scalesOffset + r * to.scalesStride());
      stages.codes(plan, values, offset + r * stride, length, codes, codesOffset + r * codesStride);
    }
    for (int block = 0; special && block < blocks; block++) {
      if (stages.isLeftToModel(block)) {
        int start = offset + (block << plan.blockShift());
        model(plan, values, start, stride, height, codes, codesOffset + (block << plan.blockShift() - 1), codesStride, to, scalesOffset + block);
      }
    }
  }

  private static void model(
      BlockPlan plan, float[] values, int offset, int stride, int height, byte[] codes, int codesOffset, int codesStride, BlockRows to, int scaleIndex) {
    QuantizationProfile profile = plan.profile();
    FloatRows tile = new FloatRows(values, offset, stride, height, profile.format().blockSize());
    if (plan.searches()) {
      BlockRows part = new BlockRows(codes, codesOffset, codesStride, to.scales(), scaleIndex, to.scalesStride());
      ReferenceQuantizer.quantize(profile, Blocking.TILES, plan.tensorScale(), tile, part);
      return;
    }
    float amax = ReferenceQuantizer.amax(profile, tile);
    int scaleCode = ReferenceQuantizer.scaleCode(profile, amax, plan.tensorScale());
    for (int r = 0; r < height; r++) {
      to.scales()[scaleIndex + r * to.scalesStride()] = (byte) scaleCode;
      BlockStages.modelCodes(plan, values, offset + r * stride, scaleCode, codes, codesOffset + r * codesStride);
    }
  }
}
