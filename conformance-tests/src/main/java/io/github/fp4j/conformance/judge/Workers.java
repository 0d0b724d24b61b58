package io.github.fp4j.conformance.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/** A fixed number of daemon threads that share numbered pieces of work. */
public final class Workers implements AutoCloseable {
  private final int threads;
  private final ExecutorService pool;

  /** Starts {@code threads} threads, 1 or more. */
  public Workers(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads = " + threads + ": expected 1 or more");
    }
    this.threads = threads;
    this.pool = Executors.newFixedThreadPool(threads, Thread.ofPlatform().daemon().name("judge-", 0).factory());
  }

  /**
   * Runs pieces 0 to {@code pieces - 1}, each once, in ascending order per thread; every thread has its own worker from {@code workers}, so that buffers are
   * made once a thread. Returns when all are done; the first failure stops the rest.
   */
  public void share(int pieces, Supplier<IntConsumer> workers) throws Exception {
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < Math.min(threads, pieces); i++) {
      running.add(pool.submit(() -> work(next, pieces, workers.get())));
    }
    for (Future<?> one : running) {
      try {
        one.get();
      } catch (ExecutionException e) {
        switch (e.getCause()) {
          case Exception cause -> throw cause;
          case Error cause -> throw cause;
          default -> throw e;
        }
      }
    }
  }

  private static void work(AtomicInteger next, int pieces, IntConsumer worker) {
    try {
      for (int piece = next.getAndIncrement(); piece < pieces; piece = next.getAndIncrement()) {
        worker.accept(piece);
      }
    } catch (Throwable failure) {
      next.set(pieces);
      throw failure;
    }
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
