package io.github.fp4j.backend;

import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.gemm.PackedWeights;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Products of {@link GemmKernels} with activations in memory segments, float32, bf16 or fp16: blocks of rows go through arrays, so that a kernel meets one kind of memory
 * only. The same bits as from arrays, both others widened to float32 first. Activations and results are dense; offsets are in bytes. Ranges outside a segment throw
 * {@link IndexOutOfBoundsException} before anything is written; what the kernels refuse is refused.
 *
 * <p>For one thread at a time, which may share the work with others. Calls allocate nothing once shapes repeat. Kept are up to 8 MB of activations, or one row if it
 * is longer, and their results.
 */
public final class SegmentGemms {
  /** Rows at a time: what kernels take for one pass over the weights. */
  private static final int ROWS = 512;

  private static final int MAX_VALUES = 1 << 21;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final GemmKernels kernels;
  private FloatSlice activations = new FloatSlice(0);
  private FloatRows rows = FloatRows.of(new float[0], 0, 0);
  private float[] results = new float[0];

  /** @param kernels what does the work */
  public SegmentGemms(GemmKernels kernels) {
    this.kernels = Objects.requireNonNull(kernels, "kernels");
  }

  /**
   * Computes {@code D = alpha * (A * transpose(B))}, float32, [M, N], row-major, little-endian.
   *
   * @param m rows of A, each of {@code b.k()} numbers
   * @see GemmKernels#multiply(String, FloatRows, PackedWeights, float, float[], Parallelism)
   */
  public void multiply(
      String model, SegmentFloats type, MemorySegment a, long offset, long m, PackedWeights b, float alpha, MemorySegment d, long resultOffset,
      Parallelism parallelism) {
    int k = b.k();
    int n = b.rows();
    Objects.checkFromIndexSize(offset, Math.multiplyExact(Math.multiplyExact(m, k), type.bytes()), a.byteSize());
    Objects.checkFromIndexSize(resultOffset, Math.multiplyExact(Math.multiplyExact(m, n), Float.BYTES), d.byteSize());
    int height = (int) Math.min(m, Math.clamp(MAX_VALUES / Math.max(1, k), 1, ROWS));
    for (long row = 0; row < m; row += height) {
      int count = (int) Math.min(height, m - row);
      shape(count, n, k);
      activations.read(type, a, offset + row * k * type.bytes(), 0, count * k);
      kernels.multiply(model, rows, b, alpha, results, parallelism);
      MemorySegment.copy(results, 0, d, FLOAT, resultOffset + row * n * Float.BYTES, results.length);
    }
  }

  private void shape(int count, int n, int k) {
    if (activations.capacity() < count * k) {
      activations = new FloatSlice(count * k);
    }
    if (rows.values() != activations.values() || rows.rows() != count || rows.columns() != k) {
      rows = FloatRows.of(activations.values(), count, k);
    }
    if (results.length != count * n) {
      results = new float[Math.multiplyExact(count, n)];
    }
  }
}
