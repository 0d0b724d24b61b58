package io.github.fp4j.bridge.internal;

import io.github.fp4j.bridge.internal.Lifetime.Leak;
import java.util.function.Consumer;

/** Where leaks are reported: the system logger {@code io.github.fp4j.bridge}, or whoever listens. */
public final class Leaks {
  private static final Consumer<Leak> LOG = leak -> System.getLogger("io.github.fp4j.bridge").log(System.Logger.Level.WARNING, leak::toString);

  private static volatile Consumer<Leak> listener = LOG;

  private Leaks() {}

  static void report(Leak leak) {
    listener.accept(leak);
  }

  /** Replaces the logger. */
  public static void listen(Consumer<Leak> hears) {
    listener = hears;
  }

  /** The logger again. */
  public static void log() {
    listener = LOG;
  }
}
