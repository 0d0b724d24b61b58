package io.github.fp4j.conformance.subject;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.BlockOperation;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Hadamard;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.block.StochasticRounding;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * ggml's functions for one row as kernels for many: rows are quantised and restored, and nothing else. A row of structs ({@code block_nvfp4}: four scales, then 32
 * bytes of codes; {@code block_mxfp4}: one scale, then 16) is taken apart into scales and codes, which keep ggml's order of nibbles.
 */
final class GgmlKernels implements BlockKernels {
  private final MethodHandle quantizeNvfp4;
  private final MethodHandle quantizeMxfp4;
  private final MethodHandle dequantizeNvfp4;
  private final MethodHandle dequantizeMxfp4;

  /** @throws java.util.NoSuchElementException if a function is missing; the message names it */
  GgmlKernels(SymbolLookup symbols) {
    this.quantizeNvfp4 = Ggml.rowFunction(symbols, "quantize_row_nvfp4_ref");
    this.quantizeMxfp4 = Ggml.rowFunction(symbols, "quantize_row_mxfp4_ref");
    this.dequantizeNvfp4 = Ggml.rowFunction(symbols, "dequantize_row_nvfp4");
    this.dequantizeMxfp4 = Ggml.rowFunction(symbols, "dequantize_row_mxfp4");
  }

  @Override
  public boolean supports(BlockOperation operation) {
    return operation == BlockOperation.QUANTIZE || operation == BlockOperation.DEQUANTIZE;
  }

  @Override
  public boolean supports(QuantizationProfile profile) {
    return profile.equals(Profiles.GGML_NVFP4) || profile.equals(Profiles.GGML_MXFP4);
  }

  @Override
  public boolean supports(QuantizationProfile profile, StochasticRounding rounding) {
    return false;
  }

  @Override
  public void quantize(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
    int columns = checked(profile, from, to);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment values = arena.allocate(JAVA_FLOAT, columns);
      MemorySegment structs = arena.allocate(structBytes(profile) * (columns / profile.rowMultiple()));
      for (int row = 0; row < from.rows(); row++) {
        MemorySegment.copy(from.values(), from.index(row, 0), values, JAVA_FLOAT, 0, columns);
        call(profile.equals(Profiles.GGML_NVFP4) ? quantizeNvfp4 : quantizeMxfp4, values, structs, columns);
        takeApart(profile, structs, to.fromRow(row));
      }
    }
  }

  @Override
  public void dequantize(QuantizationProfile profile, float tensorScale, BlockRows from, FloatRows to) {
    int columns = checked(profile, to, from);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment values = arena.allocate(JAVA_FLOAT, columns);
      MemorySegment structs = arena.allocate(structBytes(profile) * (columns / profile.rowMultiple()));
      for (int row = 0; row < to.rows(); row++) {
        putTogether(profile, from.fromRow(row), structs);
        call(profile.equals(Profiles.GGML_NVFP4) ? dequantizeNvfp4 : dequantizeMxfp4, structs, values, columns);
        MemorySegment.copy(values, JAVA_FLOAT, 0, to.values(), to.index(row, 0), columns);
      }
    }
  }

  private int checked(QuantizationProfile profile, FloatRows values, BlockRows blocks) {
    if (!supports(profile)) {
      throw new IllegalArgumentException("profile = " + profile + ": expected " + Profiles.GGML_NVFP4 + " or " + Profiles.GGML_MXFP4);
    }
    int columns = profile.storedColumns("columns", values.columns());
    blocks.check(profile.format(), values.rows(), columns);
    return columns;
  }

  private static void call(MethodHandle function, MemorySegment from, MemorySegment to, long elements) {
    try {
      function.invokeExact(from, to, elements);
    } catch (Throwable e) {
      throw new IllegalStateException("ggml", e);
    }
  }

  private static int scalesPerStruct(QuantizationProfile profile) {
    return profile.rowMultiple() / profile.format().blockSize();
  }

  private static long structBytes(QuantizationProfile profile) {
    return scalesPerStruct(profile) + profile.rowMultiple() / 2;
  }

  private static void takeApart(QuantizationProfile profile, MemorySegment structs, BlockRows to) {
    int scales = scalesPerStruct(profile);
    int codes = profile.rowMultiple() / 2;
    for (int i = 0; i * structBytes(profile) < structs.byteSize(); i++) {
      long at = i * structBytes(profile);
      MemorySegment.copy(structs, JAVA_BYTE, at, to.scales(), to.scalesOffset() + i * scales, scales);
      MemorySegment.copy(structs, JAVA_BYTE, at + scales, to.codes(), to.codesOffset() + i * codes, codes);
    }
  }

  private static void putTogether(QuantizationProfile profile, BlockRows from, MemorySegment structs) {
    int scales = scalesPerStruct(profile);
    int codes = profile.rowMultiple() / 2;
    for (int i = 0; i * structBytes(profile) < structs.byteSize(); i++) {
      long at = i * structBytes(profile);
      MemorySegment.copy(from.scales(), from.scalesOffset() + i * scales, structs, JAVA_BYTE, at, scales);
      MemorySegment.copy(from.codes(), from.codesOffset() + i * codes, structs, JAVA_BYTE, at + scales, codes);
    }
  }

  @Override
  public float amax(QuantizationProfile profile, FloatRows from) {
    throw missing(BlockOperation.AMAX);
  }

  @Override
  public void quantizeTransposed(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
    throw missing(BlockOperation.QUANTIZE_TRANSPOSED);
  }

  @Override
  public void quantizeBoth(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to, BlockRows transposed) {
    throw missing(BlockOperation.QUANTIZE_BOTH);
  }

  @Override
  public void quantizeTiles(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
    throw missing(BlockOperation.QUANTIZE_TILES);
  }

  @Override
  public void quantizeStochastic(
      QuantizationProfile profile, float tensorScale, StochasticRounding rounding, long firstElement, long rowElements, FloatRows from, BlockRows to) {
    throw new IllegalArgumentException("profile = " + profile + ": ggml does not round stochastically");
  }

  @Override
  public void hadamard(Hadamard transform, FloatRows rows) {
    throw missing(BlockOperation.HADAMARD);
  }

  @Override
  public void swizzle(ScaleLayout layout, int rows, int columns, byte[] linear, int linearOffset, byte[] swizzled, int swizzledOffset) {
    throw missing(BlockOperation.SCALE_LAYOUT);
  }

  @Override
  public void unswizzle(ScaleLayout layout, int rows, int columns, byte[] swizzled, int swizzledOffset, byte[] linear, int linearOffset) {
    throw missing(BlockOperation.SCALE_LAYOUT);
  }

  private static UnsupportedOperationException missing(BlockOperation operation) {
    return new UnsupportedOperationException("ggml has no " + operation);
  }
}
