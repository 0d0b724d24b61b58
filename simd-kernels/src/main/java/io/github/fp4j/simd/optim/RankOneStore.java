package io.github.fp4j.simd.optim;

import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.formats.codebook.Codebook;
import io.github.fp4j.formats.codebook.RankOneScales;
import java.util.Arrays;

/**
 * A moment in codes with rank-1 scales. New scales need all new values before the first is stored, so a step goes over the moment twice: {@link #survey} sees
 * every new value, then chunks are closed with the new scales while others are still opened with the old ones, and {@link #finish} ends it.
 */
final class RankOneStore implements MomentStore {
  private final Codebook codebook;
  private final OptimizerKernels kernels;
  private final RankOneRows rows;
  private final byte[] codes;
  private final RankOneScales stored;
  private final RankOneScales coming;

  RankOneStore(Codebook codebook, int[] shape, int length, OptimizerKernels kernels) {
    this.codebook = codebook;
    this.kernels = kernels;
    rows = new RankOneRows(shape, kernels);
    codes = new byte[codebook.bytes(length)];
    stored = new RankOneScales(shape);
    coming = new RankOneScales(shape);
    clear();
  }

  /** Before the first {@link #survey} of a step. */
  void start() {
    coming.clear();
  }

  /** Collects new values that will be stored at {@code from}. Thread-safe; a maximum does not depend on the order. */
  synchronized void survey(float[] values, int offset, int from, int length) {
    rows.collect(coming, values, offset, length, from);
  }

  /** After every chunk has been closed. */
  void finish() {
    for (int d = 0; d < stored.dimensions(); d++) {
      System.arraycopy(coming.maxima(d), 0, stored.maxima(d), 0, stored.maxima(d).length);
    }
  }

  @Override
  public void open(Workspace workspace, Window window, int from, int length) {
    rows.spread(stored, workspace.scales, 0, length, from);
    kernels.decode(codebook, codes, codebook.bytes(from), workspace.scales, 0, window.openCopy(), 0, length);
  }

  @Override
  public void close(Workspace workspace, Window window, int from, int length) {
    rows.spread(coming, workspace.scales, 0, length, from);
    kernels.encode(codebook, window.array, window.offset, length, workspace.scales, 0, codes, codebook.bytes(from));
  }

  @Override
  public int granule() {
    return 2;
  }

  @Override
  public void clear() {
    int zero = codebook.zeroCode();
    Arrays.fill(codes, (byte) (codebook.bits() == 4 ? zero << 4 | zero : zero));
    stored.clear();
    coming.clear();
  }

  @Override
  public void visit(String name, StateVisitor visitor) {
    visitor.bytes(name + ".codes", codes);
    for (int d = 0; d < stored.dimensions(); d++) {
      visitor.floats(name + ".maxima" + d, stored.maxima(d));
    }
  }
}
