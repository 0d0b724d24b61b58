package io.github.fp4j.simd;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Hadamard;
import org.jspecify.annotations.Nullable;

/**
 * Transforms rows by the passes of {@link HadamardButterflies}, which stay in the first-level cache for groups of up to 4096 elements. A group smaller than a vector
 * goes through narrower vectors; roundings to other formats than bf16 are the model's. For one thread.
 */
final class HadamardTransformer {
  /** Elements that go through all passes at once, unless a group is larger: 16 kB. */
  private static final int CHUNK = 1 << 12;

  private static final int FLOAT_BITS = 32;

  private final HadamardButterflies widest;
  private @Nullable HadamardButterflies ofEight;
  private @Nullable HadamardButterflies ofFour;
  private @Nullable Hadamard last;
  private float[] signs = new float[0];

  HadamardTransformer(HadamardButterflies widest) {
    this.widest = widest;
  }

  /** Transforms each row; refuses a length that is no multiple of the size before anything is written. */
  void rows(Hadamard transform, FloatRows rows) {
    if (rows.rows() == 0 || rows.columns() == 0) {
      return;
    }
    boolean rounds = transform.rounding() != null;
    if (rounds && !FloatFormat.BF16.equals(transform.rounding()) || rows.columns() % transform.size() != 0) {
      model(transform, rows, 0, rows.columns());
      return;
    }
    HadamardButterflies butterflies = butterflies(transform.size());
    prepare(transform, butterflies.lanes());
    boolean dense = rows.stride() == rows.columns();
    int runs = dense ? 1 : rows.rows();
    int length = dense ? rows.rows() * rows.columns() : rows.columns();
    int whole = length - length % butterflies.lanes(); // less than all of it for pairs only
    int chunk = Math.max(CHUNK, transform.size());
    for (int run = 0; run < runs; run++) {
      for (int start = 0; start < whole; start += chunk) {
        groups(transform, butterflies, rows.values(), rows.index(run, start), Math.min(chunk, whole - start), rounds);
      }
      if (whole < length) {
        transform.apply(rows.values(), rows.index(run, whole), length - whole);
      }
    }
  }

  private static void model(Hadamard transform, FloatRows rows, int from, int count) {
    for (int row = 0; row < rows.rows(); row++) {
      transform.apply(rows.values(), rows.index(row, from), count);
    }
  }

  private void groups(Hadamard transform, HadamardButterflies butterflies, float[] values, int offset, int length, boolean rounds) {
    int size = transform.size();
    if (size == 2) {
      butterflies.pairs(values, offset, length, signs);
    } else {
      butterflies.withinVectors(values, offset, length, signs);
    }
    int distance = butterflies.lanes();
    for (; 2 * distance < size; distance *= 4) {
      butterflies.acrossTwice(values, offset, length, distance);
    }
    if (distance < size) {
      butterflies.across(values, offset, length, distance);
    }
    if (rounds) {
      butterflies.scaleToBf16(values, offset, length, transform.factor());
    } else {
      butterflies.scale(values, offset, length, transform.factor());
    }
  }

  /** The widest butterflies whose vectors hold no more than a group, or those of four. */
  private HadamardButterflies butterflies(int size) {
    if (size >= widest.lanes()) {
      return widest;
    }
    if (size == 8) {
      if (ofEight == null) {
        ofEight = PerWidth.instance(HadamardButterflies.class, HadamardButterfliesBody.class, 8 * FLOAT_BITS);
      }
      return ofEight;
    }
    if (widest.lanes() == 4) {
      return widest;
    }
    if (ofFour == null) {
      ofFour = PerWidth.instance(HadamardButterflies.class, HadamardButterfliesBody.class, 4 * FLOAT_BITS);
    }
    return ofFour;
  }

  private void prepare(Hadamard transform, int lanes) {
    int length = Math.max(transform.size(), lanes);
    if (transform == last && signs.length == length) {
      return;
    }
    if (signs.length != length) {
      signs = new float[length];
    }
    for (int i = 0; i < length; i++) {
      signs[i] = transform.sign(i % transform.size());
    }
    last = transform;
  }
}
