package io.github.fp4j.simd;

import io.github.fp4j.formats.codebook.Codebook;
import java.util.Arrays;

/**
 * A codebook as tables for finding codes without a search. A monotone function of the magnitude, however it rounds, sorts magnitudes into buckets with at most
 * one midpoint each; the code follows from the bucket and one comparison with that midpoint. Below zero, codes are those of the magnitude mirrored at the zero
 * code, and the midpoint itself belongs to the lower code, farther from zero.
 */
final class CodebookTable {
  /** Of the bits of a magnitude, those that are compared after {@link #bucket}; those above are the bucket's number. */
  static final int BUCKET_SHIFT = 16;

  /** What {@link #folded} multiplies and adds: moves the midpoints of the signed map of 4 bits, and 1, to different quarters of binades in [1/16, 1). */
  static final float FOLD_FACTOR = .93f;

  static final float FOLD_ADDEND = .0625f;
  static final int FOLD_SHIFT = 21;

  /** Farther apart than this, a value and its approximation by {@link CodebookProducts} lie on the same side of a midpoint. */
  static final int PRODUCT_ULPS = 4;

  /** Larger than every magnitude: the midpoint of a bucket without one. */
  private static final int NONE = Integer.MAX_VALUE;

  private final Codebook codebook;

  /** Whether values below zero have codes of their own. */
  final boolean isSigned;

  /** The values as float32 bits. */
  final int[] bits;

  /** The values. */
  final float[] values;

  /** The magnitude bits below which everything has the zero code. */
  final int smallest;

  /** Number of the bucket of {@link #smallest}. */
  final int firstBucket;

  /** To a bucket: the low {@link #BUCKET_SHIFT} bits of its midpoint, above 8 bits with the code of its magnitudes up to there. */
  final int[] buckets;

  CodebookTable(Codebook codebook) {
    this.codebook = codebook;
    int size = codebook.size();
    isSigned = codebook.value(0) < 0;
    values = new float[size];
    bits = new int[size];
    for (int code = 0; code < size; code++) {
      values[code] = codebook.value(code);
      bits[code] = Float.floatToRawIntBits(values[code]);
    }
    int first = Float.floatToRawIntBits(codebook.midpoint(codebook.zeroCode()));
    smallest = first >>> BUCKET_SHIFT << BUCKET_SHIFT;
    firstBucket = first >>> BUCKET_SHIFT;
    buckets = new int[(Float.floatToRawIntBits(1f) + 1 >>> BUCKET_SHIFT) - firstBucket + 1];
    for (int i = 0; i < buckets.length; i++) {
      int from = firstBucket + i << BUCKET_SHIFT;
      int midpoint = midpointIn(from, from + (1 << BUCKET_SHIFT));
      buckets[i] = (midpoint & (1 << BUCKET_SHIFT) - 1) << 8 | codebook.encode(Float.intBitsToFloat(from));
    }
  }

  /** The bits of the one midpoint in [from, to), or {@link #NONE}. */
  private int midpointIn(int from, int to) {
    int found = NONE;
    for (int code = codebook.zeroCode(); code < codebook.size() - 1; code++) {
      int midpoint = Float.floatToRawIntBits(codebook.midpoint(code));
      if (midpoint >= from && midpoint < to) {
        if (found != NONE) {
          throw new IllegalStateException(codebook + ": two midpoints from " + Float.intBitsToFloat(from) + " to " + Float.intBitsToFloat(to));
        }
        found = midpoint;
      }
    }
    return found;
  }

  /** Two tables of sixteen for the buckets of {@link #FOLD_FACTOR}: the bits of the midpoints, then the codes up to there. */
  int[][] folded() {
    int[] midpoints = new int[16];
    int[] codes = new int[16];
    Arrays.fill(midpoints, NONE);
    Arrays.fill(codes, codebook.zeroCode());
    for (int code = codebook.zeroCode(); code < codebook.size() - 1; code++) {
      int bucket = fold(codebook.midpoint(code));
      for (int ulps : new int[] {-PRODUCT_ULPS, PRODUCT_ULPS}) { // what is near a midpoint meets it in its own bucket
        if (fold(Float.intBitsToFloat(Float.floatToRawIntBits(codebook.midpoint(code)) + ulps)) != bucket) {
          throw new IllegalStateException(codebook + ": the midpoint above code " + code + " is at the edge of its bucket");
        }
      }
      if (midpoints[bucket] != NONE) {
        throw new IllegalStateException(codebook + ": two midpoints in bucket " + bucket);
      }
      midpoints[bucket] = Float.floatToRawIntBits(codebook.midpoint(code));
      codes[bucket] = code;
    }
    int start = fold(0);
    for (int i = 1; i < 16; i++) {
      int bucket = start + i & 15;
      int before = bucket + 15 & 15;
      if (midpoints[bucket] == NONE) {
        codes[bucket] = codes[before] + (midpoints[before] == NONE ? 0 : 1);
      }
    }
    return new int[][] {midpoints, codes};
  }

  private static int fold(float magnitude) {
    return Float.floatToRawIntBits(Math.fma(magnitude, FOLD_FACTOR, FOLD_ADDEND)) >>> FOLD_SHIFT & 15;
  }
}
