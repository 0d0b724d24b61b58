package io.github.fp4j.backend;

import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.StochasticRounding;
import io.github.fp4j.formats.block.TensorScaleRule;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The two passes over a whole tensor, in ranges of rows. Ranges do not overlap and a maximum does not depend on order, so neither does the result. */
final class TensorQuantization {
  private static final int ELEMENTS_PER_TASK = 1 << 18;

  private final BlockKernels kernels;
  private final QuantizationProfile profile;
  private final Blocking blocking;
  private final FloatRows from;
  private final Executor executor;
  private final @Nullable StochasticRounding rounding;

  /** @param rounding null for the profile's own; needs blocking along rows */
  TensorQuantization(
      BlockKernels kernels, QuantizationProfile profile, Blocking blocking, FloatRows from, Executor executor, @Nullable StochasticRounding rounding) {
    this.kernels = kernels;
    this.profile = profile;
    this.blocking = blocking;
    this.from = from;
    this.executor = executor;
    this.rounding = rounding;
  }

  BlockTensor run() {
    profile.requireCpuExact();
    boolean transposed = blocking == Blocking.TRANSPOSED;
    int rows = transposed ? from.columns() : from.rows();
    int columns = transposed ? from.rows() : from.columns();
    int stored = profile.storedColumns(transposed ? "rows" : "columns", columns);
    float tensorScale = profile.tensorScaleOf(amax());
    BlockRows to = BlockRows.allocate(profile.format(), rows, stored);
    int unit = blocking == Blocking.TILES ? profile.format().blockSize() : 1;
    inRanges(
        rows,
        unit,
        columns,
        (first, count) -> {
          BlockRows range = to.fromRow(first);
          switch (blocking) {
            case ROWS -> rows(tensorScale, first, from.rowRange(first, count), range);
            case TRANSPOSED -> kernels.quantizeTransposed(profile, tensorScale, from.columnRange(first, count), range);
            case TILES -> kernels.quantizeTiles(profile, tensorScale, from.rowRange(first, count), range);
          }
        });
    return new BlockTensor(profile, rows, columns, to.codes(), to.scales(), tensorScale);
  }

  private void rows(float tensorScale, int first, FloatRows some, BlockRows to) {
    if (rounding == null) {
      kernels.quantize(profile, tensorScale, some, to);
    } else {
      kernels.quantizeStochastic(profile, tensorScale, rounding, (long) first * from.columns(), from.columns(), some, to);
    }
  }

  private float amax() {
    if (profile.tensorScale().direction() == TensorScaleRule.Direction.NONE) {
      return 0;
    }
    float[] maxima = new float[from.rows()];
    inRanges(from.rows(), 1, from.columns(), (first, count) -> maxima[first] = kernels.amax(profile, from.rowRange(first, count)));
    return kernels.amax(profile, FloatRows.of(maxima, 1, maxima.length));
  }

  private interface RangeTask {
    void run(int first, int count);
  }

  private void inRanges(int rows, int unit, int columns, RangeTask task) {
    int perTask = Math.max(1, ELEMENTS_PER_TASK / Math.max(1, columns) / unit) * unit;
    List<CompletableFuture<Void>> tasks = new ArrayList<>();
    IntStream.iterate(0, first -> first < rows, first -> first + perTask)
        .forEach(first -> tasks.add(CompletableFuture.runAsync(() -> task.run(first, Math.min(perTask, rows - first)), executor)));
    try {
      CompletableFuture.allOf(tasks.toArray(CompletableFuture[]::new)).join();
    } catch (CompletionException failure) {
      if (failure.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw failure;
    }
  }
}
