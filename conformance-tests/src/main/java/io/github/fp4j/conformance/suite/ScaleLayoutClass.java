package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.BlockOperation;
import io.github.fp4j.conformance.diagnosis.LayoutTask;
import io.github.fp4j.conformance.diagnosis.Observation;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Mismatch;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.block.ScaleLayout;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * X8: a scale layout as a bijection. Every scale has a number of its own, put through the layout one byte at a time, so that every stored byte says which scale it
 * holds; padding must come out as zero. On the way back the padding is poisoned and must not be seen.
 */
final class ScaleLayoutClass implements CoverageClass {
  static final int MOST_ROWS = 300;
  static final int MOST_COLUMNS = 40;

  private static final int[][] EDGES = {
    {1, 1}, {1, 4}, {3, 5}, {7, 3}, {8, 4}, {31, 7}, {33, 9}, {127, 3}, {128, 4}, {129, 5}, {200, 17}, {256, 8}, {300, 40}
  };
  private static final int BYTES_OF_A_NUMBER = 2;
  private static final byte POISON = (byte) LayoutTask.POISON;
  private static final int GUARD = 16;

  private final ScaleLayout layout;
  private final boolean complete;
  private final int[][] shapes;

  /** @param complete every shape of 1 to 300 rows and 1 to 40 columns; else the edges of tiles, and each number of rows with one of columns */
  ScaleLayoutClass(ScaleLayout layout, boolean complete) {
    this.layout = layout;
    this.complete = complete;
    this.shapes = complete ? allShapes() : Stream.concat(Arrays.stream(EDGES), someShapes()).toArray(int[][]::new);
  }

  private static int[][] allShapes() {
    return IntStream.range(0, MOST_ROWS * MOST_COLUMNS).mapToObj(i -> new int[] {i / MOST_COLUMNS + 1, i % MOST_COLUMNS + 1}).toArray(int[][]::new);
  }

  /** Every number of rows once and, in another order each time round, every number of columns seven or eight times. */
  private static Stream<int[]> someShapes() {
    return IntStream.range(0, MOST_ROWS).mapToObj(i -> new int[] {i + 1, (7 * i + i / MOST_COLUMNS) % MOST_COLUMNS + 1});
  }

  @Override
  public String suite() {
    return "X8";
  }

  @Override
  public String id() {
    return "X8/scales/" + layout;
  }

  /** Per shape one case for every byte of the layout, padding included, and one for every scale on the way back. */
  @Override
  public long cases() {
    return Arrays.stream(shapes).mapToLong(this::cases).sum();
  }

  private long cases(int[] shape) {
    return layout.size(shape[0], shape[1]) + (long) shape[0] * shape[1];
  }

  @Override
  public boolean exhaustive() {
    return complete;
  }

  @Override
  public boolean appliesTo(Backend subject) {
    return subject.blocks().filter(kernels -> kernels.supports(BlockOperation.SCALE_LAYOUT)).isPresent();
  }

  @Override
  public void run(Backend subject, Tally tally, Workers workers) throws Exception {
    BlockKernels kernels = subject.blocks().orElseThrow();
    long[] firstCases = new long[shapes.length];
    for (int i = 1; i < shapes.length; i++) {
      firstCases[i] = firstCases[i - 1] + cases(shapes[i - 1]);
    }
    workers.share(
        shapes.length,
        () -> piece -> {
          int rows = shapes[piece][0];
          int columns = shapes[piece][1];
          swizzle(kernels, rows, columns, firstCases[piece], tally);
          unswizzle(kernels, rows, columns, firstCases[piece] + layout.size(rows, columns), tally);
        });
  }

  /** Scale i has the number i + 1; 0 is padding. */
  private void swizzle(BlockKernels kernels, int rows, int columns, long firstCase, Tally tally) {
    int count = rows * columns;
    int[] actual = new int[layout.size(rows, columns)];
    for (int part = 0; part < BYTES_OF_A_NUMBER; part++) {
      byte[] linear = poisoned(count);
      for (int i = 0; i < count; i++) {
        linear[GUARD + i] = (byte) (i + 1 >>> 8 * part);
      }
      byte[] swizzled = poisoned(actual.length);
      kernels.swizzle(layout, rows, columns, linear, GUARD, swizzled, GUARD);
      requireGuards(swizzled);
      for (int i = 0; i < actual.length; i++) {
        actual[i] |= (swizzled[GUARD + i] & 0xFF) << 8 * part;
      }
    }
    int[] right = new int[actual.length];
    for (int i = 0; i < count; i++) {
      right[layout.offset(i / columns, i % columns, columns)] = i + 1;
    }
    for (int i = 0; i < actual.length; i++) {
      if (actual[i] != right[i]) {
        String where = "%d x %d scales as %s, byte %d".formatted(rows, columns, layout, i);
        tally.mismatch(firstCase + i, new Mismatch(Verdict.MISMATCH, where, scale(right[i], count, columns), scale(actual[i], count, columns)));
      }
    }
    tally.judged(actual.length);
    tally.observe(firstCase, observation(rows, columns, true, right, actual));
  }

  private void unswizzle(BlockKernels kernels, int rows, int columns, long firstCase, Tally tally) {
    int count = rows * columns;
    int[] actual = new int[count];
    for (int part = 0; part < BYTES_OF_A_NUMBER; part++) {
      byte[] swizzled = poisoned(layout.size(rows, columns));
      for (int i = 0; i < count; i++) {
        swizzled[GUARD + layout.offset(i / columns, i % columns, columns)] = (byte) (i + 1 >>> 8 * part);
      }
      byte[] linear = poisoned(count);
      kernels.unswizzle(layout, rows, columns, swizzled, GUARD, linear, GUARD);
      requireGuards(linear);
      for (int i = 0; i < count; i++) {
        actual[i] |= (linear[GUARD + i] & 0xFF) << 8 * part;
      }
    }
    for (int i = 0; i < count; i++) {
      if (actual[i] != i + 1) {
        String where = "%d x %d scales from %s, row %d, column %d".formatted(rows, columns, layout, i / columns, i % columns);
        tally.mismatch(firstCase + i, new Mismatch(Verdict.MISMATCH, where, scale(i + 1, count, columns), scale(actual[i], count, columns)));
      }
    }
    tally.judged(count);
    int[] right = IntStream.rangeClosed(1, count).toArray();
    tally.observe(firstCase, observation(rows, columns, false, right, actual));
  }

  private Observation<LayoutTask> observation(int rows, int columns, boolean swizzling, int[] right, int[] actual) {
    int[] before = new int[right.length];
    Arrays.fill(before, LayoutTask.POISON);
    return Observation.whole(new LayoutTask("%d x %d scales".formatted(rows, columns), layout, rows, columns, swizzling), right, actual, before);
  }

  private static byte[] poisoned(int length) {
    byte[] bytes = new byte[length + 2 * GUARD];
    Arrays.fill(bytes, POISON);
    return bytes;
  }

  private static void requireGuards(byte[] bytes) {
    for (int i = 0; i < GUARD; i++) {
      if (bytes[i] != POISON || bytes[bytes.length - 1 - i] != POISON) {
        throw new IllegalStateException("the subject wrote outside the range it was given");
      }
    }
  }

  private static String scale(int number, int count, int columns) {
    if (number == 0) {
      return "zero (padding)";
    }
    return number > count ? "0x%04x (no scale)".formatted(number) : "the scale of row %d, column %d".formatted((number - 1) / columns, (number - 1) % columns);
  }
}
