package io.github.fp4j.formats.block;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.Rounding;

/**
 * How an element is scaled and rounded.
 *
 * @param encode how it is scaled
 * @param cast how the scaled element becomes a code
 * @param conversion the rounding, with its policies for ties, overflow, NaN and the sign of zero
 */
public record ElementRule(EncodeFormula encode, ElementCast cast, Conversion conversion) {

  public ElementRule {
    if (conversion.isStochastic()) {
      throw new IllegalArgumentException("conversion rounds stochastically: expected a deterministic one (StochasticRounding is chosen per call)");
    }
    if (cast == ElementCast.FLOOR_OF_SUM && conversion.rounding() != Rounding.NEAREST_AWAY) {
      throw new IllegalArgumentException("cast = FLOOR_OF_SUM with " + conversion.rounding() + ": expected NEAREST_AWAY");
    }
  }

  /** The ordinary case: scaled, then converted. */
  public static ElementRule of(EncodeFormula encode, Conversion conversion) {
    return new ElementRule(encode, ElementCast.CONVERT, conversion);
  }
}
