package io.github.fp4j.backend;

import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.ErrorFigures;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Hadamard;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.block.StochasticRounding;
import java.util.concurrent.Executor;

/**
 * Block quantisation of float32 matrices and back. What a call must give is fixed by its profile, bit for bit (the model is
 * {@link io.github.fp4j.formats.block.ReferenceQuantizer}), NaN, infinities, subnormals and zero blocks included.
 *
 * <p>A tensor takes two passes: {@link #amax} over all of it, then, with {@link QuantizationProfile#tensorScaleOf} of the result, one of the quantise methods over
 * any ranges of rows in any order, from any threads; {@link #quantize(QuantizationProfile, Blocking, FloatRows, Executor)} does both. The tensor scale is
 * always the number that the profile stores, so that a calibrated one can be given as well.
 *
 * <p>Kernels write every code and scale of the rows they are given, padding included, and nothing else; input and output may not overlap. Unless a method says
 * otherwise it throws {@link IllegalArgumentException} for a profile that is not {@linkplain #supports supported} (with the reason, if the profile is
 * hardware-only) or a shape that the profile refuses, and {@link IndexOutOfBoundsException} for arrays that are too short, in both cases before writing anything;
 * a method whose {@linkplain #supports(BlockOperation) operation} is not there throws {@link UnsupportedOperationException}.
 */
public interface BlockKernels {

  /** Whether this part of the contract is there at all: every part, unless a backend links to a library that has only some. */
  default boolean supports(BlockOperation operation) {
    return true;
  }

  /** Whether every method here but {@link #quantizeStochastic} takes this profile. A hardware-only profile can be dequantised, but is never supported. */
  boolean supports(QuantizationProfile profile);

  /** Whether {@link #quantizeStochastic} takes this profile with this rounding. */
  boolean supports(QuantizationProfile profile, StochasticRounding rounding);

  /** Whether {@link #hadamard} takes this transform: every one, where the operation is there, unless a backend has kernels for some sizes only. */
  default boolean supports(Hadamard transform) {
    return supports(BlockOperation.HADAMARD);
  }

  /** The largest magnitude, 0 for an empty matrix; a NaN counts or not as the profile says, and is then {@link Float#NaN}. */
  float amax(QuantizationProfile profile, FloatRows from);

  /** Quantises each row in blocks along it. */
  void quantize(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to);

  /**
   * Quantises the transpose: {@code to} has {@code from.columns()} rows of {@code from.rows()} elements, in blocks along them. Column ranges of the input are row
   * ranges of the output.
   */
  void quantizeTransposed(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to);

  /**
   * Both at once from one read: the same bytes as {@link #quantize} and {@link #quantizeTransposed}. A row range of the input that starts at a multiple of the
   * block size is a range of blocks in every row of the transposed output ({@link BlockRows#fromBlock}).
   */
  void quantizeBoth(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to, BlockRows transposed);

  /** Quantises in squares of the block size, the scale of a square stored with each of its rows. A ragged last row of squares is treated as ragged rows are. */
  void quantizeTiles(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to);

  /**
   * Quantises each row in blocks along it, rounding elements stochastically; block scales are rounded as in {@link #quantize}.
   *
   * @param firstElement number of the first row's first element in its tensor: row r, column c is element {@code firstElement + r * rowElements + c}
   * @param rowElements elements from one row of the tensor to the next, which is its number of columns
   */
  void quantizeStochastic(
      QuantizationProfile profile, float tensorScale, StochasticRounding rounding, long firstElement, long rowElements, FloatRows from, BlockRows to);

  /** Restores {@code to.rows() x to.columns()} elements. */
  void dequantize(QuantizationProfile profile, float tensorScale, BlockRows from, FloatRows to);

  /**
   * Compares {@code original} with {@code restored}, which was made of {@code blocks}: the very figures of {@link ErrorFigures#of(QuantizationProfile, FloatRows,
   * BlockRows, FloatRows)}.
   *
   * @throws IllegalArgumentException also if the shapes of {@code original} and {@code restored} differ
   */
  default ErrorFigures errors(QuantizationProfile profile, FloatRows original, BlockRows blocks, FloatRows restored) {
    return ErrorFigures.of(profile, original, blocks, restored);
  }

  /**
   * Transforms each row in place, group after group.
   *
   * @throws IllegalArgumentException for a transform that is not {@linkplain #supports(Hadamard) supported}, or rows that are no whole groups
   */
  void hadamard(Hadamard transform, FloatRows rows);

  /** Puts a linear matrix of scales into {@code layout}, padded entries zero: {@code layout.size(rows, columns)} bytes. */
  void swizzle(ScaleLayout layout, int rows, int columns, byte[] linear, int linearOffset, byte[] swizzled, int swizzledOffset);

  /** Takes a matrix of scales out of {@code layout} again, padding left out. */
  void unswizzle(ScaleLayout layout, int rows, int columns, byte[] swizzled, int swizzledOffset, byte[] linear, int linearOffset);

  /** Quantises a whole tensor in the calling thread. */
  default BlockTensor quantize(QuantizationProfile profile, Blocking blocking, FloatRows from) {
    return quantize(profile, blocking, from, Runnable::run);
  }

  /** Quantises a whole tensor in ranges of rows, each a task of {@code executor}; the result does not depend on how it runs them. Returns when all have ended. */
  default BlockTensor quantize(QuantizationProfile profile, Blocking blocking, FloatRows from, Executor executor) {
    return new TensorQuantization(this, profile, blocking, from, executor, null).run();
  }

  /** The same along rows with stochastic rounding, element (r, c) being number {@code r * columns + c}; the result does not depend on the executor either. */
  default BlockTensor quantizeStochastic(QuantizationProfile profile, StochasticRounding rounding, FloatRows from, Executor executor) {
    return new TensorQuantization(this, profile, Blocking.ROWS, from, executor, rounding).run();
  }
}
