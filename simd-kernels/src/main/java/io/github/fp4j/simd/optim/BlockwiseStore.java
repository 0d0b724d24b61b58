package io.github.fp4j.simd.optim;

import io.github.fp4j.backend.CodedAdam;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import java.util.Arrays;

/** A moment in codes with a scale to a block. */
final class BlockwiseStore implements MomentStore {
  private final BlockwiseCodebook format;
  private final OptimizerKernels kernels;
  private final byte[] codes;
  private final float[] scales;
  private final CodedAdam.Moment moment;

  BlockwiseStore(BlockwiseCodebook format, int length, OptimizerKernels kernels) {
    this.format = format;
    this.kernels = kernels;
    codes = new byte[format.codebook().bytes(length)];
    scales = new float[format.blocks(length)];
    moment = new CodedAdam.Moment(format, codes, scales);
    clear();
  }

  /** The codes and scales themselves. */
  CodedAdam.Moment moment() {
    return moment;
  }

  @Override
  public void open(Workspace workspace, Window window, int from, int length) {
    kernels.decode(format, codes, format.codebook().bytes(from), scales, from / format.blockSize(), window.openCopy(), 0, length);
  }

  @Override
  public void close(Workspace workspace, Window window, int from, int length) {
    kernels.encode(format, window.array, window.offset, length, codes, format.codebook().bytes(from), scales, from / format.blockSize());
  }

  @Override
  public int granule() {
    return format.blockSize();
  }

  @Override
  public void clear() {
    int zero = format.codebook().zeroCode();
    Arrays.fill(codes, (byte) (format.codebook().bits() == 4 ? zero << 4 | zero : zero));
    Arrays.fill(scales, 0);
  }

  @Override
  public void visit(String name, StateVisitor visitor) {
    visitor.bytes(name + ".codes", codes);
    visitor.floats(name + ".scales", scales);
  }
}
