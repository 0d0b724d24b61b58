package io.github.fp4j.backend;

import java.util.concurrent.Executor;

/**
 * Who computes; results do not depend on it.
 *
 * @param executor runs {@code threads - 1} helpers beside the calling thread; where it refuses one, or never starts it, the calling thread does the work
 * @param threads threads in all, at least 1
 */
public record Parallelism(Executor executor, int threads) {

  /** The calling thread alone. */
  public static final Parallelism NONE = new Parallelism(Runnable::run, 1);

  public Parallelism {
    if (threads < 1) {
      throw new IllegalArgumentException("threads = " + threads + ": expected at least 1");
    }
  }
}
