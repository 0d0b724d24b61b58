package io.github.fp4j.simd;

import static io.github.fp4j.simd.BlockStages.CHUNK;
import static io.github.fp4j.simd.BlockStages.GROUP;
import static io.github.fp4j.simd.BlockStages.MAX_BLOCKS;

import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ReferenceQuantizer;
import io.github.fp4j.formats.block.StochasticRounding;
import java.util.Arrays;

/**
 * Quantises with the stages of {@link BlockStages}, elements rounded stochastically. The random bytes of consecutive elements are consecutive: words of four bytes
 * follow one another as {@link PhiloxBlocks} writes them, and an element has either a whole word or, in the order of elements, a byte. For one thread.
 */
final class StochasticQuantizer {
  private final BlockStages stages;
  private final ElementCaster casts;
  private final PhiloxBlocks philox;

  private final int[] nibbles = new int[CHUNK];

  /** The words of a chunk that starts within a block, and what a turn of that writes beyond. */
  private final byte[] random = new byte[4 * CHUNK + 2 * 16 * PhiloxBlocks.TURN];

  private final float[] rest = new float[GROUP];
  private final byte[] restCodes = new byte[GROUP / 2];
  private final byte[] restScales = new byte[MAX_BLOCKS];

  StochasticQuantizer(BlockStages stages, ElementCaster casts, PhiloxBlocks philox) {
    this.stages = stages;
    this.casts = casts;
    this.philox = philox;
  }

  /** Quantises each row as {@code stored} elements; arguments are checked by the caller, and no element has a negative number. */
  void rows(BlockPlan plan, StochasticRounding rounding, long firstElement, long rowElements, FloatRows from, int stored, BlockRows to) {
    int blocksPerRow = stored >>> plan.blockShift();
    boolean dense =
        from.columns() == stored && from.stride() == stored && rowElements == stored && to.codesStride() == stored / 2
            && to.scalesStride() == blocksPerRow;
    if (dense) {
      run(plan, rounding, firstElement, from.values(), from.offset(), from.rows() * stored, from.rows() * blocksPerRow, to, to.codesOffset(), to.scalesOffset());
      return;
    }
    for (int row = 0; row < from.rows(); row++) {
      run(
          plan, rounding, firstElement + row * rowElements, from.values(), from.index(row, 0), from.columns(), blocksPerRow, to,
          to.codesOffset() + row * to.codesStride(), to.scalesOffset() + row * to.scalesStride());
    }
  }

  /** {@code length} elements that lie together, and the {@code blocks} they are stored as. */
  private void run(
      BlockPlan plan, StochasticRounding rounding, long first, float[] values, int offset, int length, int blocks, BlockRows to, int codesOffset,
      int scalesOffset) {
    int whole = length - length % GROUP;
    for (int start = 0; start < whole; start += CHUNK) {
      int count = Math.min(CHUNK, whole - start);
      chunk(
          plan, rounding, first + start, values, offset + start, count, to.codes(), codesOffset + start / 2, to.scales(),
          scalesOffset + (start >>> plan.blockShift()));
    }
    int left = blocks - (whole >>> plan.blockShift());
    if (left > 0) {
      System.arraycopy(values, offset + whole, rest, 0, length - whole);
      Arrays.fill(rest, length - whole, GROUP, 0f);
      chunk(plan, rounding, first + whole, rest, 0, GROUP, restCodes, 0, restScales, 0);
      System.arraycopy(restCodes, 0, to.codes(), codesOffset + whole / 2, left << plan.blockShift() - 1);
      System.arraycopy(restScales, 0, to.scales(), scalesOffset + (whole >>> plan.blockShift()), left);
    }
  }

  private void chunk(
      BlockPlan plan, StochasticRounding rounding, long first, float[] values, int offset, int length, byte[] codes, int codesOffset, byte[] scales,
      int scalesOffset) {
    int blocks = length >>> plan.blockShift();
    boolean special = stages.scales(plan, stages.maxima(plan, values, offset, length), blocks);
    stages.copyScales(blocks, scales, scalesOffset);
    int randomOffset = fill(rounding, first, length);
    switch (rounding.arithmetic()) {
      case CARRY_8 -> casts.carry8(stages.scaled(plan, plan.zero(), values, offset, length), length, random, randomOffset, nibbles, codes, codesOffset);
      case CARRY_32 -> casts.carry32(stages.scaled(plan, plan.zero(), values, offset, length), length, random, randomOffset, nibbles, codes, codesOffset);
      case FMA_8 -> casts.fma8(stages.scaled(plan, -0f, values, offset, length), length, random, randomOffset, nibbles, codes, codesOffset); // keeps -0
    }
    for (int block = 0; special && block < blocks; block++) {
      if (stages.isLeftToModel(block)) {
        int start = block << plan.blockShift();
        model(plan, rounding, first + start, values, offset + start, codes, codesOffset + start / 2, scales, scalesOffset + block);
      }
    }
  }

  /** Writes the random bytes of {@code length} elements; returns where those of the first lie. */
  private int fill(StochasticRounding rounding, long first, int length) {
    boolean words = rounding.arithmetic().bits() == 32;
    int perBlock = words ? 4 : 16;
    int within = (int) (first % perBlock);
    int blocks = Math.ceilDiv(within + length, perBlock);
    int count = blocks + PhiloxBlocks.TURN - 1 & -PhiloxBlocks.TURN;
    philox.words(first / perBlock, rounding.offset(), rounding.seed(), count, random);
    if (!words && rounding.byteOrder() == StochasticRounding.ByteOrder.PTX) {
      Nibbles.exchangeMiddleBytes(random, 16 * count);
    }
    return words ? 4 * within : within;
  }

  private static void model(
      BlockPlan plan, StochasticRounding rounding, long first, float[] values, int offset, byte[] codes, int codesOffset, byte[] scales, int scaleIndex) {
    QuantizationProfile profile = plan.profile();
    int size = profile.format().blockSize();
    FloatRows block = new FloatRows(values, offset, size, 1, size);
    BlockRows to = new BlockRows(codes, codesOffset, size / 2, scales, scaleIndex, 1);
    ReferenceQuantizer.quantizeStochastic(profile, plan.tensorScale(), rounding, first, size, block, to);
  }
}
