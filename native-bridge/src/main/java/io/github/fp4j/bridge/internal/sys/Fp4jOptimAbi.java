package io.github.fp4j.bridge.internal.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.fp4j.backend.AdamCoefficients;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** What {@code fp4j/fp4j_optim.h} says, and nothing else. Arrays may lie on the heap: calls are short, and do not hold up the garbage collector for long. */
public final class Fp4jOptimAbi {
  /** Bytes of {@code fp4j_adam}: eleven floats in the header's order, then {@code lerp}. */
  public static final long ADAM_BYTES = 48;

  /** Bytes of {@code fp4j_codebook}: the values' address, bits, zero code. */
  public static final long CODEBOOK_BYTES = 16;

  private static final MethodHandle SCAN = Downcalls.onHeap(FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS));
  private static final MethodHandle SQUARES_CLIPPED =
      Downcalls.onHeap(FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_FLOAT, JAVA_FLOAT, ADDRESS));
  private static final MethodHandle COUNT_ABOVE = Downcalls.onHeap(FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_FLOAT, ADDRESS));
  private static final MethodHandle CONDITION = Downcalls.onHeap(FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));
  private static final MethodHandle ADAM = Downcalls.onHeap(FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));
  private static final MethodHandle ENCODE_BLOCKS =
      Downcalls.onHeap(FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS));
  private static final MethodHandle DECODE_BLOCKS =
      Downcalls.onHeap(FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));
  private static final MethodHandle ADAM_BLOCKS =
      Downcalls.onHeap(
          FunctionDescriptor.of(
              JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));
  private static final MethodHandle TRANSCODE = Downcalls.onHeap(FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));
  private static final MethodHandle RAISE_MAXIMA = Downcalls.onHeap(FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
  private static final MethodHandle LIMIT_SCALES = Downcalls.onHeap(FunctionDescriptor.of(JAVA_INT, JAVA_FLOAT, ADDRESS, ADDRESS, JAVA_LONG));

  private Fp4jOptimAbi() {}

  /** Writes {@code fp4j_adam} to the front of {@code target}. */
  public static void write(AdamCoefficients c, MemorySegment target) {
    target.set(JAVA_FLOAT, 0, c.threshold);
    target.set(JAVA_FLOAT, 4, c.ratio);
    target.set(JAVA_FLOAT, 8, c.gain);
    target.set(JAVA_FLOAT, 12, c.decay);
    target.set(JAVA_FLOAT, 16, c.beta1);
    target.set(JAVA_FLOAT, 20, c.oneMinusBeta1);
    target.set(JAVA_FLOAT, 24, c.beta2);
    target.set(JAVA_FLOAT, 28, c.oneMinusBeta2);
    target.set(JAVA_FLOAT, 32, c.stepSize);
    target.set(JAVA_FLOAT, 36, c.inverseRootCorrection2);
    target.set(JAVA_FLOAT, 40, c.epsilon);
    target.set(JAVA_INT, 44, c.lerp ? 1 : 0);
  }

  /** Writes {@code fp4j_codebook} to the front of {@code target}. */
  public static void writeCodebook(MemorySegment values, int bits, int zeroCode, MemorySegment target) {
    target.set(ADDRESS, 0, values);
    target.set(JAVA_INT, 8, bits);
    target.set(JAVA_INT, 12, zeroCode);
  }

  /** {@code fp4j_optim_scan}. */
  public static int scan(MemorySegment function, MemorySegment gradient, long count, MemorySegment magnitudes, MemorySegment squares) {
    try {
      return (int) SCAN.invokeExact(function, gradient, count, magnitudes, squares);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_optim_squares_clipped}. */
  public static int squaresClipped(MemorySegment function, MemorySegment gradient, long count, float threshold, float ratio, MemorySegment squares) {
    try {
      return (int) SQUARES_CLIPPED.invokeExact(function, gradient, count, threshold, ratio, squares);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_optim_count_above}. */
  public static int countAbove(MemorySegment function, MemorySegment gradient, long count, float threshold, MemorySegment above) {
    try {
      return (int) COUNT_ABOVE.invokeExact(function, gradient, count, threshold, above);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_optim_condition}. */
  public static int condition(MemorySegment function, MemorySegment adam, MemorySegment gradient, MemorySegment target, long count) {
    try {
      return (int) CONDITION.invokeExact(function, adam, gradient, target, count);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_optim_adam}. */
  public static int adam(
      MemorySegment function, MemorySegment adam, MemorySegment parameters, MemorySegment gradient, MemorySegment first, MemorySegment second, long count) {
    try {
      return (int) ADAM.invokeExact(function, adam, parameters, gradient, first, second, count);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_optim_encode_blocks}. */
  public static int encodeBlocks(
      MemorySegment function, MemorySegment codebook, long blockSize, MemorySegment values, long count, MemorySegment packed, MemorySegment scales) {
    try {
      return (int) ENCODE_BLOCKS.invokeExact(function, codebook, blockSize, values, count, packed, scales);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_optim_decode_blocks}. */
  public static int decodeBlocks(
      MemorySegment function, MemorySegment codebook, long blockSize, MemorySegment packed, MemorySegment scales, MemorySegment values, long count) {
    try {
      return (int) DECODE_BLOCKS.invokeExact(function, codebook, blockSize, packed, scales, values, count);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_optim_adam_blocks}. */
  public static int adamBlocks(
      MemorySegment function,
      MemorySegment adam,
      long blockSize,
      MemorySegment parameters,
      MemorySegment gradient,
      MemorySegment firstCodebook,
      MemorySegment firstPacked,
      MemorySegment firstScales,
      MemorySegment secondCodebook,
      MemorySegment secondPacked,
      MemorySegment secondScales,
      long count) {
    try {
      return (int)
          ADAM_BLOCKS.invokeExact(
              function, adam, blockSize, parameters, gradient, firstCodebook, firstPacked, firstScales, secondCodebook, secondPacked, secondScales, count);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_optim_encode}. */
  public static int encode(
      MemorySegment function, MemorySegment codebook, MemorySegment values, MemorySegment scales, MemorySegment packed, long count) {
    try {
      return (int) TRANSCODE.invokeExact(function, codebook, values, scales, packed, count);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_optim_decode}. */
  public static int decode(
      MemorySegment function, MemorySegment codebook, MemorySegment packed, MemorySegment scales, MemorySegment values, long count) {
    return encode(function, codebook, packed, scales, values, count);
  }

  /** {@code fp4j_optim_raise_maxima}. */
  public static int raiseMaxima(MemorySegment function, MemorySegment values, MemorySegment maxima, long count, MemorySegment largest) {
    try {
      return (int) RAISE_MAXIMA.invokeExact(function, values, maxima, count, largest);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_optim_limit_scales}. */
  public static int limitScales(MemorySegment function, float bound, MemorySegment maxima, MemorySegment scales, long count) {
    try {
      return (int) LIMIT_SCALES.invokeExact(function, bound, maxima, scales, count);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }
}
