package io.github.fp4j.simd.optim;

/** Work on one chunk of a tensor; different chunks may be worked on at the same time. */
interface ChunkTask {
  void run(Workspace workspace, int from, int length);
}
