package io.github.fp4j.backend;

import java.util.concurrent.Executor;
import java.util.function.IntConsumer;

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

  /**
   * Runs {@code body} with every index below {@code count}, on the calling thread and helpers; on the calling thread alone it allocates nothing. Returns when all are
   * done; an exception of any thread is thrown then, and the indices not yet begun are left out.
   */
  public void forEach(int count, IntConsumer body) {
    SharedLoop.forEach(count, this, body);
  }
}
