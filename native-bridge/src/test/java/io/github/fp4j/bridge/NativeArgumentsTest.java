package io.github.fp4j.bridge;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.BlockOperation;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Hadamard;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.block.StochasticRounding;
import io.github.fp4j.formats.block.StochasticRounding.Arithmetic;
import io.github.fp4j.formats.block.StochasticRounding.ByteOrder;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A library that counts its calls and does nothing: bad arguments never get there, good ones do. */
@SuppressWarnings("restricted")
class NativeArgumentsTest {
  private static final String COUNTING_LIBRARY =
      CompiledC.FAILING_LIBRARY
          + """
          #include "fp4j/fp4j_blocks.h"
          #include "fp4j/fp4j_gemm.h"
          FP4J_EXPORT int calls;
          int32_t fp4j_supports_profile(const fp4j_profile* p) { return 1; }
          int32_t fp4j_supports_stochastic(const fp4j_profile* p, const fp4j_stochastic* r) { return 1; }
          #define QUANTISE const float* v, size_t s, size_t r, size_t c, uint8_t* codes, size_t cs, uint8_t* scales, size_t ss
          int32_t fp4j_amax(const fp4j_profile* p, const float* v, size_t s, size_t r, size_t c, float* a) { calls++; return FP4J_OK; }
          int32_t fp4j_quantize(const fp4j_profile* p, float t, QUANTISE) { calls++; return FP4J_OK; }
          int32_t fp4j_quantize_transposed(const fp4j_profile* p, float t, QUANTISE) { calls++; return FP4J_OK; }
          int32_t fp4j_quantize_tiles(const fp4j_profile* p, float t, QUANTISE) { calls++; return FP4J_OK; }
          int32_t fp4j_quantize_both(const fp4j_profile* p, float t, QUANTISE, uint8_t* tc, size_t tcs, uint8_t* ts, size_t tss) { calls++; return FP4J_OK; }
          int32_t fp4j_quantize_stochastic(const fp4j_profile* p, float t, const fp4j_stochastic* how, uint64_t f, uint64_t e, QUANTISE) { calls++; return FP4J_OK; }
          int32_t fp4j_dequantize(
              const fp4j_profile* p, float t, const uint8_t* codes, size_t cs, const uint8_t* scales, size_t ss, float* v, size_t s, size_t r, size_t c) {
            calls++; return FP4J_OK;
          }
          int32_t fp4j_hadamard(int32_t n, const uint64_t* signs, const fp4j_format* f, float* v, size_t s, size_t r, size_t c) { calls++; return FP4J_OK; }
          int32_t fp4j_swizzle(int32_t l, size_t r, size_t c, const uint8_t* a, uint8_t* b) { calls++; return FP4J_OK; }
          int32_t fp4j_unswizzle(int32_t l, size_t r, size_t c, const uint8_t* a, uint8_t* b) { calls++; return FP4J_OK; }
          int32_t fp4j_supports_gemm(const char* model, int32_t operand) { return 1; }
          int32_t fp4j_gemm(
              const char* model, int32_t operand, size_t m, size_t n, size_t k, const uint8_t* ac, const uint8_t* as, const uint8_t* bc, const uint8_t* bs,
              const float* c, float* d) {
            calls++; return FP4J_OK;
          }
          """;

  private static final QuantizationProfile TE = Profiles.TE_2_15;
  private static final StochasticRounding ROUNDING = new StochasticRounding(Arithmetic.CARRY_8, ByteOrder.ELEMENT, 1, 2);
  private static final FloatRows MATRIX = FloatRows.of(new float[16 * 32], 16, 32);
  private static final BlockRows ROOM = BlockRows.allocate(TE.format(), 16, 32);
  private static final BlockRows OTHER = BlockRows.allocate(TE.format(), 32, 16);

  @TempDir private Path folder;
  private MemorySegment calls;
  private BlockKernels blocks;
  private GemmKernels gemms;

  @BeforeEach
  void load() throws Exception {
    Path library = CompiledC.library(folder, "counting", COUNTING_LIBRARY);
    NativeLibraryBackend backend = NativeLibraryBackend.load(library);
    blocks = backend.blocks().orElseThrow();
    gemms = backend.gemms().orElseThrow();
    calls = SymbolLookup.libraryLookup(library, Arena.global()).find("calls").orElseThrow().reinterpret(4);
  }

  private int calls() {
    return calls.get(JAVA_INT, 0);
  }

  private void refused(Class<? extends Exception> type, String message, ThrowingCallable call) {
    assertThatExceptionOfType(type).isThrownBy(call).withMessageContaining(message);
    assertThat(calls()).as("calls after \"%s\"", message).isZero();
  }

  private void illegal(String message, ThrowingCallable call) {
    refused(IllegalArgumentException.class, message, call);
  }

  private void tooShort(ThrowingCallable call) {
    refused(IndexOutOfBoundsException.class, "", call);
  }

  private void missing(ThrowingCallable call) {
    assertThatExceptionOfType(NullPointerException.class).isThrownBy(call);
    assertThat(calls()).isZero();
  }

  @Test
  void goodArgumentsGetThere() {
    for (BlockOperation operation : BlockOperation.values()) {
      assertThat(blocks.supports(operation)).isTrue();
    }
    blocks.amax(TE, MATRIX);
    blocks.quantize(TE, 1, MATRIX, ROOM);
    blocks.quantizeTiles(TE, 1, MATRIX, ROOM);
    blocks.quantizeTransposed(TE, 1, MATRIX, OTHER);
    blocks.quantizeBoth(TE, 1, MATRIX, ROOM, OTHER);
    blocks.quantizeStochastic(TE, 1, ROUNDING, 0, 32, MATRIX, ROOM);
    blocks.dequantize(TE, 1, ROOM, MATRIX);
    blocks.hadamard(Hadamard.plain(16), MATRIX);
    blocks.swizzle(ScaleLayout.SWIZZLED_8X4, 2, 3, new byte[6], 0, new byte[32], 0);
    blocks.unswizzle(ScaleLayout.SWIZZLED_8X4, 2, 3, new byte[32], 0, new byte[6], 0);
    assertThat(calls()).isEqualTo(10);
    gemms.multiply(GemmKernels.OWN, operand(1, 32), operand(2, 32), null, new float[2]);
    assertThat(calls()).isEqualTo(11);
  }

  @Test
  void shapesAndRoomAreCheckedFirst() {
    FloatRows ragged = FloatRows.of(new float[16 * 20], 16, 20);
    illegal("columns = 20 is not a multiple of 16", () -> blocks.quantize(TE, 1, ragged, ROOM));
    illegal("columns = 20 is not a multiple of 16", () -> blocks.quantizeStochastic(TE, 1, ROUNDING, 0, 20, ragged, ROOM));
    illegal("columns = 20 is not a multiple of 16", () -> blocks.dequantize(TE, 1, ROOM, ragged));
    illegal("rows = 15 is not a multiple of 16", () -> blocks.quantizeTiles(TE, 1, MATRIX.rowRange(0, 15), ROOM));
    illegal("rows = 15 is not a multiple of 16", () -> blocks.quantizeTransposed(TE, 1, MATRIX.rowRange(0, 15), OTHER));
    illegal("rows = 15 is not a multiple of 16", () -> blocks.quantizeBoth(TE, 1, MATRIX.rowRange(0, 15), ROOM, OTHER));
    illegal("columns = 32 is not a multiple of the transform's size 64", () -> blocks.hadamard(Hadamard.plain(64), MATRIX));
    tooShort(() -> blocks.quantize(TE, 1, MATRIX, ROOM.fromRow(1)));
    tooShort(() -> blocks.quantize(TE, 1, MATRIX, new BlockRows(ROOM.codes(), 0, 15, ROOM.scales(), 0, 2)));
    tooShort(() -> blocks.quantize(TE, 1, MATRIX, new BlockRows(ROOM.codes(), 0, 16, ROOM.scales(), 0, 1)));
    tooShort(() -> blocks.quantize(TE, 1, MATRIX, new BlockRows(ROOM.codes(), -1, 16, ROOM.scales(), 0, 2)));
    tooShort(() -> blocks.quantizeTiles(TE, 1, MATRIX, ROOM.fromRow(1)));
    tooShort(() -> blocks.quantizeTransposed(TE, 1, MATRIX, OTHER.fromRow(1)));
    tooShort(() -> blocks.quantizeBoth(TE, 1, MATRIX, ROOM, OTHER.fromRow(1)));
    tooShort(() -> blocks.quantizeBoth(TE, 1, MATRIX, ROOM.fromRow(1), OTHER));
    tooShort(() -> blocks.quantizeStochastic(TE, 1, ROUNDING, 0, 32, MATRIX, ROOM.fromRow(1)));
    tooShort(() -> blocks.dequantize(TE, 1, ROOM.fromRow(1), MATRIX));
    tooShort(() -> blocks.swizzle(ScaleLayout.SWIZZLED_8X4, 2, 3, new byte[5], 0, new byte[32], 0));
    tooShort(() -> blocks.swizzle(ScaleLayout.SWIZZLED_8X4, 2, 3, new byte[6], 0, new byte[32], 1));
    tooShort(() -> blocks.unswizzle(ScaleLayout.SWIZZLED_128X4, 2, 3, new byte[511], 0, new byte[6], 0));
    illegal("rows = -2, columns = -2: expected no negative number", () -> blocks.swizzle(ScaleLayout.LINEAR, -2, -2, new byte[4], 0, new byte[4], 0));
    illegal("rows = 1, columns = -2: expected no negative number", () -> blocks.unswizzle(ScaleLayout.LINEAR, 1, -2, new byte[4], 0, new byte[4], 0));
    illegal("vllm is hardware-only", () -> blocks.quantize(Profiles.VLLM, 1, MATRIX, ROOM));
  }

  @Test
  void nothingIsNull() {
    missing(() -> blocks.amax(null, MATRIX));
    missing(() -> blocks.amax(TE, null));
    missing(() -> blocks.quantize(null, 1, MATRIX, ROOM));
    missing(() -> blocks.quantize(TE, 1, null, ROOM));
    missing(() -> blocks.quantize(TE, 1, MATRIX, null));
    missing(() -> blocks.quantizeTiles(TE, 1, MATRIX, null));
    missing(() -> blocks.quantizeTransposed(TE, 1, MATRIX, null));
    missing(() -> blocks.quantizeBoth(TE, 1, MATRIX, null, OTHER));
    missing(() -> blocks.quantizeBoth(TE, 1, MATRIX, ROOM, null));
    missing(() -> blocks.quantizeStochastic(TE, 1, null, 0, 32, MATRIX, ROOM));
    missing(() -> blocks.dequantize(TE, 1, null, MATRIX));
    missing(() -> blocks.dequantize(TE, 1, ROOM, null));
    missing(() -> blocks.hadamard(null, MATRIX));
    missing(() -> blocks.hadamard(Hadamard.plain(16), null));
    missing(() -> blocks.swizzle(null, 1, 1, new byte[1], 0, new byte[1], 0));
    missing(() -> blocks.swizzle(ScaleLayout.LINEAR, 1, 1, null, 0, new byte[1], 0));
    missing(() -> blocks.unswizzle(ScaleLayout.LINEAR, 1, 1, new byte[1], 0, null, 0));
    missing(() -> gemms.multiply(null, operand(1, 32), operand(1, 32), null, new float[1]));
    missing(() -> gemms.multiply(GemmKernels.OWN, null, operand(1, 32), null, new float[1]));
    missing(() -> gemms.multiply(GemmKernels.OWN, operand(1, 32), null, null, new float[1]));
    missing(() -> gemms.multiply(GemmKernels.OWN, operand(1, 32), operand(1, 32), null, null));
  }

  private static GemmOperand operand(int rows, int k) {
    return new GemmOperand(OperandFormat.NVFP4, rows, k, new byte[rows * k / 2], new byte[rows * k / 16]);
  }

  @Test
  void productsAreCheckedFirst() {
    illegal("k = 32 of A, 48 of B: expected the same", () -> gemms.multiply(GemmKernels.OWN, operand(1, 32), operand(1, 48), null, new float[1]));
    illegal("k = 32 is not a multiple of 64", () -> gemms.multiply("nvfp4-gst-f35", operand(1, 32), operand(1, 32), null, new float[1]));
    illegal("d has 3 elements: expected 2", () -> gemms.multiply(GemmKernels.OWN, operand(1, 32), operand(2, 32), null, new float[3]));
    illegal("c has 1 elements: expected 2", () -> gemms.multiply(GemmKernels.OWN, operand(1, 32), operand(2, 32), new float[1], new float[2]));
    GemmOperand mxfp8 = new GemmOperand(OperandFormat.byName("mxfp8-e4m3").orElseThrow(), 1, 32, new byte[32], new byte[1]);
    illegal("does not have it", () -> gemms.multiply(GemmKernels.OWN, mxfp8, mxfp8, null, new float[1]));
    illegal("does not have it", () -> gemms.multiply(GemmKernels.OWN, operand(1, 32), mxfp8, null, new float[1]));
  }
}
