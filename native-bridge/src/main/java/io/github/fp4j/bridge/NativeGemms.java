package io.github.fp4j.bridge;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.bridge.Fp4jLibrary.Function;
import io.github.fp4j.bridge.internal.sys.Fp4jGemmAbi;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.PackedWeights;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@link GemmKernels} of a library with the functions of {@code fp4j_gemm.h}. Under a model NVFP4 and MXFP4 operands are copied to native memory for each call, which
 * costs little beside the product, and the call runs on the calling thread; {@link #FP32} is told at {@link NativeFp32Gemms}.
 */
final class NativeGemms implements GemmKernels {
  private final Fp4jLibrary library;
  private final Function supportsGemm;
  private final Function gemm;
  private final NativeFp32Gemms fp32;

  private NativeGemms(Fp4jLibrary library, Function supportsGemm, Function gemm) {
    this.library = library;
    this.supportsGemm = supportsGemm;
    this.gemm = gemm;
    this.fp32 = new NativeFp32Gemms(library);
  }

  /** Empty for a library without products. */
  static Optional<GemmKernels> of(Fp4jLibrary library) {
    Optional<Function> gemm = library.optional("fp4j_gemm");
    return library.optional("fp4j_supports_gemm").flatMap(supports -> gemm.map(function -> new NativeGemms(library, supports, function)));
  }

  @Override
  public boolean supports(String model, OperandFormat a, OperandFormat b) {
    if (model.equals(FP32)) {
      return fp32.supports(a, b);
    }
    if (!a.equals(b) || !a.equals(OperandFormat.NVFP4) && !a.equals(OperandFormat.MXFP4)) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      return Fp4jGemmAbi.supportsGemm(supportsGemm.address(), arena.allocateFrom(model), operand(a)) != 0;
    }
  }

  private static int operand(OperandFormat format) {
    return format.equals(OperandFormat.NVFP4) ? Fp4jGemmAbi.OPERAND_NVFP4 : Fp4jGemmAbi.OPERAND_MXFP4;
  }

  @Override
  public void multiply(String model, GemmOperand a, GemmOperand b, float @Nullable [] c, float[] d) {
    multiply(model, a, b, c, d, Parallelism.NONE);
  }

  private void multiplyUnder(String model, GemmOperand a, GemmOperand b, float @Nullable [] c, float[] d) {
    require(model, a, b);
    long length = (long) a.rows() * b.rows();
    requireLength("c", c, length);
    requireLength("d", Objects.requireNonNull(d, "d"), length);
    if (length == 0) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment result = arena.allocate(Float.BYTES * length, 64);
      MemorySegment addend = c == null ? MemorySegment.NULL : result; // C may be D itself
      if (c != null) {
        MemorySegment.copy(c, 0, result, JAVA_FLOAT, 0, c.length);
      }
      MemorySegment id = arena.allocateFrom(model);
      library.check(gemm, Fp4jGemmAbi.gemm(gemm.address(), id, operand(a.format()), a.k(), copy(a, arena), copy(b, arena), addend, result));
      MemorySegment.copy(result, JAVA_FLOAT, 0, d, 0, d.length);
    }
  }

  @Override
  public void multiply(String model, GemmOperand a, GemmOperand b, float @Nullable [] c, float[] d, Parallelism parallelism) {
    if (model.equals(FP32) && supports(model, a.format(), b.format())) {
      fp32.multiply(a, b, c, d, parallelism);
    } else {
      multiplyUnder(model, a, b, c, d);
    }
  }

  @Override
  public boolean supportsActivations(String model, OperandFormat weights) {
    return model.equals(FP32) && fp32.supportsActivations(weights);
  }

  @Override
  public void multiply(String model, FloatRows a, PackedWeights b, float alpha, float[] d, Parallelism parallelism) {
    if (!supportsActivations(model, b.format())) {
      throw new IllegalArgumentException(
          "model = " + model + " with activations and " + b.format() + " weights: " + library.name() + " does not have it (expected " + FP32 + ")");
    }
    fp32.multiply(a, b, alpha, d, parallelism);
  }

  private void require(String model, GemmOperand a, GemmOperand b) {
    if (!supports(model, a.format(), b.format())) {
      throw new IllegalArgumentException("model " + model + " for " + a.format() + " x " + b.format() + ": " + library.name() + " does not have it");
    }
    if (!model.equals(OWN)) {
      AccumulationModels.byId(model).require(a, b);
    } else if (a.k() != b.k()) {
      throw new IllegalArgumentException("k = " + a.k() + " of A, " + b.k() + " of B: expected the same");
    }
  }

  private static void requireLength(String argument, float @Nullable [] array, long expected) {
    if (array != null && array.length != expected) {
      throw new IllegalArgumentException(argument + " has " + array.length + " elements: expected " + expected);
    }
  }

  private static Fp4jGemmAbi.Operand copy(GemmOperand operand, Arena arena) {
    return new Fp4jGemmAbi.Operand(copy(operand.codes(), arena), copy(operand.scales(), arena), operand.rows());
  }

  private static MemorySegment copy(byte[] bytes, Arena arena) {
    MemorySegment segment = arena.allocate(bytes.length, 64);
    MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, 0, bytes.length);
    return segment;
  }
}
