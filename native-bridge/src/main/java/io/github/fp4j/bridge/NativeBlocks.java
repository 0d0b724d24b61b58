package io.github.fp4j.bridge;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.BlockOperation;
import io.github.fp4j.bridge.Fp4jLibrary.Function;
import io.github.fp4j.bridge.internal.sys.Fp4jAbi;
import io.github.fp4j.bridge.internal.sys.Fp4jBlocksAbi;
import io.github.fp4j.bridge.internal.sys.Fp4jBlocksAbi.Bytes;
import io.github.fp4j.bridge.internal.sys.Fp4jBlocksAbi.Values;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.BlockFormat;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Hadamard;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.RaggedRows;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.block.StochasticRounding;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@link BlockKernels} of a library with the functions of {@code fp4j_blocks.h}, or those of them that it exports. The library works on the arrays
 * themselves, a piece at a time: the garbage collector waits for no more than one. Arguments are checked before the library sees them.
 */
final class NativeBlocks implements BlockKernels {
  private static final Map<BlockOperation, String> SYMBOLS =
      new EnumMap<>(
          Map.of(
              BlockOperation.AMAX, "fp4j_amax",
              BlockOperation.QUANTIZE, "fp4j_quantize",
              BlockOperation.QUANTIZE_TRANSPOSED, "fp4j_quantize_transposed",
              BlockOperation.QUANTIZE_BOTH, "fp4j_quantize_both",
              BlockOperation.QUANTIZE_TILES, "fp4j_quantize_tiles",
              BlockOperation.DEQUANTIZE, "fp4j_dequantize",
              BlockOperation.HADAMARD, "fp4j_hadamard",
              BlockOperation.SCALE_LAYOUT, "fp4j_swizzle"));

  private final Fp4jLibrary library;
  private final Map<BlockOperation, Function> functions = new EnumMap<>(BlockOperation.class);
  private final @Nullable Function supportsProfile;
  private final @Nullable Function supportsStochastic;
  private final @Nullable Function quantizeStochastic;
  private final @Nullable Function unswizzle;

  private NativeBlocks(Fp4jLibrary library) {
    this.library = library;
    SYMBOLS.forEach((operation, symbol) -> library.optional(symbol).ifPresent(function -> functions.put(operation, function)));
    supportsProfile = library.optional("fp4j_supports_profile").orElse(null);
    supportsStochastic = library.optional("fp4j_supports_stochastic").orElse(null);
    quantizeStochastic = library.optional("fp4j_quantize_stochastic").orElse(null);
    unswizzle = library.optional("fp4j_unswizzle").orElse(null);
    if (unswizzle == null) {
      functions.remove(BlockOperation.SCALE_LAYOUT);
    }
  }

  /** Empty for a library that exports none of the operations. */
  static Optional<BlockKernels> of(Fp4jLibrary library) {
    NativeBlocks blocks = new NativeBlocks(library);
    return blocks.functions.isEmpty() ? Optional.empty() : Optional.of(blocks);
  }

  @Override
  public boolean supports(BlockOperation operation) {
    return functions.containsKey(operation);
  }

  @Override
  public boolean supports(QuantizationProfile profile) {
    return profile.isCpuExact() && knows(profile);
  }

  private boolean knows(QuantizationProfile profile) {
    return supportsProfile != null
        && profile.rowMultiple() <= Pieces.LARGEST_UNIT
        && Fp4jBlocksAbi.supportsProfile(supportsProfile.address(), BlockScratch.with(profile).profile) != 0;
  }

  @Override
  public boolean supports(QuantizationProfile profile, StochasticRounding rounding) {
    if (!supports(profile) || supportsStochastic == null || quantizeStochastic == null) {
      return false;
    }
    BlockScratch scratch = BlockScratch.with(profile);
    Fp4jBlocksAbi.write(rounding, scratch.stochastic);
    return Fp4jBlocksAbi.supportsStochastic(supportsStochastic.address(), scratch.profile, scratch.stochastic) != 0;
  }

  private Function require(BlockOperation operation) {
    Function function = functions.get(operation);
    if (function == null) {
      throw new UnsupportedOperationException(library.name() + " exports no " + SYMBOLS.get(operation));
    }
    return function;
  }

  private Function require(BlockOperation operation, QuantizationProfile profile) {
    Function function = require(operation);
    profile.requireCpuExact();
    requireKnown(profile);
    return function;
  }

  private void requireKnown(QuantizationProfile profile) {
    if (!knows(profile)) {
      throw new IllegalArgumentException("profile " + profile + " (" + profile.format() + "): " + library.name() + " does not have it");
    }
  }

  @Override
  public float amax(QuantizationProfile profile, FloatRows from) {
    Function function = require(BlockOperation.AMAX, profile);
    BlockScratch scratch = BlockScratch.with(profile);
    float[] amax = new float[1];
    Pieces.of(from.rows(), 1, from.columns(), 1).forEach(piece -> {
      library.check(function, Fp4jBlocksAbi.amax(function.address(), scratch.profile, HeapArrays.of(piece.of(from)), scratch.amax));
      amax[0] = Math.max(amax[0], scratch.amax.get(JAVA_FLOAT, 0)); // a NaN comes only from a profile that keeps it
    });
    return amax[0];
  }

  @Override
  public void quantize(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
    Function function = require(BlockOperation.QUANTIZE, profile);
    BlockScratch scratch = BlockScratch.with(profile);
    alongRows(profile, function, 1, from, to, (piece, source, room) -> Fp4jBlocksAbi.quantize(function.address(), scratch.profile, tensorScale, source, room));
  }

  @Override
  public void quantizeTiles(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
    Function function = require(BlockOperation.QUANTIZE_TILES, profile);
    BlockScratch scratch = BlockScratch.with(profile);
    int size = profile.format().blockSize();
    if (from.rows() % size != 0 && profile.raggedRows() == RaggedRows.REFUSE) {
      throw new IllegalArgumentException("rows = " + from.rows() + " is not a multiple of " + size + ": " + profile + " does not pad tiles");
    }
    alongRows(profile, function, size, from, to, (piece, source, room) -> Fp4jBlocksAbi.quantize(function.address(), scratch.profile, tensorScale, source, room));
  }

  @Override
  public void quantizeStochastic(
      QuantizationProfile profile, float tensorScale, StochasticRounding rounding, long firstElement, long rowElements, FloatRows from, BlockRows to) {
    profile.requireCpuExact();
    if (quantizeStochastic == null || !supports(profile, rounding)) {
      throw new IllegalArgumentException("profile " + profile + " with " + rounding.arithmetic() + ": " + library.name() + " does not have it");
    }
    Function function = quantizeStochastic;
    BlockScratch scratch = BlockScratch.with(profile);
    Fp4jBlocksAbi.write(rounding, scratch.stochastic);
    alongRows(profile, function, 1, from, to, (piece, source, room) -> {
      long first = firstElement + piece.row() * rowElements + piece.column();
      return Fp4jBlocksAbi.quantizeStochastic(function.address(), scratch.profile, tensorScale, scratch.stochastic, first, rowElements, source, room);
    });
  }

  /** A call that quantises a piece. */
  private interface PieceCall {
    int run(Pieces.Piece piece, Values from, Bytes to);
  }

  private void alongRows(QuantizationProfile profile, Function function, int rowUnit, FloatRows from, BlockRows to, PieceCall call) {
    BlockFormat format = profile.format();
    to.check(format, from.rows(), profile.storedColumns("columns", from.columns()));
    Pieces.of(from.rows(), rowUnit, from.columns(), profile.rowMultiple())
        .forEach(piece -> check(profile, function, call.run(piece, HeapArrays.of(piece.of(from)), along(piece, format, to))));
  }

  @Override
  public void quantizeTransposed(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
    Function function = require(BlockOperation.QUANTIZE_TRANSPOSED, profile);
    BlockFormat format = profile.format();
    to.check(format, from.columns(), profile.storedColumns("rows", from.rows()));
    BlockScratch scratch = BlockScratch.with(profile);
    Pieces.of(from.rows(), profile.rowMultiple(), from.columns(), 1).forEach(piece -> {
      Bytes target = across(piece, format, to);
      check(profile, function, Fp4jBlocksAbi.quantize(function.address(), scratch.profile, tensorScale, HeapArrays.of(piece.of(from)), target));
    });
  }

  @Override
  public void quantizeBoth(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to, BlockRows transposed) {
    Function function = require(BlockOperation.QUANTIZE_BOTH, profile);
    BlockFormat format = profile.format();
    to.check(format, from.rows(), profile.storedColumns("columns", from.columns()));
    transposed.check(format, from.columns(), profile.storedColumns("rows", from.rows()));
    BlockScratch scratch = BlockScratch.with(profile);
    Pieces.of(from.rows(), profile.rowMultiple(), from.columns(), profile.rowMultiple()).forEach(piece -> {
      Values source = HeapArrays.of(piece.of(from));
      Bytes target = along(piece, format, to);
      check(profile, function, Fp4jBlocksAbi.quantizeBoth(function.address(), scratch.profile, tensorScale, source, target, across(piece, format, transposed)));
    });
  }

  @Override
  public void dequantize(QuantizationProfile profile, float tensorScale, BlockRows from, FloatRows to) {
    Function function = require(BlockOperation.DEQUANTIZE);
    requireKnown(profile);
    BlockFormat format = profile.format();
    from.check(format, to.rows(), profile.storedColumns("columns", to.columns()));
    BlockScratch scratch = BlockScratch.with(profile);
    Pieces.of(to.rows(), 1, to.columns(), profile.rowMultiple()).forEach(piece -> {
      Bytes source = along(piece, format, from);
      check(profile, function, Fp4jBlocksAbi.dequantize(function.address(), scratch.profile, tensorScale, source, HeapArrays.of(piece.of(to))));
    });
  }

  /** The blocks of a piece whose rows are blocked along themselves. */
  private static Bytes along(Pieces.Piece piece, BlockFormat format, BlockRows rows) {
    return HeapArrays.of(rows.fromRow(piece.row()).fromBlock(format, piece.column() / format.blockSize()));
  }

  /** The blocks of a piece whose columns are the rows that are blocked. */
  private static Bytes across(Pieces.Piece piece, BlockFormat format, BlockRows rows) {
    return HeapArrays.of(rows.fromRow(piece.column()).fromBlock(format, piece.row() / format.blockSize()));
  }

  private void check(QuantizationProfile profile, Function function, int status) {
    if (status == Fp4jBlocksAbi.REFUSED) {
      throw new IllegalArgumentException("profile " + profile + " has no code for an element: it refuses NaN");
    }
    library.check(function, status);
  }

  @Override
  public void hadamard(Hadamard transform, FloatRows rows) {
    Function function = require(BlockOperation.HADAMARD);
    if (rows.columns() % transform.size() != 0) {
      throw new IllegalArgumentException("columns = " + rows.columns() + " is not a multiple of the transform's size " + transform.size());
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment signs = arena.allocate(JAVA_LONG, transform.signs().size());
      for (int word = 0; word < transform.signs().size(); word++) {
        signs.setAtIndex(JAVA_LONG, word, transform.signs().get(word));
      }
      MemorySegment rounding = rounding(transform.rounding(), arena);
      Pieces.of(rows.rows(), 1, rows.columns(), transform.size())
          .forEach(
              piece -> library.check(function, Fp4jBlocksAbi.hadamard(function.address(), transform.size(), signs, rounding, HeapArrays.of(piece.of(rows)))));
    }
  }

  private static MemorySegment rounding(@Nullable FloatFormat format, Arena arena) {
    if (format == null) {
      return MemorySegment.NULL;
    }
    MemorySegment written = arena.allocate(Fp4jAbi.FORMAT_BYTES, 8);
    Fp4jAbi.write(format, written, 0);
    return written;
  }

  @Override
  public void swizzle(ScaleLayout layout, int rows, int columns, byte[] linear, int linearOffset, byte[] swizzled, int swizzledOffset) {
    int count = scales(rows, columns);
    relayout(require(BlockOperation.SCALE_LAYOUT), layout, rows, columns, linear, linearOffset, count, swizzled, swizzledOffset, layout.size(rows, columns));
  }

  @Override
  public void unswizzle(ScaleLayout layout, int rows, int columns, byte[] swizzled, int swizzledOffset, byte[] linear, int linearOffset) {
    require(BlockOperation.SCALE_LAYOUT);
    int count = scales(rows, columns);
    Function function = Objects.requireNonNull(unswizzle);
    relayout(function, layout, rows, columns, swizzled, swizzledOffset, layout.size(rows, columns), linear, linearOffset, count);
  }

  private static int scales(int rows, int columns) {
    if (rows < 0 || columns < 0) {
      throw new IllegalArgumentException("rows = " + rows + ", columns = " + columns + ": expected no negative number");
    }
    return Math.multiplyExact(rows, columns);
  }

  private void relayout(
      Function function, ScaleLayout layout, int rows, int columns, byte[] from, int fromOffset, int fromBytes, byte[] to, int toOffset, int toBytes) {
    Objects.checkFromIndexSize(fromOffset, fromBytes, from.length);
    Objects.checkFromIndexSize(toOffset, toBytes, to.length);
    try (Arena arena = Arena.ofConfined()) { // no piece of a layout can be rearranged alone
      MemorySegment source = arena.allocate(Math.max(fromBytes, 1));
      MemorySegment target = arena.allocate(Math.max(toBytes, 1));
      MemorySegment.copy(from, fromOffset, source, JAVA_BYTE, 0, fromBytes);
      library.check(function, Fp4jBlocksAbi.relayout(function.address(), layout.ordinal(), rows, columns, source, target));
      MemorySegment.copy(target, JAVA_BYTE, 0, to, toOffset, toBytes);
    }
  }
}
