package io.github.fp4j.conformance.suite;

import io.github.fp4j.formats.block.QuantizationProfile;
import java.lang.ref.SoftReference;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The matrices of suite XQ for one profile: every {@link BlockInput} a number of times, and one whose rows and columns are multiples of nothing. What the model
 * makes of them is kept while memory lasts, because every subject and operation asks for it.
 */
final class BlockProblems {
  private static final int COLUMNS = 64;
  private static final int LEAST_ROWS = 32;
  private static final int RAGGED_ROWS = 37;
  private static final int RAGGED_COLUMNS = 75;

  private final QuantizationProfile profile;
  private final int trials;
  private final AtomicReferenceArray<SoftReference<BlockProblem>> kept;

  BlockProblems(QuantizationProfile profile, int trials) {
    this.profile = profile;
    this.trials = trials;
    this.kept = new AtomicReferenceArray<>(BlockInput.values().length * trials + 1);
  }

  int count() {
    return kept.length();
  }

  BlockProblem get(int number) {
    SoftReference<BlockProblem> reference = kept.get(number);
    BlockProblem problem = reference == null ? null : reference.get();
    if (problem == null) {
      problem = make(number);
      kept.set(number, new SoftReference<>(problem));
    }
    return problem;
  }

  private BlockProblem make(int number) {
    if (number == count() - 1) {
      float[] values = BlockInput.GAUSSIAN_BF16.values(number, RAGGED_ROWS, RAGGED_COLUMNS);
      return BlockProblem.strided("ragged", profile, values, RAGGED_ROWS, RAGGED_COLUMNS, BlockInput.GAUSSIAN_BF16.tensorScale(profile, values));
    }
    BlockInput input = BlockInput.values()[number / trials];
    int rows = Math.max(LEAST_ROWS, profile.rowMultiple()); // so that the transpose has whole blocks
    float[] values = input.values(number % trials, rows, COLUMNS);
    float tensorScale = input.tensorScale(profile, values);
    return number % 2 == 0
        ? BlockProblem.dense(input.label(), profile, values, rows, COLUMNS, tensorScale)
        : BlockProblem.strided(input.label(), profile, values, rows, COLUMNS, tensorScale);
  }
}
