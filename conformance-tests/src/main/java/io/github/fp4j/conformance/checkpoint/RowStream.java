package io.github.fp4j.conformance.checkpoint;

import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.conformance.tensorfile.FloatElements;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.ErrorFigures;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;

/**
 * Streams the rows of a tensor through the block kernels. Each of a fixed number of threads has buffers for one piece of about a million elements, and takes it
 * through all stages a slice at a time; pieces are handed on in order. The result does not depend on the number of threads; codes and scales do not depend on the
 * size of a piece or a slice either.
 */
final class RowStream implements AutoCloseable {
  private static final int PIECE = 1 << 20;

  /** Elements that go through all stages at once: before and after, 512 kB, they stay in a second-level cache. */
  private static final int SLICE = 1 << 16;

  /** Takes quantised rows in order. */
  @FunctionalInterface
  interface Sink {
    void accept(BlockRows rows, int count) throws IOException;
  }

  private final QuantizationProfile profile;
  private final BlockKernels kernels;
  private final ExecutorService pool;
  private final List<Piece> pieces = new ArrayList<>();
  private final LongConsumer progress;

  /** @param progress hears of every element that was read, amax pass included */
  RowStream(QuantizationProfile profile, int threads, LongConsumer progress) {
    this.profile = profile;
    this.kernels = kernelsFor(profile);
    this.pool = Executors.newFixedThreadPool(threads, Thread.ofPlatform().daemon().name("quantise-", 0).factory());
    this.progress = progress;
    for (int i = 0; i < threads; i++) {
      pieces.add(new Piece());
    }
  }

  /** The kernels of the first backend that runs the profile, the reference last. */
  static BlockKernels kernelsFor(QuantizationProfile profile) {
    profile.requireCpuExact();
    return Backends.available().stream()
        .sorted((a, b) -> Boolean.compare(a.name().equals("reference"), b.name().equals("reference")))
        .flatMap(backend -> backend.blocks().stream())
        .filter(candidate -> candidate.supports(profile))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no backend runs the profile " + profile.id()));
  }

  /** One thread's buffers and what they hold. */
  private final class Piece {
    private final FloatElements elements = new FloatElements();
    private float[] values = new float[0];
    private float[] restored = new float[0];
    private BlockRows blocks = new BlockRows(new byte[0], 0, 1, new byte[0], 0, 1);
    private int rows;
    private ErrorFigures figures = ErrorFigures.NONE;

    float amax(Tensor tensor, long firstRow, int count, int width) {
      float largest = 0;
      int step = rowsIn(SLICE, width);
      for (int row = 0; row < count; row += step) {
        largest = Math.max(largest, kernels.amax(profile, read(tensor, firstRow + row, Math.min(step, count - row), width)));
      }
      release(tensor, firstRow, count, width);
      return largest;
    }

    void quantize(Tensor tensor, long firstRow, int count, int width, float tensorScale) {
      rows = count;
      figures = ErrorFigures.NONE;
      int stored = profile.storedColumns("columns", width);
      int codesStride = profile.format().codeBytesPerRow(stored);
      int scalesStride = profile.format().blocksPerRow(stored);
      if (blocks.codes().length < count * codesStride || blocks.codesStride() != codesStride || blocks.scalesStride() != scalesStride) {
        blocks = BlockRows.allocate(profile.format(), count, stored);
      }
      int step = rowsIn(SLICE, width);
      for (int row = 0; row < count; row += step) {
        FloatRows from = read(tensor, firstRow + row, Math.min(step, count - row), width);
        BlockRows to = blocks.fromRow(row);
        kernels.quantize(profile, tensorScale, from, to);
        if (restored.length < from.rows() * width) {
          restored = new float[from.rows() * width];
        }
        FloatRows back = FloatRows.of(restored, from.rows(), width);
        kernels.dequantize(profile, tensorScale, to, back);
        figures = figures.plus(kernels.errors(profile, from, to, back));
      }
      release(tensor, firstRow, count, width);
    }

    /** Takes the pages of a mapped file out of this process, where they would count as its memory; the system still has them. */
    private void release(Tensor tensor, long firstRow, int count, int width) {
      long rowBytes = (long) width * tensor.type().unitBytes();
      MemorySegment read = tensor.data().asSlice(firstRow * rowBytes, count * rowBytes);
      if (read.isMapped()) {
        read.unload();
      }
    }

    private FloatRows read(Tensor tensor, long firstRow, int count, int width) {
      if (values.length < count * width) {
        values = new float[count * width];
      }
      elements.read(tensor, firstRow * width, values, 0, count * width);
      progress.accept((long) count * width);
      return FloatRows.of(values, count, width);
    }
  }

  /** Rows of {@code columns} elements in about {@code elements} elements, at least 1. */
  private static int rowsIn(int elements, int columns) {
    return Math.max(1, elements / Math.max(1, columns));
  }

  /** The work of one piece. */
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
    run(rows, columns, (piece, first, count) -> piece.amax(tensor, first, count, columns), (piece, amax) -> largest[0] = Math.max(largest[0], amax));
    return largest[0];
  }

  /** Quantises all rows; returns how far the restored values are from the given ones. */
  ErrorFigures quantize(Tensor tensor, long rows, int columns, float tensorScale, Sink sink) throws IOException {
    ErrorFigures[] total = {ErrorFigures.NONE};
    run(
        rows,
        columns,
        (piece, first, count) -> {
          piece.quantize(tensor, first, count, columns, tensorScale);
          return piece.figures;
        },
        (piece, figures) -> {
          sink.accept(piece.blocks, piece.rows);
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
