package io.github.fp4j.bridge.internal.sys;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Hears of every call of a {@link NativeFunction} while somebody listens. {@code -Dfp4j.trace=calls} prints them on standard error from the start. */
public final class CallTrace {
  private static volatile @Nullable Consumer<Call> listener = "calls".equals(System.getProperty("fp4j.trace")) ? System.err::println : null;

  private CallTrace() {}

  /**
   * One call that has returned.
   *
   * @param function the C function
   * @param arguments an Integer, a Long, a Byte or a MemorySegment (a pointer) each
   * @param status what it returned
   */
  public record Call(String function, List<Object> arguments, int status) {

    /** {@code cuMemAlloc_v2(0x7f..., 4096) = 0}. */
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder(function).append('(');
      for (int i = 0; i < arguments.size(); i++) {
        Object argument = arguments.get(i);
        text.append(i == 0 ? "" : ", ").append(argument instanceof MemorySegment pointer ? "0x" + Long.toHexString(pointer.address()) : argument.toString());
      }
      return text.append(") = ").append(status).toString();
    }
  }

  /** Replaces the listener; null switches the trace off. */
  public static void listen(@Nullable Consumer<Call> hears) {
    listener = hears;
  }

  /** Whether somebody listens. */
  static boolean isOn() {
    return listener != null;
  }

  static void record(String function, int status, Object... arguments) {
    Consumer<Call> hears = listener;
    if (hears != null) {
      hears.accept(new Call(function, List.of(arguments), status));
    }
  }
}
