package io.github.fp4j.backend;

/**
 * The one order in which optimizer kernels add float64 numbers.
 *
 * <p>Within a chunk element {@code i} is added to lane {@code i % LANES}, in ascending order; lanes are then folded in halves. The sums of the chunks are added
 * as a binary tree whose leaves are in order, neighbours first.
 */
public final class ReductionTree {

  /** Running sums within a chunk. */
  public static final int LANES = 32;

  private ReductionTree() {}

  /** Adds the upper half of {@code lanes} to the lower until one is left, and returns that. Overwrites {@code lanes}. */
  public static double fold(double[] lanes) {
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        lanes[i] += lanes[i + half];
      }
    }
    return lanes[0];
  }

  /** The sum of the first {@code count} chunk sums, 0 for none. Overwrites {@code chunks}. */
  public static double sum(double[] chunks, int count) {
    for (int stride = 1; stride < count; stride *= 2) {
      for (int i = 0; i + stride < count; i += 2 * stride) {
        chunks[i] += chunks[i + stride];
      }
    }
    return count == 0 ? 0 : chunks[0];
  }
}
