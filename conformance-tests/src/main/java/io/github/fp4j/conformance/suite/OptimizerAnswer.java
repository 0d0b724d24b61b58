package io.github.fp4j.conformance.suite;

import io.github.fp4j.conformance.judge.Mismatch;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Verdict;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that one call of an optimizer kernel could write: whole arrays, so that a write outside the range it was given is a difference like any other. A
 * NaN must be a NaN; which one, arithmetic leaves to the processor.
 */
final class OptimizerAnswer {

  /** An array as bits; {@code isFloat} where these are a float32's. */
  private record Part(String name, boolean isFloat, long[] bits) {}

  private final List<Part> parts = new ArrayList<>();

  OptimizerAnswer add(String name, float... values) {
    long[] bits = new long[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToIntBits(values[i]) & 0xFFFF_FFFFL;
    }
    parts.add(new Part(name, true, bits));
    return this;
  }

  OptimizerAnswer add(String name, double... values) {
    long[] bits = new long[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Double.doubleToLongBits(values[i]);
    }
    parts.add(new Part(name, false, bits));
    return this;
  }

  OptimizerAnswer add(String name, int... values) {
    long[] bits = new long[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = values[i];
    }
    parts.add(new Part(name, false, bits));
    return this;
  }

  OptimizerAnswer add(String name, byte... values) {
    long[] bits = new long[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = values[i] & 0xFF;
    }
    parts.add(new Part(name, false, bits));
    return this;
  }

  /** Number of array elements. */
  long size() {
    return parts.stream().mapToLong(part -> part.bits.length).sum();
  }

  /** Enters every array element of {@code actual}, which answers the same call, as a case. */
  void compare(OptimizerAnswer actual, String call, long firstCase, Tally tally) {
    long number = firstCase;
    for (int p = 0; p < parts.size(); p++) {
      Part right = parts.get(p);
      long[] wrong = actual.parts.get(p).bits;
      for (int i = 0; i < right.bits.length; i++) {
        if (right.bits[i] != wrong[i]) {
          tally.mismatch(number + i, mismatch(call + ": " + right.name + "[" + i + "]", right.isFloat, right.bits[i], wrong[i]));
        }
      }
      number += right.bits.length;
    }
    tally.judged(size());
  }

  private static Mismatch mismatch(String input, boolean isFloat, long right, long wrong) {
    if (isFloat) {
      return FloatTarget.mismatch(input, Float.intBitsToFloat((int) right), Float.intBitsToFloat((int) wrong));
    }
    return new Mismatch(Verdict.MISMATCH, input, "0x%x".formatted(right), "0x%x".formatted(wrong));
  }
}
