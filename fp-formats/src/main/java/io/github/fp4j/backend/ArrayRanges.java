package io.github.fp4j.backend;

import io.github.fp4j.formats.codebook.Codebook;
import java.util.Objects;

/**
 * What every implementation of {@link ConversionKernels} and {@link OptimizerKernels} refuses before it writes: each method throws {@link IndexOutOfBoundsException}
 * where a range of its call lies outside its array or is longer than the chunk that the method takes. Blocks of codes are checked by {@link io.github.fp4j.formats.codebook.BlockwiseCodebook#check}.
 */
public final class ArrayRanges {
  private ArrayRanges() {}

  /** One code to a byte. */
  public static void check(float[] values, int offset, byte[] codes, int codesOffset, int length) {
    Objects.checkFromIndexSize(offset, length, values.length);
    Objects.checkFromIndexSize(codesOffset, length, codes.length);
  }

  /** One code to a byte. */
  public static void check(double[] values, int offset, byte[] codes, int codesOffset, int length) {
    Objects.checkFromIndexSize(offset, length, values.length);
    Objects.checkFromIndexSize(codesOffset, length, codes.length);
  }

  /** Two codes to a byte. */
  public static void checkPacked(float[] values, int offset, byte[] packed, int packedOffset, int length) {
    Objects.checkFromIndexSize(offset, length, values.length);
    Objects.checkFromIndexSize(packedOffset, packedLength(length), packed.length);
  }

  /** Bytes of {@code length} codes, two to a byte: {@code (length + 1) / 2} without overflow. */
  public static int packedLength(int length) {
    return (length >> 1) + (length & 1);
  }

  /** As {@link OptimizerKernels#scan}. */
  public static void checkScan(float[] gradient, int offset, int length, int[] magnitudes, double[] squares, int chunksOffset) {
    Objects.checkFromIndexSize(offset, length, gradient.length);
    Objects.checkFromIndexSize(chunksOffset, Math.ceilDiv(length, OptimizerKernels.CHUNK), Math.min(magnitudes.length, squares.length));
  }

  /** As {@link OptimizerKernels#squaresClipped}. */
  public static void checkChunk(float[] gradient, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, gradient.length);
    if (length > OptimizerKernels.CHUNK) {
      throw new IndexOutOfBoundsException("length = " + length + ": expected at most " + OptimizerKernels.CHUNK + ", the elements of one chunk");
    }
  }

  /** Two ranges of one length. */
  public static void check(float[] values, int offset, float[] others, int othersOffset, int length) {
    Objects.checkFromIndexSize(offset, length, values.length);
    Objects.checkFromIndexSize(othersOffset, length, others.length);
  }

  /** As {@link OptimizerKernels#adam}. */
  public static void checkAdam(
      float[] parameters,
      int parametersOffset,
      float[] gradient,
      int gradientOffset,
      float[] first,
      int firstOffset,
      float[] second,
      int secondOffset,
      int length) {
    check(parameters, parametersOffset, gradient, gradientOffset, length);
    check(first, firstOffset, second, secondOffset, length);
  }

  /** Codes with a scale to every element. */
  public static void check(
      Codebook codebook, float[] values, int offset, float[] scales, int scalesOffset, byte[] packed, int packedOffset, int length) {
    check(values, offset, scales, scalesOffset, length);
    Objects.checkFromIndexSize(packedOffset, codebook.bytes(length), packed.length);
  }
}
