package io.github.fp4j.bridge.internal.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** What {@code fp4j/fp4j_gemm.h} says, and nothing else. */
public final class Fp4jGemmAbi {
  public static final int OPERAND_NVFP4 = 0;
  public static final int OPERAND_MXFP4 = 1;

  private static final MethodHandle SUPPORTS_GEMM = Downcalls.of(FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle GEMM =
      Downcalls.of(
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));

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
}
