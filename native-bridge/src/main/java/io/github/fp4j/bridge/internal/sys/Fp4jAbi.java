package io.github.fp4j.bridge.internal.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** What {@code fp4j/fp4j.h} says, and nothing else: version, result codes, structs, functions. */
public final class Fp4jAbi {
  /** {@code FP4J_ABI_VERSION}. */
  public static final int VERSION = 1;

  public static final int OK = 0;
  public static final int UNSUPPORTED = 1;
  public static final int BAD_ARGUMENT = 2;
  public static final int FAILED = 3;

  public static final int FLOAT32 = 0;
  public static final int FLOAT64 = 1;

  /** {@code sizeof(fp4j_format)}: six int32. */
  public static final long FORMAT_BYTES = 6 * 4;

  /** {@code FP4J_MOST_THREADS}. */
  public static final int MOST_THREADS = 1024;

  /** {@code sizeof(fp4j_conversion)}: a format, six int32, a format. */
  public static final long CONVERSION_BYTES = FORMAT_BYTES + 6 * 4 + FORMAT_BYTES;

  private static final MemorySegment NO_FORMAT = MemorySegment.ofArray(new int[(int) FORMAT_BYTES / 4]);

  private static final MethodHandle VERSION_CALL = Downcalls.of(FunctionDescriptor.of(JAVA_INT));
  private static final MethodHandle TEXT = Downcalls.of(FunctionDescriptor.of(ADDRESS));
  private static final MethodHandle SUPPORTS = Downcalls.of(FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle SUPPORTS_DECODING = Downcalls.of(FunctionDescriptor.of(JAVA_INT, ADDRESS));
  private static final MethodHandle SET_THREADS = Downcalls.of(FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle TRANSFORM = Downcalls.onHeap(FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));

  private Fp4jAbi() {}

  /** {@code fp4j_abi_version}. */
  public static int version(MemorySegment function) {
    try {
      return (int) VERSION_CALL.invokeExact(function);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_name} and {@code fp4j_description}. */
  public static MemorySegment text(MemorySegment function) {
    try {
      return (MemorySegment) TEXT.invokeExact(function);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_supports}. */
  public static int supports(MemorySegment function, MemorySegment conversion, int input) {
    try {
      return (int) SUPPORTS.invokeExact(function, conversion, input);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_supports_decoding}. */
  public static int supportsDecoding(MemorySegment function, MemorySegment format) {
    try {
      return (int) SUPPORTS_DECODING.invokeExact(function, format);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** {@code fp4j_set_threads}. */
  public static int setThreads(MemorySegment function, int threads) {
    try {
      return (int) SET_THREADS.invokeExact(function, threads);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** The five functions that turn one array into another: conversion or format, source, target, count. */
  public static int transform(MemorySegment function, MemorySegment how, MemorySegment source, MemorySegment target, long count) {
    try {
      return (int) TRANSFORM.invokeExact(function, how, source, target, count);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }

  /** Writes a {@code fp4j_format} at {@code offset}. */
  public static void write(FloatFormat format, MemorySegment target, long offset) {
    int topCodes =
        switch (format.topCodes()) {
          case NUMBERS -> 0;
          case SINGLE_NAN -> 1;
          case IEEE -> 2;
        };
    int bottomCodes =
        switch (format.bottomCodes()) {
          case ZERO_AND_SUBNORMALS -> 0;
          case NORMALS -> 1;
        };
    target.set(JAVA_INT, offset, format.exponentBits());
    target.set(JAVA_INT, offset + 4, format.mantissaBits());
    target.set(JAVA_INT, offset + 8, format.bias());
    target.set(JAVA_INT, offset + 12, format.signed() ? 1 : 0);
    target.set(JAVA_INT, offset + 16, topCodes);
    target.set(JAVA_INT, offset + 20, bottomCodes);
  }

  /** Writes a {@code fp4j_conversion} at the start of {@code target}. */
  public static void write(Conversion conversion, MemorySegment target) {
    write(conversion.format(), target, 0);
    target.set(JAVA_INT, FORMAT_BYTES, rounding(conversion));
    target.set(JAVA_INT, FORMAT_BYTES + 4, conversion.randomBits());
    target.set(JAVA_INT, FORMAT_BYTES + 8, overflow(conversion));
    target.set(JAVA_INT, FORMAT_BYTES + 12, nan(conversion));
    target.set(JAVA_INT, FORMAT_BYTES + 16, zeroSign(conversion));
    target.set(JAVA_INT, FORMAT_BYTES + 20, unsignedPolicy(conversion));
    FloatFormat preRounding = conversion.preRounding();
    long offset = CONVERSION_BYTES - FORMAT_BYTES;
    if (preRounding == null) {
      MemorySegment.copy(NO_FORMAT, 0, target, offset, FORMAT_BYTES);
    } else {
      write(preRounding, target, offset);
    }
  }

  private static int rounding(Conversion conversion) {
    return switch (conversion.rounding()) {
      case NEAREST_EVEN -> 0;
      case NEAREST_AWAY -> 1;
      case NEAREST_TOWARD_ZERO -> 2;
      case TOWARD_ZERO -> 3;
      case UP -> 4;
      case DOWN -> 5;
      case STOCHASTIC -> 6;
    };
  }

  private static int overflow(Conversion conversion) {
    return switch (conversion.overflow()) {
      case SATURATE -> 0;
      case SATURATE_FINITE -> 1;
      case SATURATE_FINITE_INFINITY_TO_ZERO -> 2;
      case NAN -> 3;
      case INFINITY -> 4;
    };
  }

  private static int nan(Conversion conversion) {
    return switch (conversion.nan()) {
      case POSITIVE_MAX -> 0;
      case SIGNED_MAX -> 1;
      case ZERO -> 2;
      case NEGATED_ZERO -> 3;
      case POSITIVE_NAN -> 4;
      case SIGNED_NAN -> 5;
      case NEGATIVE_NAN -> 6;
      case SIGNED_QUIET_NAN -> 7;
      case UNTESTED -> 8;
      case REFUSE -> 9;
    };
  }

  private static int zeroSign(Conversion conversion) {
    return switch (conversion.zeroSign()) {
      case KEEP -> 0;
      case DROP_OF_ZERO -> 1;
      case DROP -> 2;
    };
  }

  private static int unsignedPolicy(Conversion conversion) {
    return switch (conversion.unsigned()) {
      case MAGNITUDE -> 0;
      case SMALLEST -> 1;
      case NAN -> 2;
    };
  }
}
