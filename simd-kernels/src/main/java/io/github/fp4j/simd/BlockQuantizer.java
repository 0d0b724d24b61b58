package io.github.fp4j.simd;

import static io.github.fp4j.simd.BlockStages.CHUNK;
import static io.github.fp4j.simd.BlockStages.GROUP;
import static io.github.fp4j.simd.BlockStages.MAX_BLOCKS;

import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.FloatRows;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Cuts a matrix, or its transpose, into runs of blocks for {@link BlockStages}; for one thread.
 *
 * <p>Whole groups of a row are read where they lie. What is left of a row, a ragged last block among it, is gathered with that of other rows, padded with zeros,
 * and the result scattered; so are all columns.
 */
final class BlockQuantizer {
  /** Columns that are gathered together: a cache line of each row. */
  private static final int PANEL = PanelTranspose.COLUMNS;

  /** Blocks that are copied without a call. */
  private static final int SMALL = 2;

  /** From this length on elements come from beyond the second-level cache. */
  private static final int LONG = 1 << 20;

  /**
   * Elements of long runs that are quantised at a time. What the CPU fetches ahead of its own accord arrives while these are encoded: with {@link BlockStages#CHUNK}
   * memory waits for arithmetic most of the time, and a quantisation takes a fifth longer; with less the calls cost more than that.
   */
  private static final int LONG_PIECE = 1 << 10;

  private static final VarHandle EIGHT_BYTES = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final BlockStages stages;
  private final PanelTranspose transpose;

  private final float[] gathered = new float[CHUNK];
  private final byte[] gatheredCodes = new byte[CHUNK / 2];
  private final byte[] gatheredScales = new byte[MAX_BLOCKS];
  private final int[] pieceCodes = new int[MAX_BLOCKS];
  private final int[] pieceScales = new int[MAX_BLOCKS];
  private final int[] pieceBlocks = new int[MAX_BLOCKS];
  private final float[] shuffled = new float[CHUNK];
  private final float[] shuffledAgain = new float[CHUNK];
  private int pieces;
  private int gatheredBlocks;

  BlockQuantizer(BlockStages stages, PanelTranspose transpose) {
    this.stages = stages;
    this.transpose = transpose;
  }

  /** Quantises each of the rows from {@code first} up to {@code end} as {@code stored} elements; arguments are checked by the caller. */
  void rows(BlockPlan plan, FloatRows from, int first, int end, int stored, BlockRows to) {
    clear();
    int blocksPerRow = stored >>> plan.blockShift();
    boolean dense = from.columns() == stored && from.stride() == stored && to.codesStride() == stored / 2 && to.scalesStride() == blocksPerRow;
    if (dense) {
      run(plan, from, first, (end - first) * stored, (end - first) * blocksPerRow, to);
    } else {
      for (int row = first; row < end; row++) {
        run(plan, from, row, from.columns(), blocksPerRow, to);
      }
    }
    flush(plan, to);
  }

  /** {@code length} elements that lie together from the start of {@code row}, and the {@code blocks} they are stored as. */
  private void run(BlockPlan plan, FloatRows from, int row, int length, int blocks, BlockRows to) {
    float[] values = from.values();
    int offset = from.index(row, 0);
    int codesOffset = to.codesOffset() + row * to.codesStride();
    int scalesOffset = to.scalesOffset() + row * to.scalesStride();
    int whole = length - length % GROUP;
    int piece = whole < LONG ? CHUNK : LONG_PIECE;
    for (int start = 0; start < whole; start += piece) {
      int count = Math.min(piece, whole - start);
      int firstScale = scalesOffset + (start >>> plan.blockShift());
      stages.quantize(plan, values, offset + start, count, to.codes(), codesOffset + start / 2, to.scales(), firstScale);
    }
    int wholeBlocks = whole >>> plan.blockShift();
    if (blocks > wholeBlocks) {
      int left = blocks - wholeBlocks;
      makeRoom(plan, left, to);
      int start = gatheredBlocks << plan.blockShift();
      addPiece(left, codesOffset + whole / 2, scalesOffset + wholeBlocks);
      System.arraycopy(values, offset + whole, gathered, start, length - whole);
      Arrays.fill(gathered, start + length - whole, gatheredBlocks << plan.blockShift(), 0f);
    }
  }

  /**
   * Quantises each column's elements from {@code first}, where a block starts, up to {@code storedEnd}; what lies beyond the last row is zero. Arguments are checked
   * by the caller.
   */
  void columns(BlockPlan plan, FloatRows from, int first, int storedEnd, BlockRows to) {
    clear();
    for (int row = first; row < storedEnd; row += CHUNK / PANEL) {
      int height = Math.min(CHUNK / PANEL, storedEnd - row);
      for (int column = 0; column < from.columns(); column += PANEL) {
        int count = Math.min(PANEL, from.columns() - column);
        makeRoom(plan, count * height >>> plan.blockShift(), to);
        panel(plan, from, row, height, column, count, to);
      }
    }
    flush(plan, to);
  }

  private void panel(BlockPlan plan, FloatRows from, int row, int height, int column, int count, BlockRows to) {
    int start = gatheredBlocks << plan.blockShift();
    int blocks = height >>> plan.blockShift();
    int codesOffset = to.codesOffset() + row / 2;
    int scalesOffset = to.scalesOffset() + (row >>> plan.blockShift());
    for (int c = column; c < column + count; c++) {
      addPiece(blocks, codesOffset + c * to.codesStride(), scalesOffset + c * to.scalesStride());
    }
    int end = Math.min(row + height, from.rows());
    if (count == PANEL && end == row + height) {
      transpose.transpose(from.values(), from.index(row, column), from.stride(), height, shuffled, shuffledAgain, gathered, start);
      return;
    }
    Arrays.fill(gathered, start, start + count * height, 0f);
    for (int r = row; r < end; r++) {
      int index = from.index(r, column);
      for (int c = 0; c < count; c++) {
        gathered[start + c * height + r - row] = from.values()[index + c];
      }
    }
  }

  private void clear() {
    pieces = 0;
    gatheredBlocks = 0;
  }

  private void makeRoom(BlockPlan plan, int blocks, BlockRows to) {
    if (gatheredBlocks + blocks << plan.blockShift() > CHUNK) {
      flush(plan, to);
    }
  }

  /** Takes the next {@code blocks} blocks that are gathered, for which there is room. */
  private void addPiece(int blocks, int codesOffset, int scalesOffset) {
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
    stages.quantize(plan, gathered, 0, padded, gatheredCodes, 0, gatheredScales, 0);
    int bytesPerBlock = 1 << plan.blockShift() - 1;
    for (int piece = 0, block = 0; piece < pieces; block += pieceBlocks[piece++]) {
      int blocks = pieceBlocks[piece];
      if (blocks <= SMALL) { // a call of arraycopy takes longer
        for (int i = 0; i < blocks * bytesPerBlock; i += Long.BYTES) {
          EIGHT_BYTES.set(to.codes(), pieceCodes[piece] + i, (long) EIGHT_BYTES.get(gatheredCodes, block * bytesPerBlock + i));
        }
        for (int i = 0; i < blocks; i++) {
          to.scales()[pieceScales[piece] + i] = gatheredScales[block + i];
        }
      } else {
        System.arraycopy(gatheredCodes, block * bytesPerBlock, to.codes(), pieceCodes[piece], blocks * bytesPerBlock);
        System.arraycopy(gatheredScales, block, to.scales(), pieceScales[piece], blocks);
      }
    }
    clear();
  }
}
