package io.github.fp4j.simd.optim;

import io.github.fp4j.backend.OptimizerKernels;

/** What one thread needs to work on a chunk. */
final class Workspace {
  final Window parameters = new Window();
  final Window gradient = new Window();
  final Window first = new Window();
  final Window second = new Window();

  /** The gradient after conditioning, from index 0. */
  final float[] conditioned = new float[OptimizerKernels.CHUNK];

  /** Parameters before the update, then the update, from index 0. */
  final float[] update = new float[OptimizerKernels.CHUNK];

  /** The scale of every element, from index 0. */
  final float[] scales = new float[OptimizerKernels.CHUNK];

  /** Random bits of every element, from index 0. */
  final int[] random = new int[OptimizerKernels.CHUNK];

  /** One block of random words. */
  final int[] words = new int[4];

  /** Runs chunk tasks on this workspace, on the calling thread. */
  final ChunkLoop serial = this::runSerially;

  private void runSerially(ChunkTask task, int length, int piece) {
    run(task, 0, length, piece);
  }

  /** Runs {@code task} on the pieces of elements {@code from} to {@code end - 1}. */
  void run(ChunkTask task, int from, int end, int piece) {
    for (int at = from; at < end; at += piece) {
      task.run(this, at, Math.min(piece, end - at));
    }
  }
}
