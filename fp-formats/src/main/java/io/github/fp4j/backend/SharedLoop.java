package io.github.fp4j.backend;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The indices of one loop, shared by the calling thread and helpers of an executor. Which thread has which index is left to chance: results must not depend on
 * it. The calling thread takes what no helper takes, so that an executor without free threads only costs speed.
 */
final class SharedLoop implements Runnable {
  private final IntConsumer body;
  private final int count;
  private final AtomicInteger next = new AtomicInteger();
  private final CountDownLatch done;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  private SharedLoop(IntConsumer body, int count) {
    this.body = body;
    this.count = count;
    done = new CountDownLatch(count);
  }

  /** Runs {@code body} with every index below {@code count}. An exception of any thread is thrown here, after all have stopped. */
  static void forEach(int count, Parallelism parallelism, IntConsumer body) {
    int helpers = Math.min(parallelism.threads(), count) - 1;
    if (helpers <= 0) {
      for (int i = 0; i < count; i++) {
        body.accept(i);
      }
      return;
    }
    SharedLoop loop = new SharedLoop(body, count);
    try {
      for (int i = 0; i < helpers; i++) {
        parallelism.executor().execute(loop);
      }
    } catch (RejectedExecutionException e) {
      // the threads that there are do it
    }
    loop.run();
    loop.await();
  }

  @Override
  public void run() {
    for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
      try {
        if (failure.get() == null) {
          body.accept(i);
        }
      } catch (RuntimeException | Error e) {
        failure.compareAndSet(null, e);
      } finally {
        done.countDown();
      }
    }
  }

  private void await() {
    boolean interrupted = false;
    while (true) {
      try {
        done.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true; // helpers still write to the caller's arrays
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    switch (failure.get()) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case null, default -> {}
    }
  }
}
