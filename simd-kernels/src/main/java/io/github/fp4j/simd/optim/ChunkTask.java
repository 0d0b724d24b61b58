package io.github.fp4j.simd.optim;

/** Work on one piece of a tensor, a chunk as a rule; different pieces may be worked on at the same time. */
interface ChunkTask {
  void run(Workspace workspace, int from, int length);
}
