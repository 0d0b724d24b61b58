package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.BlockOperation;
import io.github.fp4j.conformance.diagnosis.AmaxTask;
import io.github.fp4j.conformance.diagnosis.Observation;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ReferenceQuantizer;
import java.util.BitSet;
import java.util.Locale;

/**
 * XQ: the largest magnitude of a ragged matrix, at each of its places in turn: positive, negative, infinite, NaN, and among subnormals. Between the rows lies
 * something larger, which does not count.
 */
final class AmaxPlacesClass implements CoverageClass {
  private static final int ROWS = 5;
  private static final int COLUMNS = 77;
  private static final int STRIDE = 80;
  private static final int PLACES = ROWS * COLUMNS;

  /** What stands at the place, and the size of everything else. */
  private enum Kind {
    POSITIVE(20.123457f, 1),
    NEGATIVE(-20.123457f, 1),
    INFINITE(Float.NEGATIVE_INFINITY, 1),
    NAN(Float.NaN, 1),
    SUBNORMAL(-0x1p-130f, 0x1p-140f);

    private final float largest;
    private final float others;

    Kind(float largest, float others) {
      this.largest = largest;
      this.others = others;
    }
  }

  private final QuantizationProfile profile;

  AmaxPlacesClass(QuantizationProfile profile) {
    this.profile = profile;
  }

  @Override
  public String suite() {
    return "XQ";
  }

  @Override
  public String id() {
    return "XQ/" + profile + "/amax-places";
  }

  @Override
  public long cases() {
    return (long) Kind.values().length * PLACES;
  }

  @Override
  public boolean exhaustive() {
    return true;
  }

  @Override
  public boolean appliesTo(Backend subject) {
    return subject.blocks().filter(kernels -> kernels.supports(profile) && kernels.supports(BlockOperation.AMAX)).isPresent();
  }

  @Override
  public void run(Backend subject, Tally tally, Workers workers) {
    BlockKernels kernels = subject.blocks().orElseThrow();
    long number = 0;
    for (Kind kind : Kind.values()) {
      for (int place = 0; place < PLACES; place++) {
        String name = "%s in row %d, column %d".formatted(kind.name().toLowerCase(Locale.ROOT), place / COLUMNS, place % COLUMNS);
        ask(kernels, new AmaxTask(name, profile, matrix(kind, place)), number++, tally);
      }
    }
  }

  private static FloatRows matrix(Kind kind, int place) {
    float[] values = new float[ROWS * STRIDE];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % STRIDE < COLUMNS ? kind.others * (i % 7 - 3) : 100;
    }
    values[place / COLUMNS * STRIDE + place % COLUMNS] = kind.largest;
    return new FloatRows(values, 0, STRIDE, ROWS, COLUMNS);
  }

  /** Enters the largest magnitude that {@code kernels} find as one case. */
  static void ask(BlockKernels kernels, AmaxTask task, long number, Tally tally) {
    float right = ReferenceQuantizer.amax(task.profile(), task.from());
    float wrong = kernels.amax(task.profile(), task.from());
    if (!FloatTarget.same(right, wrong)) {
      tally.mismatch(number, FloatTarget.mismatch(task.name() + ": largest magnitude", right, wrong));
    }
    BitSet judged = new BitSet();
    judged.set(0);
    Observation.Subject<AmaxTask> again = one -> new int[] {Float.floatToRawIntBits(kernels.amax(one.profile(), one.from()))};
    int[] bits = {Float.floatToRawIntBits(right)};
    int[] actual = {Float.floatToRawIntBits(wrong)};
    tally.observe(number, new Observation<>(task, bits, actual, judged, null, again));
    tally.judged(1);
  }
}
