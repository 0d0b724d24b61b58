package io.github.fp4j.bridge.internal.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** What {@code fp4j/fp4j_gemm.h} says, and nothing else. */
public final class Fp4jGemmAbi {
  public static final int OPERAND_NVFP4 = 0;
  public static final int OPERAND_MXFP4 = 1;
  public static final int OPERAND_MXFP8_E4M3 = 2;
  public static final int OPERAND_BF16 = 3;

  private static final MethodHandle SUPPORTS_GEMM = Downcalls.of(FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle GEMM =
      Downcalls.of(
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
  private static final MethodHandle SUPPORTS_GEMM_FP32 = Downcalls.of(FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle GEMM_FP32 =
      Downcalls.of(
          FunctionDescriptor.of(
              JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));
  private static final MethodHandle SUPPORTS_WEIGHTS = Downcalls.of(FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle GEMM_WEIGHTS =
      Downcalls.of(
          FunctionDescriptor.of(
              JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, JAVA_FLOAT, ADDRESS, JAVA_LONG));

  /** The rows of A or B. */
  public record Operand(MemorySegment codes, MemorySegment scales, long rows) {}

  private Fp4jGemmAbi() {}

  /** {@code fp4j_supports_gemm}. */
  public static int supportsGemm(MemorySegment function, MemorySegment model, int operand) {
    try {
      return (int) SUPPORTS_GEMM.invokeExact(function, model, operand);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_gemm}; {@code c} may be the null pointer. */
  public static int gemm(
      MemorySegment function, MemorySegment model, int operand, long k, Operand a, Operand b, MemorySegment c, MemorySegment d) {
    try {
      return (int) GEMM.invokeExact(function, model, operand, a.rows, b.rows, k, a.codes, a.scales, b.codes, b.scales, c, d);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_supports_gemm_fp32}. */
  public static int supportsGemmFp32(MemorySegment function, int a, int b) {
    try {
      return (int) SUPPORTS_GEMM_FP32.invokeExact(function, a, b);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_gemm_fp32}; {@code c} may be the null pointer. */
  public static int gemmFp32(
      MemorySegment function, int aOperand, int bOperand, long k, Operand a, Operand b, MemorySegment c, MemorySegment d, long stride) {
    try {
      return (int) GEMM_FP32.invokeExact(function, aOperand, bOperand, a.rows, b.rows, k, a.codes, a.scales, b.codes, b.scales, c, d, stride);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_supports_weights}. */
  public static int supportsWeights(MemorySegment function, int operand) {
    try {
      return (int) SUPPORTS_WEIGHTS.invokeExact(function, operand);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_gemm_weights}: {@code m} dense rows of activations. */
  public static int gemmWeights(
      MemorySegment function, int operand, long m, long k, MemorySegment a, Operand b, float alpha, MemorySegment d, long stride) {
    try {
      return (int) GEMM_WEIGHTS.invokeExact(function, operand, m, b.rows, k, a, k, b.codes, b.scales, alpha, d, stride);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }
}
