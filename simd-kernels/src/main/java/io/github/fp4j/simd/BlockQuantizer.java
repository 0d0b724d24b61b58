package io.github.fp4j.simd;

import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.NibbleOrder;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ReferenceQuantizer;
import java.util.Arrays;

/**
 * Quantises runs of blocks of one thread, in stages that exchange arrays: block maxima, scale codes and factors, element codes. A block in which a NaN or an
 * infinity occurs or would arise is then done again by the model.
 *
 * <p>Whole groups of blocks are read where they lie. What is left of a row, a ragged last block among it, is gathered with that of other rows, padded with zeros,
 * and scattered again.
 */
final class BlockQuantizer {
  /** Elements per chunk: two chunks of input in a 48 kB first-level cache. */
  private static final int CHUNK = 1 << 12;

  /** What the stages work in: sixteen blocks of 16. */
  private static final int GROUP = 256;

  private static final int MAX_BLOCKS = CHUNK / 16;

  private final BlockMaxima maximaStage;
  private final BlockScaler scaleStage;
  private final BlockEncoder codeStage;

  private final int[] partials = new int[CHUNK / 4];
  private final int[] maxima16 = new int[MAX_BLOCKS];
  private final int[] maxima32 = new int[MAX_BLOCKS];
  private final float[] blockScales = new float[MAX_BLOCKS];
  private final float[] factors = new float[MAX_BLOCKS];
  private final byte[] scaleCodes = new byte[MAX_BLOCKS];
  private final float[] prescaled = new float[CHUNK];

  private final float[] gathered = new float[CHUNK];
  private final byte[] gatheredCodes = new byte[CHUNK / 2];
  private final byte[] gatheredScales = new byte[MAX_BLOCKS];
  private final int[] pieceCodes = new int[MAX_BLOCKS];
  private final int[] pieceScales = new int[MAX_BLOCKS];
  private final int[] pieceBlocks = new int[MAX_BLOCKS];
  private int pieces;
  private int gatheredBlocks;

  BlockQuantizer(BlockMaxima maximaStage, BlockScaler scaleStage, BlockEncoder codeStage) {
    this.maximaStage = maximaStage;
    this.scaleStage = scaleStage;
    this.codeStage = codeStage;
  }

  /** Quantises each row; arguments are checked by the caller. */
  void rows(BlockPlan plan, FloatRows from, int storedColumns, BlockRows to) {
    pieces = 0; // a call that was refused half-way leaves some
    gatheredBlocks = 0;
    int blocksPerRow = storedColumns >>> plan.blockShift();
    boolean dense =
        from.columns() == storedColumns && from.stride() == storedColumns && to.codesStride() == storedColumns / 2 && to.scalesStride() == blocksPerRow;
    if (dense) {
      run(plan, from.values(), from.offset(), (long) from.rows() * storedColumns, (long) from.rows() * blocksPerRow, to, to.codesOffset(), to.scalesOffset());
    } else {
      for (int row = 0; row < from.rows(); row++) {
        run(
            plan, from.values(), from.index(row, 0), from.columns(), blocksPerRow, to, to.codesOffset() + row * to.codesStride(),
            to.scalesOffset() + row * to.scalesStride());
      }
    }
    flush(plan, to);
  }

  /** {@code length} elements that lie together, and the {@code blocks} they are stored as. */
  private void run(BlockPlan plan, float[] values, int offset, long length, long blocks, BlockRows to, int codesOffset, int scalesOffset) {
    long whole = length - length % GROUP;
    for (long start = 0; start < whole; start += CHUNK) {
      int count = (int) Math.min(CHUNK, whole - start);
      int firstBlock = (int) (start >>> plan.blockShift());
      chunk(plan, values, offset + (int) start, count, to.codes(), codesOffset + (int) (start / 2), to.scales(), scalesOffset + firstBlock);
    }
    int firstBlock = (int) (whole >>> plan.blockShift());
    gather(
        plan, values, offset + (int) whole, (int) (length - whole), (int) blocks - firstBlock, to, codesOffset + (int) (whole / 2),
        scalesOffset + firstBlock);
  }

  private void gather(BlockPlan plan, float[] values, int offset, int length, int blocks, BlockRows to, int codesOffset, int scalesOffset) {
    if (blocks == 0) {
      return;
    }
    if (gatheredBlocks + blocks << plan.blockShift() > CHUNK) {
      flush(plan, to);
    }
    int start = gatheredBlocks << plan.blockShift();
    System.arraycopy(values, offset, gathered, start, length);
    Arrays.fill(gathered, start + length, gatheredBlocks + blocks << plan.blockShift(), 0f);
    pieceCodes[pieces] = codesOffset;
    pieceScales[pieces] = scalesOffset;
    pieceBlocks[pieces] = blocks;
    pieces++;
    gatheredBlocks += blocks;
  }

  private void flush(BlockPlan plan, BlockRows to) {
    if (pieces == 0) {
      return;
    }
    int length = gatheredBlocks << plan.blockShift();
    int padded = length + GROUP - 1 & -GROUP;
    Arrays.fill(gathered, length, padded, 0f);
    chunk(plan, gathered, 0, padded, gatheredCodes, 0, gatheredScales, 0);
    int bytesPerBlock = 1 << plan.blockShift() - 1;
    for (int piece = 0, block = 0; piece < pieces; block += pieceBlocks[piece++]) {
      System.arraycopy(gatheredCodes, block * bytesPerBlock, to.codes(), pieceCodes[piece], pieceBlocks[piece] * bytesPerBlock);
      System.arraycopy(gatheredScales, block, to.scales(), pieceScales[piece], pieceBlocks[piece]);
    }
    pieces = 0;
    gatheredBlocks = 0;
  }

  /** {@code length} elements, a multiple of {@link #GROUP} and at most {@link #CHUNK}. */
  private void chunk(BlockPlan plan, float[] values, int offset, int length, byte[] codes, int codesOffset, byte[] scales, int scalesOffset) {
    int blocks = length >>> plan.blockShift();
    boolean special = scales(plan, maxima(plan, values, offset, length), blocks + 63 & -64);
    System.arraycopy(scaleCodes, 0, scales, scalesOffset, blocks);
    codes(plan, values, offset, length, codes, codesOffset);
    if (special) {
      for (int block = 0; block < blocks; block++) {
        if (Float.isNaN(factors[block])) {
          model(plan, values, offset + (block << plan.blockShift()), codes, codesOffset + (block << plan.blockShift() - 1), scales, scalesOffset + block);
        }
      }
    }
  }

  private int[] maxima(BlockPlan plan, float[] values, int offset, int length) {
    maximaStage.partials(values, offset, length, partials);
    maximaStage.fours(partials, length / 4, maxima16);
    if (plan.blockShift() == 4) {
      return maxima16;
    }
    maximaStage.pairs(maxima16, length / 16 + 31 & -32, maxima32);
    return maxima32;
  }

  private boolean scales(BlockPlan plan, int[] maxima, int count) {
    switch (plan.scaleStep()) {
      case BlockPlan.PowerOfTwo step -> {
        return scaleStage.powersOfTwo(step.rounding(), maxima, count, scaleCodes, factors);
      }
      case BlockPlan.Product step -> {
        scaleStage.products(maxima, count, step.m1(), step.m2(), blockScales);
        scaleStage.cast(step.rounding(), blockScales, count, scaleCodes);
      }
      case BlockPlan.Quotient step -> {
        scaleStage.quotients(maxima, count, step.m1(), step.d1(), step.m2(), step.d2(), blockScales);
        scaleStage.cast(step.rounding(), blockScales, count, scaleCodes);
      }
      case BlockPlan.Inverse step -> {
        scaleStage.inverses(maxima, count, step.n(), step.d(), blockScales);
        scaleStage.cast(step.rounding(), blockScales, count, scaleCodes);
      }
    }
    BlockPlan.ElementStep step = plan.elementStep();
    return step.inverts()
        ? scaleStage.reciprocals(maxima, blockScales, count, step.p(), step.q(), step.limit(), factors)
        : scaleStage.direct(maxima, blockScales, count, step.p(), step.q(), factors);
  }

  private void codes(BlockPlan plan, float[] values, int offset, int length, byte[] codes, int codesOffset) {
    BlockPlan.ElementStep step = plan.elementStep();
    float[] x = values;
    int start = offset;
    if (step.prescale() != BlockPlan.Prescale.NONE) {
      if (step.prescale() == BlockPlan.Prescale.MULTIPLY) {
        codeStage.prescaleProducts(values, offset, length, step.prescaleZero(), step.prescaleBy(), prescaled);
      } else {
        codeStage.prescaleQuotients(values, offset, length, step.prescaleZero(), step.prescaleBy(), prescaled);
      }
      x = prescaled;
      start = 0;
    }
    if (step.divides()) {
      codeStage.divide(x, start, length, factors, plan.blockShift(), plan.zero(), codes, codesOffset);
    } else {
      codeStage.multiply(x, start, length, factors, plan.blockShift(), codes, codesOffset);
    }
  }

  /** One block by the model. */
  private static void model(BlockPlan plan, float[] values, int offset, byte[] codes, int codesOffset, byte[] scales, int scaleIndex) {
    QuantizationProfile profile = plan.profile();
    int size = profile.format().blockSize();
    float amax = ReferenceQuantizer.amax(profile, new FloatRows(values, offset, size, 1, size));
    int scaleCode = ReferenceQuantizer.scaleCode(profile, amax, plan.tensorScale());
    scales[scaleIndex] = (byte) scaleCode;
    NibbleOrder order = profile.nibbleOrder();
    Arrays.fill(codes, codesOffset, codesOffset + size / 2, (byte) 0);
    for (int i = 0; i < size; i++) {
      int code = ReferenceQuantizer.elementCode(profile, values[offset + i], scaleCode, plan.tensorScale());
      codes[codesOffset + order.byteOf(i, size)] |= (byte) (code << order.shiftOf(i, size));
    }
  }
}
