package io.github.fp4j.simd;

import static io.github.fp4j.simd.BlockStages.CHUNK;
import static io.github.fp4j.simd.BlockStages.MAX_BLOCKS;

import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleSearch;
import java.util.Arrays;

/** Tries each block under its scale and under 1.5 times that, and keeps the scale with the smaller error, in the arrays of {@link BlockStages}; for one thread. */
final class ScaleSearcher {
  /** Rows of a tile, and steps that transpose blocks of as many elements. */
  private static final int BLOCK_SIZE = 16;

  private static final float WIDENING = 1.5f;

  private final BlockScaler scaler;
  private final FourOverSix errors;
  private final float[] blockScales;
  private final float[] factors;
  private final byte[] scaleCodes;

  private final float[] wideScales = new float[MAX_BLOCKS];
  private final float[] wideFactors = new float[MAX_BLOCKS];
  private final byte[] wideCodes = new byte[MAX_BLOCKS];
  private final float[] turned = new float[CHUNK];
  private final float[] transposed = new float[CHUNK];
  private final float[] sums = new float[BLOCK_SIZE * MAX_BLOCKS];
  private final float[] wideSums = new float[BLOCK_SIZE * MAX_BLOCKS];

  ScaleSearcher(BlockScaler scaler, FourOverSix errors, float[] blockScales, float[] factors, byte[] scaleCodes) {
    this.scaler = scaler;
    this.errors = errors;
    this.blockScales = blockScales;
    this.factors = factors;
    this.scaleCodes = scaleCodes;
  }

  /** Computes both scales of {@code count} blocks, a multiple of 64. */
  void candidates(BlockPlan plan, int[] maxima, int count) {
    BlockPlan.NumberStep step = (BlockPlan.NumberStep) plan.scaleStep();
    scaler.values(step, maxima, count, blockScales);
    for (int i = 0; i < count; i++) {
      wideScales[i] = blockScales[i] * WIDENING;
    }
    scaler.cast(step.rounding(), blockScales, count, scaleCodes);
    scaler.factors(plan.elementStep(), maxima, blockScales, count, factors);
    scaler.cast(step.rounding(), wideScales, count, wideCodes);
    scaler.factors(plan.elementStep(), maxima, wideScales, count, wideFactors);
  }

  /** Sums the errors of one row of blocks under both; length is a multiple of 256. */
  void measure(BlockPlan plan, float[] values, int offset, int length, int row) {
    errors.separate(values, offset, length, turned);
    errors.separate(turned, 0, length, transposed);
    errors.separate(transposed, 0, length, turned);
    errors.separate(turned, 0, length, transposed);
    QuantizationProfile profile = plan.profile();
    float divisor = profile.format().element().maxFinite() * profile.tensorScale().scaleMax();
    int blocks = length / BLOCK_SIZE;
    int at = row * MAX_BLOCKS;
    if (profile.blockScale().search() == ScaleSearch.FOUR_OVER_SIX_SQUARED) {
      errors.squaredErrors(transposed, blocks, blockScales, factors, plan.tensorScale(), divisor, sums, at);
      errors.squaredErrors(transposed, blocks, wideScales, wideFactors, plan.tensorScale(), divisor, wideSums, at);
    } else {
      errors.absoluteErrors(transposed, blocks, blockScales, factors, plan.tensorScale(), divisor, sums, at);
      errors.absoluteErrors(transposed, blocks, wideScales, wideFactors, plan.tensorScale(), divisor, wideSums, at);
    }
  }

  /** Takes the better scale of each block, of which {@code rows} rows were measured; returns whether any is left to the model, having factor NaN. */
  boolean choose(int rows, int blocks) {
    if (rows > 1) {
      joinRows(sums, rows, blocks);
      joinRows(wideSums, rows, blocks);
    }
    boolean special = false;
    for (int block = 0; block < blocks; block++) {
      if (Float.isNaN(factors[block] + wideFactors[block])) {
        factors[block] = Float.NaN;
        special = true;
      } else if (wideSums[block] < sums[block]) {
        scaleCodes[block] = wideCodes[block];
        factors[block] = wideFactors[block];
      }
    }
    return special;
  }

  /** The tree of the model: rows 8, 4, 2 and 1 apart. */
  private static void joinRows(float[] sums, int rows, int blocks) {
    Arrays.fill(sums, rows * MAX_BLOCKS, sums.length, 0f);
    for (int distance = BLOCK_SIZE / 2; distance > 0; distance /= 2) {
      for (int row = 0; row < distance; row++) {
        for (int block = 0; block < blocks; block++) {
          sums[row * MAX_BLOCKS + block] += sums[(row + distance) * MAX_BLOCKS + block];
        }
      }
    }
  }
}
