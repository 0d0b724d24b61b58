package io.github.fp4j.formats;

import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** Lays a staircase over all 2^32 float32 bit patterns, in parallel, and counts. */
final class EveryFloat {
  private static final int CHUNK = 1 << 16;

  private EveryFloat() {}

  /**
   * What a sweep saw.
   *
   * @param cases how many inputs were compared
   * @param mismatches how many of them gave another code
   */
  record Result(long cases, long mismatches) {
    static final Result ALL_EQUAL = new Result(1L << 32, 0);
  }

  /** One codec in a loop of its own, so that each is compiled for itself: the number of consecutive patterns from {@code firstBits} on whose code differs. */
  interface Loop {
    int mismatches(int firstBits, byte[] expected);
  }

  static Result compare(Conversion conversion, Loop loop) {
    Staircase staircase = Staircase.of(conversion);
    AtomicLong cases = new AtomicLong();
    AtomicLong mismatches = new AtomicLong();
    IntStream.range(0, (int) ((1L << 32) / CHUNK)).parallel().forEach(
        chunk -> {
          byte[] expected = new byte[CHUNK];
          int firstBits = chunk * CHUNK;
          staircase.fill(firstBits, expected, 0, CHUNK);
          mismatches.addAndGet(loop.mismatches(firstBits, expected));
          cases.addAndGet(CHUNK);
        });
    return new Result(cases.get(), mismatches.get());
  }
}
