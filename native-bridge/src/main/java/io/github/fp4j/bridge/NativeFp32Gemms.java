package io.github.fp4j.bridge;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.GemmShape;
import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.bridge.Fp4jLibrary.Function;
import io.github.fp4j.bridge.internal.sys.Fp4jGemmAbi;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.PackedWeights;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Products under {@link GemmKernels#FP32} by a library with the functions of {@code fp4j_gemm.h} for them. Threads share the columns of D; a function of the library
 * runs on the thread that calls it. What a call reads and writes passes through native memory; of packed weights a native copy is made by the first product with them
 * and kept as long as they are.
 */
final class NativeFp32Gemms {
  private static final Map<OperandFormat, Integer> OPERANDS =
      Map.of(
          OperandFormat.NVFP4, Fp4jGemmAbi.OPERAND_NVFP4,
          OperandFormat.MXFP4, Fp4jGemmAbi.OPERAND_MXFP4,
          OperandFormat.MXFP8_E4M3, Fp4jGemmAbi.OPERAND_MXFP8_E4M3,
          OperandFormat.BF16, Fp4jGemmAbi.OPERAND_BF16);

  /** Columns of D that a thread takes are a multiple of it: whole groups of packed rows, and whole tiles of our own library. */
  private static final int COLUMNS = 48;

  private final Fp4jLibrary library;
  private final @Nullable Function supportsGemm;
  private final @Nullable Function gemm;
  private final @Nullable Function supportsWeights;
  private final @Nullable Function gemmWeights;
  private final Map<PackedWeights, Fp4jGemmAbi.Operand> copies = new WeakHashMap<>(); // guarded by itself

  NativeFp32Gemms(Fp4jLibrary library) {
    this.library = library;
    Optional<Function> product = library.optional("fp4j_gemm_fp32");
    Optional<Function> asksForProduct = library.optional("fp4j_supports_gemm_fp32");
    Optional<Function> weights = library.optional("fp4j_gemm_weights");
    Optional<Function> asksForWeights = library.optional("fp4j_supports_weights");
    gemm = product.filter(function -> asksForProduct.isPresent()).orElse(null);
    supportsGemm = asksForProduct.orElse(null);
    gemmWeights = weights.filter(function -> asksForWeights.isPresent()).orElse(null);
    supportsWeights = asksForWeights.orElse(null);
  }

  boolean supports(OperandFormat a, OperandFormat b) {
    Integer left = OPERANDS.get(a);
    Integer right = OPERANDS.get(b);
    return gemm != null
        && supportsGemm != null
        && left != null
        && right != null
        && Fp4jGemmAbi.supportsGemmFp32(supportsGemm.address(), left, right) != 0;
  }

  boolean supportsActivations(OperandFormat weights) {
    Integer operand = OPERANDS.get(weights);
    return gemmWeights != null
        && supportsWeights != null
        && operand != null
        && PackedWeights.supports(weights)
        && Fp4jGemmAbi.supportsWeights(supportsWeights.address(), operand) != 0;
  }

  /** The formats are supported. */
  void multiply(GemmOperand a, GemmOperand b, float @Nullable [] c, float[] d, Parallelism parallelism) {
    GemmShape.check(a, b, c, d);
    Function function = Objects.requireNonNull(gemm);
    int left = OPERANDS.get(a.format());
    int right = OPERANDS.get(b.format());
    long codes = (long) b.k() * b.format().storedBits() / 8;
    long scales = b.format().block() == 0 ? 0 : b.k() / b.format().block();
    try (Arena arena = arena(parallelism)) {
      Fp4jGemmAbi.Operand rows = new Fp4jGemmAbi.Operand(copy(a.codes(), arena), copy(a.scales(), arena), a.rows());
      MemorySegment bCodes = copy(b.codes(), arena);
      MemorySegment bScales = copy(b.scales(), arena);
      MemorySegment result = arena.allocate(Float.BYTES * (long) d.length, 64);
      if (c != null) {
        MemorySegment.copy(c, 0, result, JAVA_FLOAT, 0, c.length);
      }
      share(b.rows(), parallelism, (first, count) -> {
        Fp4jGemmAbi.Operand columns = new Fp4jGemmAbi.Operand(bCodes.asSlice(first * codes), bScales.asSlice(first * scales), count);
        MemorySegment part = result.asSlice(Float.BYTES * first);
        MemorySegment addend = c == null ? MemorySegment.NULL : part; // C may be D itself
        library.check(function, Fp4jGemmAbi.gemmFp32(function.address(), left, right, a.k(), rows, columns, addend, part, b.rows()));
      });
      MemorySegment.copy(result, JAVA_FLOAT, 0, d, 0, d.length);
    }
  }

  /** The weights' format is supported. */
  void multiply(FloatRows a, PackedWeights b, float alpha, float[] d, Parallelism parallelism) {
    GemmShape.check(a, b, d);
    Function function = Objects.requireNonNull(gemmWeights);
    int operand = OPERANDS.get(b.format());
    Fp4jGemmAbi.Operand weights = copy(b);
    long codes = (long) PackedWeights.ROWS * Integer.BYTES * (b.k() / PackedWeights.elementsPerInt(b.format()));
    long scales = (long) PackedWeights.ROWS * (b.k() / b.format().block());
    try (Arena arena = arena(parallelism)) {
      MemorySegment activations = arena.allocate(Float.BYTES * (long) a.rows() * a.columns(), 64);
      for (int row = 0; row < a.rows(); row++) {
        MemorySegment.copy(a.values(), a.index(row, 0), activations, JAVA_FLOAT, (long) Float.BYTES * row * a.columns(), a.columns());
      }
      MemorySegment result = arena.allocate(Float.BYTES * (long) d.length, 64);
      share(b.rows(), parallelism, (first, count) -> {
        long group = first / PackedWeights.ROWS;
        Fp4jGemmAbi.Operand columns = new Fp4jGemmAbi.Operand(weights.codes().asSlice(group * codes), weights.scales().asSlice(group * scales), count);
        MemorySegment part = result.asSlice(Float.BYTES * first);
        library.check(function, Fp4jGemmAbi.gemmWeights(function.address(), operand, a.rows(), a.columns(), activations, columns, alpha, part, b.rows()));
      });
      MemorySegment.copy(result, JAVA_FLOAT, 0, d, 0, d.length);
    }
  }

  /** The calls of one thread may use what is confined to it, which is freed at less cost. */
  private static Arena arena(Parallelism parallelism) {
    return parallelism.threads() == 1 ? Arena.ofConfined() : Arena.ofShared();
  }

  private interface Columns {
    void multiply(long first, long count);
  }

  private static void share(int columns, Parallelism parallelism, Columns body) {
    int each = Math.ceilDiv(Math.ceilDiv(columns, parallelism.threads()), COLUMNS) * COLUMNS;
    parallelism.forEach(each == 0 ? 0 : Math.ceilDiv(columns, each), task -> body.multiply((long) task * each, Math.min(each, columns - task * each)));
  }

  private Fp4jGemmAbi.Operand copy(PackedWeights weights) {
    synchronized (copies) {
      return copies.computeIfAbsent(weights, packed -> {
        Arena arena = Arena.ofAuto();
        MemorySegment codes = arena.allocate(JAVA_INT.byteSize() * packed.codes().length, 64);
        MemorySegment.copy(packed.codes(), 0, codes, JAVA_INT, 0, packed.codes().length);
        return new Fp4jGemmAbi.Operand(codes, copy(packed.scales(), arena), packed.rows());
      });
    }
  }

  private static MemorySegment copy(byte[] bytes, Arena arena) {
    MemorySegment segment = arena.allocate(bytes.length, 64);
    MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, 0, bytes.length);
    return segment;
  }
}
