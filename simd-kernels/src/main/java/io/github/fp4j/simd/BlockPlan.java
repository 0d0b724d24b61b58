package io.github.fp4j.simd;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.Overflow;
import io.github.fp4j.formats.Rounding;
import io.github.fp4j.formats.ZeroSign;
import io.github.fp4j.formats.block.BlockFormat;
import io.github.fp4j.formats.block.ElementCast;
import io.github.fp4j.formats.block.EncodeFormula;
import io.github.fp4j.formats.block.NibbleOrder;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleSearch;
import org.jspecify.annotations.Nullable;

/**
 * A profile and a tensor scale as the steps that {@link BlockQuantizer} takes: the formulas with everything that is the same for all blocks computed beforehand, in
 * the formula's own order.
 *
 * @param profile what is planned
 * @param tensorScale for which tensor scale
 * @param blockShift binary logarithm of the block size
 * @param scaleStep how the scale of a block comes about
 * @param elementStep how elements are scaled; not used under {@link GgmlHalf}
 * @param zero what is added to scaled elements where that step divides, or they are scaled apart from rounding: +0 to drop the sign of zero, else -0
 */
record BlockPlan(
    QuantizationProfile profile, float tensorScale, int blockShift, ScaleStep scaleStep, ElementStep elementStep, float zero) {

  /** How the scale of a block comes about. */
  sealed interface ScaleStep {}

  /** A number, which is rounded to the scale format. */
  sealed interface NumberStep extends ScaleStep {
    /** How it is rounded. */
    NumberScales rounding();
  }

  /** {@code maximum * m1 * m2}. */
  record Product(NumberScales rounding, float m1, float m2) implements NumberStep {}

  /** {@code maximum * m1 / d1 * m2 / d2}, in which factors of 1 change nothing. */
  record Quotient(NumberScales rounding, float m1, float d1, float m2, float d2) implements NumberStep {}

  /** {@code n / (maximum / d)}. */
  record Inverse(NumberScales rounding, float n, float d) implements NumberStep {}

  /** A power of two; elements are divided by it. */
  record PowerOfTwo(PowerOfTwoScales rounding) implements ScaleStep {}

  /** ggml's rounding of {@code maximum / elementMax}; elements are compared with multiples of half of it. */
  record GgmlHalf(float elementMax) implements ScaleStep {}

  /**
   * How elements are scaled by a block scale s, of which {@code min(p / (s * q), limit)} or {@code s * q / p} is made first. A power of two is simply inverted.
   *
   * @param prescale what happens to elements before
   * @param prescaleBy by which number
   * @param prescaleZero what is added to them before that: +0 or -0
   * @param inverts whether it is the quotient by s
   * @param divides whether elements are divided by it, not multiplied
   */
  record ElementStep(Prescale prescale, float prescaleBy, float prescaleZero, boolean inverts, boolean divides, float p, float q, float limit) {}

  /** What happens to an element before its block scale is applied. */
  enum Prescale {
    NONE,
    MULTIPLY,
    DIVIDE
  }

  /** The plan; null where no vector body covers the rules, or a constant is no positive finite number. */
  static @Nullable BlockPlan of(QuantizationProfile profile, float tensorScale) {
    if (!covers(profile)) {
      return null;
    }
    ScaleStep scaleStep = scaleStep(profile, tensorScale);
    ElementStep elementStep = scaleStep == null ? null : elementStep(profile, tensorScale);
    if (scaleStep == null || elementStep == null) {
      return null;
    }
    boolean drops = profile.element().cast() != ElementCast.CONVERT_MAGNITUDE && profile.element().conversion().zeroSign() == ZeroSign.DROP_OF_ZERO;
    if (drops && !elementStep.divides && profile.element().cast() == ElementCast.CONVERT || isSearched(profile) && !canSearch(profile, scaleStep, elementStep)) {
      return null;
    }
    int blockShift = Integer.numberOfTrailingZeros(profile.format().blockSize());
    return new BlockPlan(profile, tensorScale, blockShift, scaleStep, elementStep, drops ? 0f : -0f);
  }

  /** Whether two scales are tried for every block. */
  boolean searches() {
    return isSearched(profile);
  }

  private static boolean isSearched(QuantizationProfile profile) {
    return profile.blockScale().search() != ScaleSearch.NONE;
  }

  private static boolean covers(QuantizationProfile profile) {
    BlockFormat format = profile.format();
    return format.element().equals(FloatFormat.E2M1)
        && (format.blockSize() == 16 || format.blockSize() == 32)
        && BlockStages.GROUP % profile.rowMultiple() == 0
        && coversElements(profile);
  }

  private static boolean coversElements(QuantizationProfile profile) {
    Conversion conversion = profile.element().conversion();
    boolean plain = conversion.overflow() == Overflow.SATURATE && conversion.zeroSign() != ZeroSign.DROP && conversion.preRounding() == null;
    boolean interleaved = profile.nibbleOrder() == NibbleOrder.INTERLEAVED_LOW_FIRST;
    return switch (profile.element().cast()) {
      case CONVERT, CONVERT_MAGNITUDE -> plain && interleaved && conversion.rounding() == Rounding.NEAREST_EVEN;
      case FLOOR_OF_SUM -> plain && interleaved;
      case NEAREST_PRODUCT -> true; // the product decides, whatever the conversion
    };
  }

  /** Blocks are compared sixteen at a time, under scales that are numbers, by elements that are multiplied once. */
  private static boolean canSearch(QuantizationProfile profile, ScaleStep scaleStep, ElementStep elementStep) {
    return profile.format().blockSize() == 16
        && profile.element().cast() == ElementCast.CONVERT
        && (scaleStep instanceof Product || scaleStep instanceof Quotient)
        && elementStep.prescale == Prescale.NONE
        && !elementStep.divides;
  }

  private static @Nullable ScaleStep scaleStep(QuantizationProfile profile, float t) {
    if (PowerOfTwoScales.covers(profile)) {
      return profile.element().encode() == EncodeFormula.DIVIDE ? new PowerOfTwo(PowerOfTwoScales.of(profile)) : null;
    }
    if (profile.element().cast() == ElementCast.NEAREST_PRODUCT) {
      return NumberScales.isGgml(profile.blockScale()) ? new GgmlHalf(profile.format().element().maxFinite()) : null;
    }
    if (!NumberScales.covers(profile.blockScale())) {
      return null;
    }
    NumberScales rounding = NumberScales.of(profile.blockScale());
    float max = profile.format().element().maxFinite();
    float inverse = 1 / max;
    return switch (profile.blockScale().formula()) {
      case F1 -> product(rounding, encodeScale(profile, t) * inverse, 1);
      case F2 -> quotient(rounding, 1, max, encodeScale(profile, t), 1);
      case F3 -> product(rounding, inverse, encodeScale(profile, t));
      case F4 -> quotient(rounding, 1, max, 1, t);
      case F5 -> quotient(rounding, 1, max * t, 1, 1);
      case F6 -> quotient(rounding, encodeScale(profile, t), max, 1, 1);
      case PRESCALED -> quotient(rounding, 1, t, 1, max);
      case AMAX_OVER_MAX -> quotient(rounding, 1, max, 1, 1);
      case AMAX_TIMES_RECIPROCAL -> product(rounding, inverse, 1);
      case ENCODE_OF_PRESCALED -> isUsable(t) ? new Inverse(rounding, max, t) : null;
      default -> null;
    };
  }

  private static @Nullable ScaleStep product(NumberScales rounding, float m1, float m2) {
    return isUsable(m1) && isUsable(m2) ? new Product(rounding, m1, m2) : null;
  }

  private static @Nullable ScaleStep quotient(NumberScales rounding, float m1, float d1, float m2, float d2) {
    return isUsable(m1) && isUsable(d1) && isUsable(m2) && isUsable(d2) ? new Quotient(rounding, m1, d1, m2, d2) : null;
  }

  private static @Nullable ElementStep elementStep(QuantizationProfile profile, float t) {
    // sign(x) * round(|x| * scale) is round(x * scale) but for -0, which the addition of +0 takes away beforehand
    boolean magnitude = profile.element().cast() == ElementCast.CONVERT_MAGNITUDE;
    Prescale plain = magnitude ? Prescale.MULTIPLY : Prescale.NONE;
    float before = magnitude ? 0f : -0f;
    float none = Float.POSITIVE_INFINITY;
    ElementStep step =
        switch (profile.element().encode()) {
          case RECIPROCAL_OF_PRODUCT -> new ElementStep(plain, 1, before, true, false, 1, 1 / encodeScale(profile, t), Float.MAX_VALUE);
          case QUOTIENT -> new ElementStep(plain, 1, before, true, false, encodeScale(profile, t), 1, none);
          case RECIPROCAL_OF_DECODE -> new ElementStep(plain, 1, before, true, false, 1 / t, 1, none);
          case DIVIDE_BY_PRODUCT -> new ElementStep(plain, 1, before, false, true, 1, t, none);
          case DIVIDE_BY_QUOTIENT -> new ElementStep(plain, 1, before, false, true, t, 1, none);
          case PRESCALED_RECIPROCAL -> new ElementStep(Prescale.MULTIPLY, t, before, true, false, 1, 1, none);
          case PRESCALED_DIVIDE -> new ElementStep(Prescale.DIVIDE, t, before, false, true, 1, 1, none);
          case PRESCALED_MULTIPLY -> new ElementStep(Prescale.DIVIDE, t, before, false, false, 1, 1, none);
          case DIVIDE -> new ElementStep(plain, 1, before, false, profile.format().scale().hasZero(), 1, 1, none);
          case BF16_COEFFICIENT -> null;
        };
    return step != null && isUsable(step.p) && isUsable(step.q) && isUsable(step.prescaleBy) ? step : null;
  }

  private static float encodeScale(QuantizationProfile profile, float t) {
    return profile.tensorScale().encodeScale(t, profile.format().element().maxFinite());
  }

  private static boolean isUsable(float constant) {
    return constant > 0 && constant < Float.POSITIVE_INFINITY;
  }
}
