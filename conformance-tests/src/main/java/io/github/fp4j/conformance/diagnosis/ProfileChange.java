package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.BlockScaleRule;
import io.github.fp4j.formats.block.DequantizeFormula;
import io.github.fp4j.formats.block.ElementRule;
import io.github.fp4j.formats.block.EncodeFormula;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleFormula;
import io.github.fp4j.formats.block.ScaleGuard;
import io.github.fp4j.formats.block.TensorScaleRule;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Another rule in place of one of a profile's.
 *
 * @param id what is different
 * @param sentence the same for people
 * @param change the other profile
 */
record ProfileChange(String id, String sentence, UnaryOperator<QuantizationProfile> change) {

  static final List<ProfileChange> ALL = all();

  private static List<ProfileChange> all() {
    List<ProfileChange> all = new ArrayList<>();
    for (ScaleFormula formula : ScaleFormula.values()) {
      all.add(new ProfileChange("scale-" + ConversionChange.kebab(formula), "Block scales are computed as " + words(formula) + ".", profile -> with(profile, formula)));
    }
    all.add(
        new ProfileChange(
            "scale-f7", "Block scales are computed as (amax / 6) * S with the quotient rounded to bf16.", profile -> {
              QuantizationProfile other = with(profile, ScaleFormula.F2);
              return other.with(other.blockScale().in(FloatFormat.BF16));
            }));
    for (EncodeFormula formula : EncodeFormula.values()) {
      all.add(
          new ProfileChange(
              "encode-" + ConversionChange.kebab(formula), "Elements are scaled as " + words(formula) + ".",
              profile -> profile.with(new ElementRule(formula, profile.element().cast(), profile.element().conversion()))));
    }
    for (ConversionChange change : ConversionChange.ALL) {
      all.add(
          new ProfileChange(
              "element-" + change.id(), "Of elements " + change.words() + ".",
              profile -> profile.with(new ElementRule(profile.element().encode(), profile.element().cast(), change.apply(profile.element().conversion())))));
    }
    for (ConversionChange change : ConversionChange.ALL) {
      all.add(
          new ProfileChange(
              "scale-" + change.id(), "Of block scales " + change.words() + ".", profile -> {
                Conversion other = change.apply(profile.blockScale().conversion());
                return profile.with(profile.blockScale().with(other));
              }));
    }
    guards(all);
    for (float max : new float[] {448, 256, 240}) {
      all.add(
          new ProfileChange(
              "scale-max-" + (int) max, "The largest block scale is taken to be " + (int) max + ".",
              profile -> with(profile, new TensorScaleRule(profile.tensorScale().direction(), max, profile.tensorScale().fallback()))));
    }
    all.add(new ProfileChange("nan-in-amax", "A NaN is treated the other way when the largest magnitude of a block is sought.", ProfileChange::otherNan));
    return List.copyOf(all);
  }

  private static void guards(List<ProfileChange> all) {
    all.add(new ProfileChange("scale-unguarded", "Block scales that are zero or unusable are not replaced.", profile -> profile.with(profile.blockScale().guarded(ScaleGuard.NONE, 0))));
    all.add(
        new ProfileChange(
            "scale-zero-becomes-one", "A block scale that is zero becomes 1.", profile -> profile.with(profile.blockScale().guarded(ScaleGuard.ZERO_AFTER_CAST, 1))));
    all.add(
        new ProfileChange(
            "scale-zero-becomes-0.125", "A block scale that is zero becomes 0.125.",
            profile -> profile.with(profile.blockScale().guarded(ScaleGuard.ZERO_AFTER_CAST, 0.125f))));
    all.add(
        new ProfileChange(
            "scale-zero-amax-becomes-one", "The scale of a block of zeros is 1.", profile -> profile.with(profile.blockScale().guarded(ScaleGuard.ZERO_BEFORE_CAST, 1))));
    all.add(new ProfileChange("scale-floored", "Block scales are at least 2^-6.", profile -> profile.with(profile.blockScale().clamped(0x1p-6f, 448))));
    all.add(
        new ProfileChange(
            "scale-unclamped", "Block scales are not clamped before they are rounded.", profile -> profile.with(profile.blockScale().clamped(0, Float.POSITIVE_INFINITY))));
  }

  private static QuantizationProfile with(QuantizationProfile profile, ScaleFormula formula) {
    BlockScaleRule rule = profile.blockScale();
    return profile.with(
        new BlockScaleRule(
            formula, rule.precision(), rule.lowest(), rule.highest(), rule.conversion(), rule.cast(), rule.guard(), rule.guardValue(), rule.search()));
  }

  static QuantizationProfile with(QuantizationProfile p, TensorScaleRule rule) {
    return new QuantizationProfile(
        p.id(), p.format(), p.keepsNanInAmax(), rule, p.blockScale(), p.element(), p.dequantize(), p.nibbleOrder(), p.raggedRows(), p.rowMultiple(),
        p.exactness(), p.source());
  }

  static QuantizationProfile with(QuantizationProfile p, DequantizeFormula formula) {
    return new QuantizationProfile(
        p.id(), p.format(), p.keepsNanInAmax(), p.tensorScale(), p.blockScale(), p.element(), formula, p.nibbleOrder(), p.raggedRows(), p.rowMultiple(),
        p.exactness(), p.source());
  }

  static QuantizationProfile otherNan(QuantizationProfile p) {
    return new QuantizationProfile(
        p.id(), p.format(), !p.keepsNanInAmax(), p.tensorScale(), p.blockScale(), p.element(), p.dequantize(), p.nibbleOrder(), p.raggedRows(), p.rowMultiple(),
        p.exactness(), p.source());
  }

  private static String words(ScaleFormula formula) {
    return switch (formula) {
      case F1 -> "amax * (S * (1/6)) (F1)";
      case F2 -> "(amax / 6) * S (F2)";
      case F3 -> "(amax * (1/6)) * S (F3): a reciprocal for a division";
      case F4 -> "(amax / 6) / t (F4)";
      case F5 -> "amax / (6 * t) (F5)";
      case F6 -> "(amax * S) / 6 (F6)";
      case PRESCALED -> "(amax / t) / 6";
      case AMAX_OVER_MAX -> "amax / 6, without the tensor's scale";
      case AMAX_TIMES_RECIPROCAL -> "amax * (1/6), without the tensor's scale";
      case ENCODE_OF_PRESCALED -> "6 / (amax / t), the scale that encodes";
      case EXPONENT_FLOOR -> "2^(floor(log2 amax) - emax)";
      case EXPONENT_CEIL -> "2^(ceil(log2 amax) - emax)";
      case EXPONENT_EVEN -> "2^(floor(log2 r) - emax), r being amax rounded to the element's mantissa";
      case EXPONENT_FLOOR_LOG2F -> "2^(floor(log2f(amax)) - emax) with float32's logarithm";
      case EXPONENT_FLOOR_LOG2F_WRAPPED -> "2^(floor(log2f(amax)) - emax) with float32's logarithm, the code wrapping around";
      case EXPONENT_FIELD_UP -> "the exponent of amax / 6, plus one if there is a fraction";
      case EXPONENT_OF_MULTIPLIER -> "2^(-floor(log2f(6 / amax)))";
    };
  }

  private static String words(EncodeFormula formula) {
    return switch (formula) {
      case RECIPROCAL_OF_PRODUCT -> "x * (1 / (s * (1/S)))";
      case QUOTIENT -> "x * (S / s)";
      case BF16_COEFFICIENT -> "x * bf16(S / s)";
      case RECIPROCAL_OF_DECODE -> "x * ((1/t) / s): a reciprocal for a division";
      case DIVIDE_BY_PRODUCT -> "x / (s * t)";
      case DIVIDE_BY_QUOTIENT -> "x / (s / S)";
      case PRESCALED_RECIPROCAL -> "(x * S) * (1 / s)";
      case PRESCALED_DIVIDE -> "(x / t) / s";
      case PRESCALED_MULTIPLY -> "(x / t) * s";
      case DIVIDE -> "x / s";
    };
  }
}
