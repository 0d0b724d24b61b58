package io.github.fp4j.formats.block;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How the scale of a block is computed, rounded, guarded and stored.
 *
 * @param formula from the block's largest magnitude to a number or an exponent
 * @param precision what a quotient or product of the block's maximum and a constant is rounded to, after float32, before the tensor's scale comes in: null for
 *     float32, {@link FloatFormat#BF16} where maxima are observed in bf16
 * @param lowest smallest value that is rounded, 0 for no floor; NaN passes
 * @param highest largest value that is rounded, infinity for no ceiling; NaN passes
 * @param conversion from the number to the stored code. For an exponent rule only its format and overflow count: an infinite amax becomes the largest
 *     power of two under {@link io.github.fp4j.formats.Overflow#SATURATE} and NaN otherwise
 * @param cast how the number becomes a code
 * @param guard which scales are replaced
 * @param guardValue what replaces them, before or after the rounding as the guard says
 * @param search whether several scales are tried
 */
public record BlockScaleRule(
    ScaleFormula formula,
    @Nullable FloatFormat precision,
    float lowest,
    float highest,
    Conversion conversion,
    ScaleCast cast,
    ScaleGuard guard,
    float guardValue,
    ScaleSearch search) {

  public BlockScaleRule {
    Objects.requireNonNull(formula, "formula");
    if (formula.isExponentRule() && conversion.format().mantissaBits() != 0) {
      throw new IllegalArgumentException("formula = " + formula + " gives powers of two: expected a scale format without mantissa, not " + conversion.format());
    }
    if (!(lowest >= 0 && lowest <= highest)) {
      throw new IllegalArgumentException("lowest = " + lowest + ", highest = " + highest + ": expected 0 <= lowest <= highest");
    }
  }

  /** The rule without clamps, guard or search, in float32. */
  public static BlockScaleRule of(ScaleFormula formula, Conversion conversion) {
    return new BlockScaleRule(formula, null, 0, Float.POSITIVE_INFINITY, conversion, ScaleCast.CONVERT, ScaleGuard.NONE, 0, ScaleSearch.NONE);
  }

  /** The same with another {@link #precision}. */
  public BlockScaleRule in(FloatFormat other) {
    return new BlockScaleRule(formula, other, lowest, highest, conversion, cast, guard, guardValue, search);
  }

  /** The same with values clamped to a range before they are rounded. */
  public BlockScaleRule clamped(float from, float to) {
    return new BlockScaleRule(formula, precision, from, to, conversion, cast, guard, guardValue, search);
  }

  /** The same with a guard. */
  public BlockScaleRule guarded(ScaleGuard other, float value) {
    return new BlockScaleRule(formula, precision, lowest, highest, conversion, cast, other, value, search);
  }

  /** The same with a search. */
  public BlockScaleRule searching(ScaleSearch other) {
    return new BlockScaleRule(formula, precision, lowest, highest, conversion, cast, guard, guardValue, other);
  }

  /** The same with another conversion. */
  public BlockScaleRule with(Conversion other) {
    return new BlockScaleRule(formula, precision, lowest, highest, other, cast, guard, guardValue, search);
  }

  /** The same with another cast. */
  public BlockScaleRule with(ScaleCast other) {
    return new BlockScaleRule(formula, precision, lowest, highest, conversion, other, guard, guardValue, search);
  }
}
