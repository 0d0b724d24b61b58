package io.github.fp4j.bridge.internal.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Functions that turn a status into a text: {@code const char* f(int)}. */
final class StatusText {
  private static final MethodHandle TEXT_OF_INT = Downcalls.of(FunctionDescriptor.of(ADDRESS, JAVA_INT));

  private StatusText() {}

  /** What the library calls {@code status}; the number itself where it has no name for it. */
  static String of(MemorySegment function, int status) {
    try {
      return LoadedLibrary.text((MemorySegment) TEXT_OF_INT.invokeExact(function, status)).orElse("status " + status);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }
}
