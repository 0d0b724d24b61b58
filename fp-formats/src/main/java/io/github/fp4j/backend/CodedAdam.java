package io.github.fp4j.backend;

import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import java.util.Objects;

/**
 * Adam's update of parameters whose moments are in blocks of codes, in one pass over memory. Bits are those of {@link OptimizerKernels}: decode of both moments,
 * adam, encode of both.
 */
public interface CodedAdam {

  /**
   * A moment of a whole tensor.
   *
   * @param packed codes from element 0 on
   * @param scales one to a block
   */
  record Moment(BlockwiseCodebook format, byte[] packed, float[] scales) {}

  /** Whether moments of these formats can be updated: their blocks are of one size, which divides {@link OptimizerKernels#CHUNK}. */
  static boolean supports(BlockwiseCodebook first, BlockwiseCodebook second) {
    return first.blockSize() == second.blockSize() && OptimizerKernels.CHUNK % first.blockSize() == 0;
  }

  /**
   * What every implementation refuses.
   *
   * @throws IllegalArgumentException if the formats do not fit or {@code from} is inside a block
   * @throws IndexOutOfBoundsException if the elements lie outside a moment's arrays
   */
  static void check(Moment first, Moment second, int from, int length) {
    int size = first.format().blockSize();
    if (!supports(first.format(), second.format())) {
      throw new IllegalArgumentException(
          "blocks of " + size + " and " + second.format().blockSize() + " elements: expected one size that divides " + OptimizerKernels.CHUNK);
    }
    if (from % size != 0) {
      throw new IllegalArgumentException("from = " + from + ": expected a multiple of the block size " + size);
    }
    checkRange(first, from, length);
    checkRange(second, from, length);
  }

  private static void checkRange(Moment moment, int from, int length) {
    BlockwiseCodebook format = moment.format();
    Objects.checkFromIndexSize(format.codebook().bytes(from), format.codebook().bytes(length), moment.packed().length);
    Objects.checkFromIndexSize(from / format.blockSize(), format.blocks(length), moment.scales().length);
  }

  /**
   * Updates elements {@code from} to {@code from + length} of both moments and as many parameters, in place.
   *
   * @param from a multiple of the block size
   * @param length anything; less than a whole last block only at the end of the tensor
   * @throws IllegalArgumentException if the formats do not fit or {@code from} is inside a block
   * @throws IndexOutOfBoundsException if a range lies outside its array; nothing has been written then
   */
  void adam(
      AdamCoefficients coefficients,
      float[] parameters,
      int parametersOffset,
      float[] gradient,
      int gradientOffset,
      Moment first,
      Moment second,
      int from,
      int length);

  /** The definition: decode, adam and encode of {@code kernels}, one after the other. Allocates both decoded moments. */
  static CodedAdam inTurn(OptimizerKernels kernels) {
    return (coefficients, parameters, parametersOffset, gradient, gradientOffset, first, second, from, length) -> {
      float[] m = decoded(kernels, first, from, length);
      float[] v = decoded(kernels, second, from, length);
      kernels.adam(coefficients, parameters, parametersOffset, gradient, gradientOffset, m, 0, v, 0, length);
      encode(kernels, m, first, from);
      encode(kernels, v, second, from);
    };
  }

  private static float[] decoded(OptimizerKernels kernels, Moment moment, int from, int length) {
    float[] values = new float[length];
    BlockwiseCodebook format = moment.format();
    kernels.decode(format, moment.packed(), format.codebook().bytes(from), moment.scales(), from / format.blockSize(), values, 0, length);
    return values;
  }

  private static void encode(OptimizerKernels kernels, float[] values, Moment moment, int from) {
    BlockwiseCodebook format = moment.format();
    kernels.encode(format, values, 0, values.length, moment.packed(), format.codebook().bytes(from), moment.scales(), from / format.blockSize());
  }
}
