package io.github.fp4j.simd.optim;

import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.formats.block.Philox;

/**
 * The elements of a tensor that sparse momentum has selected: always {@code floor(density * length)} of them, at least one, each set equally likely (Knuth, The
 * Art of Computer Programming 3.4.2, algorithm S, on Philox words). A bit an element.
 */
final class SparseMask {
  /** Sets these counters apart from those of {@link ParameterRounding}. */
  private static final long STREAM = 1L << 63;

  private final int length;
  private final int selected;
  private final long seed;
  private final int tensor;
  private final long[] bits;
  private final long[] draws = new long[1];
  private final int[] before;

  SparseMask(int length, double density, long seed, int tensor) {
    this.length = length;
    this.seed = seed;
    this.tensor = tensor;
    selected = Math.max(1, (int) (density * length));
    bits = new long[Math.ceilDiv(length, 64)];
    before = new int[Math.ceilDiv(length, OptimizerKernels.CHUNK) + 1];
    redraw();
  }

  /** Number of selected elements. */
  int selected() {
    return selected;
  }

  boolean isSelected(int index) {
    return (bits[index >>> 6] >>> index & 1) != 0;
  }

  /** Number of selected elements before {@code index}, which is a multiple of the chunk length or the end. */
  int selectedBefore(int index) {
    return before[Math.ceilDiv(index, OptimizerKernels.CHUNK)];
  }

  /** Selects other elements. */
  void redraw() {
    long draw = draws[0]++;
    int[] words = new int[4];
    int needed = selected;
    for (int i = 0; i < length; i++) {
      if ((i & 3) == 0) {
        Philox.block(i >>> 2, STREAM | (long) tensor << 40 | draw, seed, words);
      }
      boolean take = Integer.toUnsignedLong(words[i & 3]) * (length - i) >>> 32 < needed;
      long bit = 1L << i;
      bits[i >>> 6] = take ? bits[i >>> 6] | bit : bits[i >>> 6] & ~bit;
      needed -= take ? 1 : 0;
    }
    count();
  }

  /** Brings the counts in line with the bits. */
  void count() {
    int wordsPerChunk = OptimizerKernels.CHUNK / 64;
    for (int i = 0; i < bits.length; i++) {
      int chunk = i / wordsPerChunk;
      before[chunk + 1] = (i % wordsPerChunk == 0 ? before[chunk] : before[chunk + 1]) + Long.bitCount(bits[i]);
    }
  }

  /** Copies the selected ones of {@code count} elements from {@code source} to the front of {@code target}, which may be the same array. */
  void gather(int from, int count, float[] source, int offset, float[] target) {
    int to = 0;
    for (int i = 0; i < count; i++) {
      if (isSelected(from + i)) {
        target[to++] = source[offset + i];
      }
    }
  }

  /** The inverse of {@link #gather}; other elements stay. */
  void scatter(int from, int count, float[] source, float[] target, int offset) {
    int at = 0;
    for (int i = 0; i < count; i++) {
      if (isSelected(from + i)) {
        target[offset + i] = source[at++];
      }
    }
  }

  void visit(String name, StateVisitor visitor) {
    visitor.longs(name, bits);
    visitor.longs(name + ".draws", draws);
  }
}
