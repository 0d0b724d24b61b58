package io.github.fp4j.simd.optim;

import io.github.fp4j.backend.OptimizerKernels;

/** Runs a task on every piece of a tensor, and returns when all have been done. */
interface ChunkLoop {
  /** Elements that a thread takes at a time: 16 chunks, so that taking costs nothing beside the work. */
  int SHARE = 16 * OptimizerKernels.CHUNK;

  /** Pieces are of {@code piece} elements: a chunk, or a multiple of it that divides a share. */
  void run(ChunkTask task, int length, int piece);

  /** Pieces are chunks. */
  default void run(ChunkTask task, int length) {
    run(task, length, OptimizerKernels.CHUNK);
  }
}
