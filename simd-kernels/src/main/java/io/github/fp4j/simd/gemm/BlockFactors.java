package io.github.fp4j.simd.gemm;

import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.Objects;

/** The scales of interleaved rows as float32. */
final class BlockFactors {
  private final ConversionKernels conversions;

  BlockFactors(ConversionKernels conversions) {
    this.conversions = conversions;
  }

  /** Whether weights of this format can be multiplied from their codes. */
  static boolean supports(OperandFormat format) {
    return format.element().equals(FloatFormat.E2M1) && (format.block() == 16 || format.block() == 32);
  }

  /** Binary logarithm of the block size of a supported format. */
  static int blockShift(OperandFormat format) {
    return Integer.numberOfTrailingZeros(format.block());
  }

  /**
   * The factors of 16 rows from element {@code from} of K on.
   *
   * @param scales scale codes, 16 rows side by side
   * @param groupOffset where the 16 rows begin in {@code scales}
   * @param count elements of each row, a multiple of the block
   */
  void decode(OperandFormat format, byte[] scales, int groupOffset, int from, int count, float[] factors, int offset) {
    int shift = blockShift(format);
    FloatFormat scale = Objects.requireNonNull(format.scale());
    conversions.decode(scale, scales, groupOffset + (from >> shift << 4), factors, offset, count >> shift << 4);
  }
}
