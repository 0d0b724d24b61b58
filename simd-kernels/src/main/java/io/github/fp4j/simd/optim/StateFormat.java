package io.github.fp4j.simd.optim;

/**
 * How the moments of a tensor are stored.
 *
 * @param first format of the first moment
 * @param second format of the second moment, for rules that have one to an element
 * @param fullPrecisionUpTo tensors of at most so many elements keep float32 moments whatever the formats say
 */
public record StateFormat(MomentFormat first, MomentFormat second, int fullPrecisionUpTo) {

  /** Float32 throughout. */
  public static final StateFormat FLOAT32 = new StateFormat(MomentFormat.FLOAT32, MomentFormat.FLOAT32, 0);

  /** 4 bits as the paper has it (arXiv 2309.01507): rank-1 scales for second moments. */
  public static final StateFormat PAPER_4_BIT = new StateFormat(MomentFormat.DYNAMIC_4_BLOCK_128, MomentFormat.LINEAR_4_RANK_1, 4096);

  /** 4 bits as the authors' default configuration object has it: blocks of 128 for both moments. */
  public static final StateFormat BLOCK_4_BIT = new StateFormat(MomentFormat.DYNAMIC_4_BLOCK_128, MomentFormat.LINEAR_4_BLOCK_128, 4096);

  /** 8 bits in blocks of 256 (bitsandbytes). */
  public static final StateFormat BLOCK_8_BIT =
      new StateFormat(MomentFormat.DYNAMIC_8_SIGNED_BLOCK_256, MomentFormat.DYNAMIC_8_UNSIGNED_BLOCK_256, 4095);

  public StateFormat {
    if (first instanceof MomentFormat.Factored) {
      throw new IllegalArgumentException("first-moment = factored: expected a format that keeps signs (row and column means do not)");
    }
    if (first instanceof MomentFormat.RankOne) {
      throw new IllegalArgumentException("first-moment = " + first.name() + ": expected fp32, bf16 or blocks (rank-1 scales are for second moments)");
    }
    if (fullPrecisionUpTo < 0) {
      throw new IllegalArgumentException("full-precision-up-to = " + fullPrecisionUpTo + ": expected 0 or more elements");
    }
  }

  /** The formats of a tensor of so many elements. */
  StateFormat of(int elements) {
    return elements <= Math.max(1, fullPrecisionUpTo) && !(second instanceof MomentFormat.Plain && first instanceof MomentFormat.Plain) ? FLOAT32 : this;
  }
}
