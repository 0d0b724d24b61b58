package io.github.fp4j.simd;

/**
 * Scaled elements to packed E2M1 codes, low nibble first, nearest-even and saturating; the sign is that of the element, zeros included. Block {@code i} is scaled
 * by {@code factors[i]}; of a block whose factor is NaN no more is said than that its codes are written. Every length is a multiple of 256. An encoder is made for
 * one block size: indices of blocks are then linear in those of elements, and C2 checks them once, before the loop.
 */
interface BlockEncoder {

  /**
   * What an encoder is made for.
   *
   * @param blockShift 4 or 5: blocks of 16 or 32
   * @param divides whether elements are divided by their block's factor; multiplied by it otherwise
   */
  record Form(int blockShift, boolean divides) {}

  /**
   * Scales and rounds.
   *
   * @param zero what is added to quotients: +0, which makes +0 of -0, or -0, which changes nothing; nothing is added to products
   */
  void encode(float[] values, int offset, int length, float[] factors, float zero, byte[] packed, int packedOffset);

  /** The encoders of one width by block size: products and quotients. */
  record Family(BlockEncoder products16, BlockEncoder products32, BlockEncoder quotients16, BlockEncoder quotients32) {
    static Family ofWidth(int bits) {
      return new Family(of(bits, 4, false), of(bits, 5, false), of(bits, 4, true), of(bits, 5, true));
    }

    private static BlockEncoder of(int bits, int blockShift, boolean divides) {
      Class<? extends BlockEncoder> body = bits == 512 ? WideBlockEncoderBody.class : BlockEncoderBody.class;
      return PerWidth.instance(BlockEncoder.class, body, bits, new Form(blockShift, divides));
    }

    /** The one for the plan's block size and element step. */
    BlockEncoder of(BlockPlan plan) {
      boolean is16 = plan.blockShift() == 4;
      if (plan.elementStep().divides()) {
        return is16 ? quotients16 : quotients32;
      }
      return is16 ? products16 : products32;
    }
  }
}
