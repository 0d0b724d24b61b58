package io.github.fp4j.simd;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.Overflow;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.Rounding;
import io.github.fp4j.formats.block.BlockScaleRule;
import io.github.fp4j.formats.block.ScaleCast;
import io.github.fp4j.formats.block.ScaleFormula;
import io.github.fp4j.formats.block.ScaleGuard;

/**
 * The rounding of block scales that are numbers, as constants of the arithmetic. Values are positive or zero; one that is not finite is none of its business.
 *
 * @param target the scale format
 * @param lowest smallest value that is rounded
 * @param highest largest value that is rounded, no more than the format's largest number
 * @param guardBefore what a zero becomes before it is rounded
 * @param guardAfter what a zero becomes after it was rounded
 * @param guardCode the code of {@code guardAfter}
 */
record NumberScales(MinifloatEncoder.Target target, float lowest, float highest, float guardBefore, float guardAfter, int guardCode) {

  /** Whether {@code rule} is one of those that this covers: nearest-even and saturating, in float32. */
  static boolean covers(BlockScaleRule rule) {
    Conversion conversion = rule.conversion();
    FloatFormat format = conversion.format();
    boolean saturates =
        conversion.overflow() == Overflow.SATURATE
            || conversion.overflow() == Overflow.SATURATE_FINITE && rule.formula() == ScaleFormula.ENCODE_OF_PRESCALED;
    return !rule.formula().isExponentRule()
        && rule.cast() == ScaleCast.CONVERT
        && rule.precision() == null
        && format.hasZero()
        && format.mantissaBits() > 0
        && format.minExponent() > -126
        && conversion.rounding() == Rounding.NEAREST_EVEN
        && saturates
        && conversion.preRounding() == null;
  }

  /** Whether {@code rule} is ggml's own, one level and nothing else. */
  static boolean isGgml(BlockScaleRule rule) {
    return rule.cast() == ScaleCast.GGML_UE4M3
        && rule.formula() == ScaleFormula.AMAX_OVER_MAX
        && rule.precision() == null
        && rule.conversion().format().equals(FloatFormat.UE4M3)
        && rule.guard() == ScaleGuard.NONE
        && rule.lowest() == 0
        && rule.highest() == Float.POSITIVE_INFINITY;
  }

  /** The constants of a rule that is covered. */
  static NumberScales of(BlockScaleRule rule) {
    FloatFormat format = rule.conversion().format();
    boolean before = rule.guard() == ScaleGuard.ZERO_BEFORE_CAST;
    boolean after = rule.guard() == ScaleGuard.ZERO_AFTER_CAST || rule.guard() == ScaleGuard.UNUSABLE_AFTER_CAST;
    int guardCode = after ? ReferenceCodec.encode(rule.conversion(), rule.guardValue()) : 0;
    return new NumberScales(
        MinifloatEncoder.Target.of(format, Overflow.SATURATE),
        rule.lowest(),
        Math.min(rule.highest(), format.maxFinite()),
        before ? rule.guardValue() : 0,
        ReferenceCodec.decode(format, guardCode),
        guardCode);
  }
}
