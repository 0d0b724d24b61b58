package io.github.fp4j.simd.optim;

import io.github.fp4j.formats.codebook.Codebook;
import io.github.fp4j.formats.codebook.RankOneScales;
import java.util.Arrays;

/**
 * A moment in codes with rank-1 scales. New scales need all new values before the first is stored, so a step goes over the moment twice: {@link #survey} sees
 * every new value, then chunks are closed with the new scales while others are still opened with the old ones, and {@link #finish} ends it.
 */
final class RankOneStore implements MomentStore {
  private final Codebook codebook;
  private final byte[] codes;
  private final RankOneScales stored;
  private final RankOneScales coming;

  RankOneStore(Codebook codebook, int[] shape, int length) {
    this.codebook = codebook;
    codes = new byte[codebook.bytes(length)];
    stored = new RankOneScales(shape);
    coming = new RankOneScales(shape);
    clear();
  }

  /** Before the first {@link #survey} of a step. */
  void start() {
    coming.clear();
  }

  /** Collects new values that will be stored at {@code from}. Not thread-safe. */
  void survey(float[] values, int offset, int from, int length) {
    coming.collect(values, offset, length, from);
  }

  /** After every chunk has been closed. */
  void finish() {
    for (int d = 0; d < stored.dimensions(); d++) {
      System.arraycopy(coming.maxima(d), 0, stored.maxima(d), 0, stored.maxima(d).length);
    }
  }

  @Override
  public void open(Workspace workspace, Window window, int from, int length) {
    float[] values = window.openCopy();
    codebook.decode(codes, codebook.bytes(from), values, 0, length);
    stored.scales(workspace.scales, 0, length, from);
    for (int i = 0; i < length; i++) {
      values[i] *= workspace.scales[i];
    }
  }

  @Override
  public void close(Workspace workspace, Window window, int from, int length) {
    coming.scales(workspace.scales, 0, length, from);
    int bytes = codebook.bytes(from);
    for (int i = 0; i < length; i++) {
      float scale = workspace.scales[i];
      codebook.put(codes, bytes, i, scale == 0 ? codebook.zeroCode() : codebook.encode(window.array[window.offset + i] / scale));
    }
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
