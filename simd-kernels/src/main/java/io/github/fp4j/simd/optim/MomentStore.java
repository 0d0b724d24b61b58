package io.github.fp4j.simd.optim;

import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.formats.codebook.BlockwiseCodebook;

/** One moment of a tensor between steps. A new one holds zeros. Different chunks may be opened and closed at the same time. */
sealed interface MomentStore permits PlainStore, BlockwiseStore, RankOneStore, FactoredStore {

  /** Shows a chunk as float32. */
  void open(Workspace workspace, Window window, int from, int length);

  /** Stores what the window holds. */
  void close(Workspace workspace, Window window, int from, int length);

  /** Elements that are stored together: what is opened and closed at a time is a multiple of them, but for the end of the tensor. */
  int granule();

  /** Sets all elements to zero. */
  void clear();

  /** Shows the arrays that hold it. */
  void visit(String name, StateVisitor visitor);

  /** A store of zeros in {@code format}, or what the format falls back to for tensors of this shape. */
  static MomentStore of(MomentFormat format, int[] shape, int length, OptimizerKernels kernels) {
    return switch (format) {
      case MomentFormat.Plain plain ->
          new PlainStore(plain.equals(MomentFormat.FLOAT32) ? FloatStorage.float32(new float[length]) : FloatStorage.bfloat16(new short[length]));
      case MomentFormat.Blockwise blocks -> new BlockwiseStore(blocks.format(), length, kernels);
      case MomentFormat.RankOne rankOne ->
          shape.length < 2
              ? new BlockwiseStore(new BlockwiseCodebook(rankOne.codebook(), rankOne.blockSize()), length, kernels)
              : new RankOneStore(rankOne.codebook(), shape, length, kernels);
      case MomentFormat.Factored _ -> shape.length < 2 ? of(MomentFormat.LINEAR_4_BLOCK_128, shape, length, kernels) : new FactoredStore(shape);
    };
  }
}
