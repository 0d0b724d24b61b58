package io.github.fp4j.simd;

import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.ErrorFigures;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.NibbleOrder;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.util.Arrays;

/**
 * Error figures of one thread, in chunks. Elements that are not finite are zero to the sums, and so is the padding of a row's last chunk; neither changes one.
 */
final class BlockComparer {
  /** Elements per chunk: both inputs in a 48 kB first-level cache. */
  private static final int CHUNK = 1 << 12;

  /** Elements that every vector width takes in whole turns. */
  private static final int GROUP = 64;

  private final BlockErrors errors;
  private final int[] counts = new int[3];
  private final double[] sums = new double[4 * BlockErrors.ACCUMULATORS];
  private final byte[] interleaved = new byte[CHUNK / 2];
  private final byte[] restCodes = new byte[GROUP / 2];
  private final float[] cleanBefore = new float[CHUNK];
  private final float[] cleanAfter = new float[CHUNK];
  private long nonFinite;
  private long saturated;
  private long underflowed;

  BlockComparer(BlockErrors errors) {
    this.errors = errors;
  }

  /** The figures of all rows; arguments are checked by the caller. */
  ErrorFigures figures(QuantizationProfile profile, FloatRows before, BlockRows blocks, FloatRows after) {
    Arrays.fill(sums, 0);
    nonFinite = 0;
    saturated = 0;
    underflowed = 0;
    int blockBytes = profile.format().blockSize() / 2;
    int columns = before.columns();
    boolean planar = profile.nibbleOrder() == NibbleOrder.PLANAR_HALVES;
    boolean dense = before.stride() == columns && after.stride() == columns && 2 * blocks.codesStride() == columns && columns % (2 * blockBytes) == 0;
    if (dense) {
      run(before.values(), before.offset(), after.values(), after.offset(), blocks.codes(), blocks.codesOffset(), before.rows() * columns, planar, blockBytes);
    } else {
      for (int row = 0; row < before.rows(); row++) {
        int codes = blocks.codesOffset() + row * blocks.codesStride();
        run(before.values(), before.index(row, 0), after.values(), after.index(row, 0), blocks.codes(), codes, columns, planar, blockBytes);
      }
    }
    double largest = 0;
    for (int lane = 0; lane < BlockErrors.ACCUMULATORS; lane++) {
      largest = Math.max(largest, sums[BlockErrors.LARGEST + lane]);
    }
    return new ErrorFigures(
        (long) before.rows() * columns, nonFinite, total(0), total(BlockErrors.ERROR_ENERGY), total(BlockErrors.ERROR_SUM), largest, saturated, underflowed);
  }

  private double total(int from) {
    double total = 0;
    for (int lane = 0; lane < BlockErrors.ACCUMULATORS; lane++) {
      total += sums[from + lane];
    }
    return total;
  }

  /** {@code length} elements that lie together. */
  private void run(
      float[] before, int beforeOffset, float[] after, int afterOffset, byte[] codes, int codesOffset, int length, boolean planar, int blockBytes) {
    int whole = length - length % GROUP;
    for (int start = 0; start < whole; start += CHUNK) {
      int count = Math.min(CHUNK, whole - start);
      chunk(before, beforeOffset + start, after, afterOffset + start, codes, codesOffset + start / 2, count, planar, blockBytes);
    }
    int rest = length - whole;
    if (rest > 0) {
      System.arraycopy(before, beforeOffset + whole, cleanBefore, 0, rest);
      System.arraycopy(after, afterOffset + whole, cleanAfter, 0, rest);
      Arrays.fill(cleanBefore, rest, GROUP, 0f);
      Arrays.fill(cleanAfter, rest, GROUP, 0f);
      int bytes = (rest + 2 * blockBytes - 1) / (2 * blockBytes) * blockBytes;
      System.arraycopy(codes, codesOffset + whole / 2, restCodes, 0, bytes);
      chunk(cleanBefore, 0, cleanAfter, 0, restCodes, 0, GROUP, planar, blockBytes);
    }
  }

  /** {@code length} elements, a multiple of {@link #GROUP} and at most {@link #CHUNK}. */
  private void chunk(
      float[] before, int beforeOffset, float[] after, int afterOffset, byte[] codes, int codesOffset, int length, boolean planar, int blockBytes) {
    if (planar) {
      Nibbles.interleave(codes, codesOffset, length / 2, blockBytes, interleaved);
      errors.count(before, beforeOffset, after, afterOffset, length, interleaved, 0, counts);
    } else {
      errors.count(before, beforeOffset, after, afterOffset, length, codes, codesOffset, counts);
    }
    nonFinite += counts[BlockErrors.NON_FINITE];
    saturated += counts[BlockErrors.SATURATED];
    underflowed += counts[BlockErrors.UNDERFLOWED];
    if (counts[BlockErrors.NON_FINITE] == 0) {
      errors.sum(before, beforeOffset, after, afterOffset, length, sums);
    } else {
      clean(before, beforeOffset, after, afterOffset, length);
      errors.sum(cleanBefore, 0, cleanAfter, 0, length, sums);
    }
  }

  private void clean(float[] before, int beforeOffset, float[] after, int afterOffset, int length) {
    for (int i = 0; i < length; i++) {
      float x = before[beforeOffset + i];
      float y = after[afterOffset + i];
      boolean finite = Math.abs(x) <= Float.MAX_VALUE && Math.abs(y) <= Float.MAX_VALUE;
      cleanBefore[i] = finite ? x : 0;
      cleanAfter[i] = finite ? y : 0;
    }
  }
}
