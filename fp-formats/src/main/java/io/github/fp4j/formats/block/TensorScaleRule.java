package io.github.fp4j.formats.block;

/**
 * How the one float32 of a tensor comes from its largest magnitude, and which way it points.
 *
 * @param direction what is stored
 * @param scaleMax the E4M3 maximum that the rule fills up to: 448, 256 or 240
 * @param fallback whether a zero or infinite {@code amax} counts as encode scale 1
 */
public record TensorScaleRule(Direction direction, float scaleMax, Fallback fallback) {

  /** What is stored with the tensor; N is {@code scaleMax} times the largest element, 2688 for NVFP4. */
  public enum Direction {
    /** Nothing: the format has one level. Counts as 1. */
    NONE,
    /** The largest magnitude itself (TransformerEngine). */
    AMAX,
    /** N / amax, which multiplies on the way in (vLLM, FlashInfer, TensorRT-LLM, compressed-tensors). */
    ENCODE,
    /** amax / N, which multiplies on the way out (ModelOpt, torchao). */
    DECODE
  }

  /** What happens where the quotient is of no use. */
  public enum Fallback {
    /** The encode scale is capped at the largest float32, and is 1 where amax is 0 or the quotient is 0 (TransformerEngine). */
    ONE,
    /** Plain division: infinity or zero. */
    ARITHMETIC
  }

  /** No tensor scale. */
  public static final TensorScaleRule NONE = new TensorScaleRule(Direction.NONE, 1, Fallback.ARITHMETIC);

  /** What is stored for a tensor whose largest magnitude is {@code amax}; 1 if there is no tensor scale. */
  public float stored(float amax, float elementMax) {
    return switch (direction) {
      case NONE -> 1;
      case AMAX -> amax;
      case ENCODE -> guarded(amax, elementMax);
      case DECODE -> amax / (scaleMax * elementMax);
    };
  }

  /** The multiplier on the way in, {@code S}; defined for every direction but {@link Direction#DECODE}, whose formulas divide. */
  public float encodeScale(float stored, float elementMax) {
    return switch (direction) {
      case NONE, ENCODE -> stored;
      case AMAX -> guarded(stored, elementMax);
      case DECODE -> throw new IllegalStateException("a tensor scale stored as amax/N has no encode scale of its own");
    };
  }

  private float guarded(float amax, float elementMax) {
    float scale = scaleMax * elementMax / amax;
    if (fallback == Fallback.ARITHMETIC) {
      return scale;
    }
    float capped = scale <= Float.MAX_VALUE ? scale : Float.MAX_VALUE; // fminf: a NaN gives the other operand
    return amax == 0 || capped == 0 ? 1 : capped;
  }
}
