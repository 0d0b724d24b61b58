package io.github.fp4j.bridge;

import io.github.fp4j.bridge.internal.Leaks;
import io.github.fp4j.bridge.internal.sys.CallTrace;
import java.util.function.Consumer;

/**
 * What happens on the way into CUDA's libraries, for whoever wants to watch: every call with its arguments and its status, and native objects that were never
 * closed. {@code -Dfp4j.trace=calls} prints the calls on standard error from the start.
 */
public final class NativeCalls {
  private NativeCalls() {}

  /** Hands every call from now on to {@code listener}, one line each, on the thread that made it: {@code cuMemAlloc_v2(0x7f0c, 4096) = 0}. */
  public static void trace(Consumer<String> listener) {
    CallTrace.listen(call -> listener.accept(call.toString()));
  }

  /** Ends the trace. */
  public static void stopTracing() {
    CallTrace.listen(null);
  }

  /** Hands every native object that the garbage collector finds unclosed to {@code listener}: what it is and where it was made. It stays allocated. */
  public static void reportLeaks(Consumer<String> listener) {
    Leaks.listen(leak -> listener.accept(leak.toString()));
  }

  /** Leaks go to the system logger {@code io.github.fp4j.bridge} again, where they went at first. */
  public static void logLeaks() {
    Leaks.log();
  }
}
