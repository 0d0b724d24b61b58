package io.github.fp4j.simd.optim;

import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The calling thread and the threads of a caller's executor, sharing the indices of a loop. Which thread has which index is left to chance: results must not
 * depend on it. Not thread-safe: one loop at a time. Allocates nothing but what the executor allocates to queue a task.
 */
final class Workers {

  /** Work with one index. */
  interface Task {
    void run(Workspace workspace, int index);
  }

  private final @Nullable Executor executor;
  private final Workspace[] workspaces;
  private final Runnable[] helpers;
  private final AtomicInteger next = new AtomicInteger();
  private final Semaphore finished = new Semaphore(0);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile @Nullable Task task;
  private volatile int count;

  private @Nullable ChunkTask chunkTask;
  private int length;
  private int piece;
  private final Task shares = this::runShare;

  /** Splits a tensor among the threads. */
  final ChunkLoop chunks = this::forEachPiece;

  /**
   * @param executor runs the helpers, or null for the calling thread alone
   * @param threads threads in all, the calling one included
   */
  Workers(@Nullable Executor executor, int threads) {
    this.executor = executor;
    workspaces = new Workspace[executor == null ? 1 : threads];
    helpers = new Runnable[workspaces.length - 1];
    for (int i = 0; i < workspaces.length; i++) {
      Workspace workspace = new Workspace();
      workspaces[i] = workspace;
      if (i > 0) {
        helpers[i - 1] = () -> help(workspace);
      }
    }
  }

  /** Whether there is more than one thread. */
  boolean areMany() {
    return helpers.length > 0;
  }

  /** The calling thread's workspace. */
  Workspace own() {
    return workspaces[0];
  }

  /** Runs {@code work} with every index below {@code indices}. An exception of any thread is thrown here, after all have stopped. */
  void forEach(Task work, int indices) {
    int helping = Math.min(helpers.length, indices - 1);
    task = work;
    count = indices;
    next.set(0);
    failure.set(null);
    int started = 0;
    Executor pool = executor;
    try {
      for (; pool != null && started < helping; started++) {
        pool.execute(helpers[started]);
      }
      takeAll(workspaces[0]);
    } finally {
      finished.acquireUninterruptibly(started);
    }
    Throwable thrown = failure.get();
    if (thrown instanceof RuntimeException e) {
      throw e;
    } else if (thrown instanceof Error e) {
      throw e;
    }
  }

  private void help(Workspace workspace) {
    try {
      takeAll(workspace);
    } finally {
      finished.release();
    }
  }

  private void takeAll(Workspace workspace) {
    Task work = task;
    if (work == null) {
      return;
    }
    try {
      for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
        work.run(workspace, i);
      }
    } catch (RuntimeException | Error e) {
      next.set(count);
      failure.compareAndSet(null, e);
    }
  }

  private void forEachPiece(ChunkTask work, int elements, int pieceElements) {
    if (!areMany() || elements <= ChunkLoop.SHARE) {
      workspaces[0].serial.run(work, elements, pieceElements);
      return;
    }
    chunkTask = work;
    length = elements;
    piece = pieceElements;
    forEach(shares, Math.ceilDiv(elements, ChunkLoop.SHARE));
  }

  private void runShare(Workspace workspace, int share) {
    ChunkTask work = chunkTask;
    int start = share * ChunkLoop.SHARE;
    if (work != null) {
      workspace.run(work, start, Math.min(length, start + ChunkLoop.SHARE), piece);
    }
  }
}
