package io.github.fp4j.simd.optim;

/** Runs a task on every chunk of a tensor, and returns when all have been done. */
interface ChunkLoop {
  void run(ChunkTask task, int length);
}
