package io.github.fp4j.bridge.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.fp4j.bridge.internal.sys.NativeFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Calls of one library whose status is looked at: success is 0, everything else is the library's own exception. */
public final class CheckedCalls {

  /** Makes the exception of a call that has failed. */
  @FunctionalInterface
  public interface Failure {
    RuntimeException of(String function, int status);
  }

  private final Failure failure;

  public CheckedCalls(Failure failure) {
    this.failure = failure;
  }

  /** Calls {@code function} with these arguments. */
  public void call(NativeFunction function, Object... arguments) {
    int status = function.call(arguments);
    if (status != 0) {
      throw failure.of(function.name(), status);
    }
  }

  /** Calls a function whose first parameter is where it puts a handle. */
  public MemorySegment handle(NativeFunction function, Object... rest) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment out = scratch.allocate(ADDRESS);
      call(function, with(out, rest));
      return out.get(ADDRESS, 0);
    }
  }

  /** Calls a function whose first parameter is where it puts an int. */
  public int integer(NativeFunction function, Object... rest) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment out = scratch.allocate(JAVA_INT);
      call(function, with(out, rest));
      return out.get(JAVA_INT, 0);
    }
  }

  /** Calls a function whose first parameter is where it puts a {@code size_t} or a {@code CUdeviceptr}. */
  public long number(NativeFunction function, Object... rest) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment out = scratch.allocate(JAVA_LONG);
      call(function, with(out, rest));
      return out.get(JAVA_LONG, 0);
    }
  }

  private static Object[] with(MemorySegment first, Object[] rest) {
    Object[] all = new Object[rest.length + 1];
    all[0] = first;
    System.arraycopy(rest, 0, all, 1, rest.length);
    return all;
  }
}
