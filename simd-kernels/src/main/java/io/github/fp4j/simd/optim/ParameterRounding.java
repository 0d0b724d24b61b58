package io.github.fp4j.simd.optim;

import io.github.fp4j.formats.block.Philox;

/**
 * Stochastic rounding of one BF16 parameter. Element {@code i} at step {@code t} takes 16 bits of word {@code i % 4} of the Philox block with counter
 * {@code (i / 4, tensor << 40 | t)} and the seed as key: nothing to save, and the same whatever the order of the chunks.
 */
final class ParameterRounding {
  private final long seed;
  private final long stream;
  private long counterHigh;

  ParameterRounding(long seed, int tensor) {
    this.seed = seed;
    stream = (long) tensor << 40;
  }

  void startStep(long t) {
    counterHigh = stream | t;
  }

  void store(Workspace workspace, FloatStorage.BFloat16 target, Window window, int from, int length) {
    int[] random = workspace.random;
    for (int i = 0; i < length; i += 4) {
      Philox.block((from + i) / 4, counterHigh, seed, workspace.words);
      System.arraycopy(workspace.words, 0, random, i, Math.min(4, length - i));
    }
    target.storeStochastic(window.array, window.offset, random, from, length);
  }
}
