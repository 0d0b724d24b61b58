package io.github.fp4j.simd;

/**
 * Scaled elements to packed E2M1 codes, low nibble first, nearest-even and saturating; the sign is that of the element, zeros included. Block {@code i} is scaled
 * by {@code factors[i]}; of a block whose factor is NaN no more is said than that its codes are written. Every length is a multiple of 256. An encoder is made for
 * one block size: indices of blocks are then linear in those of elements, and C2 checks them once, before the loop.
 */
interface BlockEncoder {

  /** Multiplies and rounds. */
  void multiply(float[] values, int offset, int length, float[] factors, byte[] packed, int packedOffset);

  /**
   * Divides and rounds.
   *
   * @param zero what is added to quotients: +0, which makes +0 of -0, or -0, which changes nothing
   */
  void divide(float[] values, int offset, int length, float[] factors, float zero, byte[] packed, int packedOffset);

  /** The encoders of one width for blocks of 16 and 32. */
  record Pair(BlockEncoder of16, BlockEncoder of32) {
    static Pair ofWidth(int bits) {
      Class<? extends BlockEncoder> body = bits == 512 ? WideBlockEncoderBody.class : BlockEncoderBody.class;
      return new Pair(PerWidth.instance(BlockEncoder.class, body, bits, 4), PerWidth.instance(BlockEncoder.class, body, bits, 5));
    }

    /** The one for the plan's block size. */
    BlockEncoder of(BlockPlan plan) {
      return plan.blockShift() == 4 ? of16 : of32;
    }
  }
}
