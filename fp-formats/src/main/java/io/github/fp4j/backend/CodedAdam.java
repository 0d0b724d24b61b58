package io.github.fp4j.backend;

import io.github.fp4j.formats.codebook.BlockwiseCodebook;

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
}
