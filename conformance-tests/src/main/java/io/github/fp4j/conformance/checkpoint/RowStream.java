package io.github.fp4j.conformance.checkpoint;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.SegmentQuantizer;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.block.ErrorFigures;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * Streams the rows of a tensor through the block kernels. Each of a fixed number of threads has buffers for one piece of about a million elements; pieces are handed
 * on in order. Neither the bytes nor the figures depend on the number of threads or on the kernels.
 */
final class RowStream implements AutoCloseable {
  private static final int PIECE = 1 << 20;

  /** Takes quantised rows in order: their codes and scales, dense. */
  @FunctionalInterface
  interface Sink {
    void accept(MemorySegment codes, MemorySegment scales, int rows) throws IOException;
  }

  private final ExecutorService pool;
  private final List<Piece> pieces = new ArrayList<>();

  /**
   * Streams with the kernels of the fastest backends that run the profile.
   *
   * @param progress hears of every element that was read, amax pass included
   */
  RowStream(QuantizationProfile profile, int threads, LongConsumer progress) {
    this(threads, pieces(profile, progress));
  }

  /** @param pieces makes one thread's piece */
  RowStream(int threads, Supplier<Piece> pieces) {
    this.pool = Executors.newFixedThreadPool(threads, Thread.ofPlatform().daemon().name("quantise-", 0).factory());
    for (int i = 0; i < threads; i++) {
      this.pieces.add(pieces.get());
    }
  }

  /** One call for all stages, and straight from the file, where a backend offers that; else arrays. */
  private static Supplier<Piece> pieces(QuantizationProfile profile, LongConsumer progress) {
    profile.requireCpuExact();
    Optional<SegmentQuantizer> segments = Backends.first(Backend::segments, quantizer -> quantizer.supports(profile));
    if (segments.isPresent()) {
      return () -> new SegmentPiece(profile, segments.get(), progress);
    }
    BlockKernels kernels = kernelsFor(profile);
    return () -> new ArrayPiece(profile, kernels, progress);
  }

  /** The kernels of the fastest backend that runs the profile. */
  static BlockKernels kernelsFor(QuantizationProfile profile) {
    profile.requireCpuExact();
    return Backends.fastest(Backend::blocks, kernels -> kernels.supports(profile), "blocks of the profile " + profile.id());
  }

  /** Rows of {@code columns} elements in about {@code elements} elements, at least 1. */
  static int rowsIn(int elements, int columns) {
    return Math.max(1, elements / Math.max(1, columns));
  }

  /** The work on one piece. */
  @FunctionalInterface
  private interface Work<T> {
    T on(Piece piece, long firstRow, int count);
  }

  /** What is done with a finished piece, in order. */
  @FunctionalInterface
  private interface Finish<T> {
    void accept(Piece piece, T result) throws IOException;
  }

  /** The largest magnitude of a tensor of {@code rows} rows, as the profile counts it. */
  float amax(Tensor tensor, long rows, int columns) throws IOException {
    float[] largest = {0};
    run(rows, columns, (piece, first, count) -> piece.largest(tensor, first, count, columns), (piece, amax) -> largest[0] = Math.max(largest[0], amax));
    return largest[0];
  }

  /** Quantises all rows; returns how far the restored values are from the given ones. */
  ErrorFigures quantize(Tensor tensor, long rows, int columns, float tensorScale, Sink sink) throws IOException {
    ErrorFigures[] total = {ErrorFigures.NONE};
    run(
        rows,
        columns,
        (piece, first, count) -> piece.quantize(tensor, first, count, columns, tensorScale),
        (piece, figures) -> {
          sink.accept(piece.codes(), piece.scales(), piece.rows());
          total[0] = total[0].plus(figures);
        });
    return total[0];
  }

  private <T> void run(long rows, int columns, Work<T> work, Finish<T> finish) throws IOException {
    int rowsPerPiece = rowsIn(PIECE, columns);
    List<Future<T>> running = new ArrayList<>();
    long next = 0;
    long finished = 0;
    int depth = pieces.size();
    try {
      for (; finished * rowsPerPiece < rows; finished++) {
        for (; next - finished < depth && next * rowsPerPiece < rows; next++) {
          long first = next * rowsPerPiece;
          int count = (int) Math.min(rowsPerPiece, rows - first);
          Piece piece = pieces.get((int) (next % depth));
          running.add(pool.submit(() -> work.on(piece, first, count)));
        }
        finish.accept(pieces.get((int) (finished % depth)), await(running.removeFirst()));
      }
    } finally {
      running.forEach(future -> future.cancel(true));
    }
  }

  private static <T> T await(Future<T> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        default -> throw new IOException(e.getCause());
      }
    }
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
