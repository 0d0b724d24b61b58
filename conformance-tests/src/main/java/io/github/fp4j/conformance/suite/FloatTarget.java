package io.github.fp4j.conformance.suite;

import io.github.fp4j.conformance.diagnosis.Observation;
import io.github.fp4j.conformance.diagnosis.Task;
import io.github.fp4j.conformance.judge.Mismatch;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.formats.block.FloatRows;
import java.util.Arrays;

/**
 * Where a subject writes a matrix of float32: poisoned before the call, compared bit for bit after it. A NaN must be a NaN; which one, arithmetic leaves to the
 * processor.
 */
final class FloatTarget {
  private static final int GAP = 3;
  private static final int POISON = 0x7FA5A5A5;

  private final float[] expected;
  private final FloatRows rows;

  /** For {@code rows * columns} expected values, row after row. */
  FloatTarget(float[] expected, int rows, int columns) {
    this.expected = expected;
    float[] poisoned = new float[GAP + rows * (columns + GAP)];
    Arrays.fill(poisoned, Float.intBitsToFloat(POISON));
    this.rows = new FloatRows(poisoned, GAP, columns + GAP, rows, columns);
    for (int i = 0; i < expected.length; i++) {
      poisoned[this.rows.index(i / columns, i % columns)] = poison(expected[i]);
    }
  }

  FloatRows rows() {
    return rows;
  }

  float value(int row, int column) {
    return rows.values()[rows.index(row, column)];
  }

  /** What the subject made of {@code task}, whose outputs are the elements. */
  <T extends Task<T>> Observation<T> observation(T task) {
    int[] right = new int[expected.length];
    int[] actual = new int[expected.length];
    int[] before = new int[expected.length];
    for (int i = 0; i < expected.length; i++) {
      right[i] = Float.floatToRawIntBits(expected[i]);
      actual[i] = Float.floatToRawIntBits(value(i / rows.columns(), i % rows.columns()));
      before[i] = Float.floatToRawIntBits(poison(expected[i]));
    }
    return Observation.whole(task, right, actual, before);
  }

  private static float poison(float right) {
    return Float.isNaN(right) ? 1 : Float.intBitsToFloat(~Float.floatToRawIntBits(right));
  }

  /** Names element ({@code row}, {@code column}). */
  @FunctionalInterface
  interface Text {
    String of(int row, int column);
  }

  /** Enters every element as a case. */
  void compare(long firstCase, Tally tally, Text text) {
    requirePoison();
    for (int i = 0; i < expected.length; i++) {
      int row = i / rows.columns();
      int column = i % rows.columns();
      float actual = value(row, column);
      if (!same(expected[i], actual)) {
        tally.mismatch(firstCase + i, mismatch(text.of(row, column), expected[i], actual));
      }
    }
    tally.judged(expected.length);
  }

  static Mismatch mismatch(String input, float right, float wrong) {
    Verdict verdict = Float.isNaN(right) ? Verdict.NAN_PAYLOAD : right == 0 && wrong == 0 ? Verdict.ZERO_SIGN : Verdict.MISMATCH;
    return new Mismatch(verdict, input, BlockTarget.text(right), BlockTarget.text(wrong));
  }

  static boolean same(float right, float actual) {
    return Float.floatToIntBits(right) == Float.floatToIntBits(actual);
  }

  private void requirePoison() {
    float[] values = rows.values();
    for (int i = 0; i < values.length; i++) {
      boolean inRow = i >= GAP && (i - GAP) % rows.stride() < rows.columns();
      if (!inRow && Float.floatToRawIntBits(values[i]) != POISON) {
        throw new IllegalStateException("the subject wrote outside the rows it was given");
      }
    }
  }
}
