package io.github.fp4j.simd;

import static io.github.fp4j.simd.BlockStages.CHUNK;
import static io.github.fp4j.simd.BlockStages.GROUP;
import static io.github.fp4j.simd.BlockStages.MAX_BLOCKS;

import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.FloatRows;
import java.util.Arrays;

/**
 * Cuts a matrix, or its transpose, into runs of blocks for {@link BlockStages}; for one thread.
 *
 * <p>Whole groups of a row are read where they lie. What is left of a row, a ragged last block among it, is gathered with that of other rows, padded with zeros,
 * and the result scattered; so are all columns.
 */
final class BlockQuantizer {
  /** Columns that are gathered together: a cache line of each row. */
  private static final int PANEL = 16;

  private final BlockStages stages;

  private final float[] gathered = new float[CHUNK];
  private final byte[] gatheredCodes = new byte[CHUNK / 2];
  private final byte[] gatheredScales = new byte[MAX_BLOCKS];
  private final int[] pieceCodes = new int[MAX_BLOCKS];
  private final int[] pieceScales = new int[MAX_BLOCKS];
  private final int[] pieceBlocks = new int[MAX_BLOCKS];
  private int pieces;
  private int gatheredBlocks;

  BlockQuantizer(BlockStages stages) {
    this.stages = stages;
  }

  /** Quantises each row as {@code stored} elements; arguments are checked by the caller. */
  void rows(BlockPlan plan, FloatRows from, int stored, BlockRows to) {
    clear();
    int blocksPerRow = stored >>> plan.blockShift();
    boolean dense = from.columns() == stored && from.stride() == stored && to.codesStride() == stored / 2 && to.scalesStride() == blocksPerRow;
    if (dense) {
      run(plan, from.values(), from.offset(), from.rows() * stored, from.rows() * blocksPerRow, to, to.codesOffset(), to.scalesOffset());
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
  private void run(BlockPlan plan, float[] values, int offset, int length, int blocks, BlockRows to, int codesOffset, int scalesOffset) {
    int whole = length - length % GROUP;
    for (int start = 0; start < whole; start += CHUNK) {
      int count = Math.min(CHUNK, whole - start);
      int firstScale = scalesOffset + (start >>> plan.blockShift());
      stages.quantize(plan, values, offset + start, count, to.codes(), codesOffset + start / 2, to.scales(), firstScale);
    }
    int wholeBlocks = whole >>> plan.blockShift();
    if (blocks > wholeBlocks) {
      int start = addPiece(plan, blocks - wholeBlocks, to, codesOffset + whole / 2, scalesOffset + wholeBlocks);
      System.arraycopy(values, offset + whole, gathered, start, length - whole);
    }
  }

  /** Quantises each column as {@code stored} elements; arguments are checked by the caller. */
  void columns(BlockPlan plan, FloatRows from, int stored, BlockRows to) {
    clear();
    for (int column = 0; column < from.columns(); column += PANEL) {
      int count = Math.min(PANEL, from.columns() - column);
      for (int row = 0; row < stored; row += CHUNK / PANEL) {
        panel(plan, from, row, Math.min(CHUNK / PANEL, stored - row), column, count, to);
        flush(plan, to);
      }
    }
  }

  private void panel(BlockPlan plan, FloatRows from, int row, int height, int column, int count, BlockRows to) {
    for (int c = 0; c < count; c++) {
      int codesOffset = to.codesOffset() + (column + c) * to.codesStride() + row / 2;
      addPiece(plan, height >>> plan.blockShift(), to, codesOffset, to.scalesOffset() + (column + c) * to.scalesStride() + (row >>> plan.blockShift()));
    }
    int end = Math.min(row + height, from.rows());
    for (int r = row; r < end; r++) {
      int index = from.index(r, column);
      for (int c = 0; c < count; c++) {
        gathered[c * height + r - row] = from.values()[index + c];
      }
    }
  }

  private void clear() {
    pieces = 0;
    gatheredBlocks = 0;
  }

  /** Makes room for the zeros of {@code blocks} blocks and returns where it starts. */
  private int addPiece(BlockPlan plan, int blocks, BlockRows to, int codesOffset, int scalesOffset) {
    if (gatheredBlocks + blocks << plan.blockShift() > CHUNK) {
      flush(plan, to);
    }
    int start = gatheredBlocks << plan.blockShift();
    pieceCodes[pieces] = codesOffset;
    pieceScales[pieces] = scalesOffset;
    pieceBlocks[pieces] = blocks;
    pieces++;
    gatheredBlocks += blocks;
    Arrays.fill(gathered, start, gatheredBlocks << plan.blockShift(), 0f);
    return start;
  }

  private void flush(BlockPlan plan, BlockRows to) {
    if (pieces == 0) {
      return;
    }
    int length = gatheredBlocks << plan.blockShift();
    int padded = length + GROUP - 1 & -GROUP;
    Arrays.fill(gathered, length, padded, 0f);
    stages.quantize(plan, gathered, 0, padded, gatheredCodes, 0, gatheredScales, 0);
    int bytesPerBlock = 1 << plan.blockShift() - 1;
    for (int piece = 0, block = 0; piece < pieces; block += pieceBlocks[piece++]) {
      System.arraycopy(gatheredCodes, block * bytesPerBlock, to.codes(), pieceCodes[piece], pieceBlocks[piece] * bytesPerBlock);
      System.arraycopy(gatheredScales, block, to.scales(), pieceScales[piece], pieceBlocks[piece]);
    }
    clear();
  }
}
