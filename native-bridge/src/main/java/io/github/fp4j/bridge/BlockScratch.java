package io.github.fp4j.bridge;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.fp4j.bridge.internal.sys.Fp4jBlocksAbi;
import io.github.fp4j.bridge.internal.sys.Fp4jBlocksAbi.Bytes;
import io.github.fp4j.bridge.internal.sys.Fp4jBlocksAbi.Values;
import io.github.fp4j.formats.block.BlockFormat;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** The native memory of one thread through which matrices pass, a piece at a time: small enough to stay in the second-level cache. */
final class BlockScratch {
  /** Elements of one piece. */
  static final int PIECE = 1 << 14;

  /** The largest Hadamard group. */
  private static final int MOST_VALUES = 1 << 16;

  /** Of a piece: a square of the largest block that the ABI's libraries take may be larger than {@link #PIECE}, and padding comes on top. */
  private static final int MOST_CODES = 1 << 17;

  private static final ThreadLocal<BlockScratch> OF_THREAD = ThreadLocal.withInitial(BlockScratch::new);

  final MemorySegment profile;
  final MemorySegment stochastic;
  final MemorySegment amax;
  final MemorySegment figures;
  private final MemorySegment values;
  private final MemorySegment codes;
  private final MemorySegment scales;
  private final MemorySegment otherCodes;
  private final MemorySegment otherScales;
  private @Nullable QuantizationProfile written;

  private BlockScratch() {
    Arena arena = Arena.ofAuto(); // freed after its thread
    profile = arena.allocate(Fp4jBlocksAbi.PROFILE_BYTES, 8);
    stochastic = arena.allocate(Fp4jBlocksAbi.STOCHASTIC_BYTES, 8);
    amax = arena.allocate(JAVA_FLOAT);
    figures = arena.allocate(Fp4jBlocksAbi.FIGURES_BYTES, 8);
    values = arena.allocate(4L * MOST_VALUES, 64);
    codes = arena.allocate(MOST_CODES, 64);
    scales = arena.allocate(MOST_CODES / 2, 64);
    otherCodes = arena.allocate(MOST_CODES, 64);
    otherScales = arena.allocate(MOST_CODES / 2, 64);
  }

  static BlockScratch ofThread() {
    return OF_THREAD.get();
  }

  /** The thread's memory with the profile in it. */
  static BlockScratch with(QuantizationProfile profile) {
    BlockScratch scratch = OF_THREAD.get();
    if (scratch.written != profile) {
      Fp4jBlocksAbi.write(profile, scratch.profile);
      scratch.written = profile;
    }
    return scratch;
  }

  /** Copies {@code from} in, dense. */
  Values take(FloatRows from) {
    for (int row = 0; row < from.rows(); row++) {
      MemorySegment.copy(from.values(), from.index(row, 0), values, JAVA_FLOAT, 4L * row * from.columns(), from.columns());
    }
    return room(from);
  }

  /** Room for the elements of {@code to}, dense. */
  Values room(FloatRows to) {
    return new Values(values, to.columns(), to.rows(), to.columns());
  }

  /** Copies the elements out. */
  void give(FloatRows to) {
    for (int row = 0; row < to.rows(); row++) {
      MemorySegment.copy(values, JAVA_FLOAT, 4L * row * to.columns(), to.values(), to.index(row, 0), to.columns());
    }
  }

  /** Room for quantised rows of {@code stored} elements, dense. */
  Bytes room(BlockFormat format, int stored) {
    return new Bytes(codes, format.codeBytesPerRow(stored), scales, format.blocksPerRow(stored));
  }

  /** Room for a second quantised matrix. */
  Bytes otherRoom(BlockFormat format, int stored) {
    return new Bytes(otherCodes, format.codeBytesPerRow(stored), otherScales, format.blocksPerRow(stored));
  }

  /** Copies quantised rows in, dense. */
  Bytes take(BlockFormat format, BlockRows from, int rows, int stored) {
    Bytes bytes = room(format, stored);
    for (int row = 0; row < rows; row++) {
      int codeBytes = (int) bytes.codesStride();
      int scaleBytes = (int) bytes.scalesStride();
      MemorySegment.copy(from.codes(), from.codesOffset() + row * from.codesStride(), codes, JAVA_BYTE, (long) row * codeBytes, codeBytes);
      MemorySegment.copy(from.scales(), from.scalesOffset() + row * from.scalesStride(), scales, JAVA_BYTE, (long) row * scaleBytes, scaleBytes);
    }
    return bytes;
  }

  /** Copies quantised rows out. */
  static void give(Bytes bytes, int rows, BlockRows to) {
    int codeBytes = (int) bytes.codesStride();
    int scaleBytes = (int) bytes.scalesStride();
    for (int row = 0; row < rows; row++) {
      MemorySegment.copy(bytes.codes(), JAVA_BYTE, (long) row * codeBytes, to.codes(), to.codesOffset() + row * to.codesStride(), codeBytes);
      MemorySegment.copy(bytes.scales(), JAVA_BYTE, (long) row * scaleBytes, to.scales(), to.scalesOffset() + row * to.scalesStride(), scaleBytes);
    }
  }
}
