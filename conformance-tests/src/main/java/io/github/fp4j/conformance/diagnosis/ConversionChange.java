package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.NanPolicy;
import io.github.fp4j.formats.Overflow;
import io.github.fp4j.formats.Rounding;
import io.github.fp4j.formats.UnsignedPolicy;
import io.github.fp4j.formats.ZeroSign;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * Another conversion in place of the right one.
 *
 * @param id what is different, e.g. {@code ties-away}
 * @param words the same as the end of a sentence
 * @param change the other conversion
 */
record ConversionChange(String id, String words, UnaryOperator<Conversion> change) {

  static final List<ConversionChange> ALL = all();

  private static List<ConversionChange> all() {
    List<ConversionChange> all = new ArrayList<>();
    rounding(all, "ties-to-even", "ties are rounded to the even code", Rounding.NEAREST_EVEN);
    rounding(all, "ties-away", "ties are rounded away from zero", Rounding.NEAREST_AWAY);
    rounding(all, "ties-toward-zero", "ties are rounded toward zero", Rounding.NEAREST_TOWARD_ZERO);
    rounding(all, "truncated", "values are truncated", Rounding.TOWARD_ZERO);
    rounding(all, "rounded-up", "values are rounded toward plus infinity", Rounding.UP);
    rounding(all, "rounded-down", "values are rounded toward minus infinity", Rounding.DOWN);
    all.add(new ConversionChange("through-bf16", "values are rounded to bf16 first, so twice", conversion -> conversion.after(FloatFormat.BF16)));
    all.add(new ConversionChange("through-fp16", "values are rounded to fp16 first, so twice", conversion -> conversion.after(FloatFormat.FP16)));
    for (ZeroSign sign : ZeroSign.values()) {
      all.add(new ConversionChange("zero-sign-" + kebab(sign), zero(sign), conversion -> conversion.with(sign)));
    }
    for (NanPolicy nan : NanPolicy.values()) {
      if (nan == NanPolicy.REFUSE) {
        continue; // no code that could come out
      }
      all.add(new ConversionChange("nan-" + kebab(nan), "a NaN is treated as NanPolicy." + nan + " says", conversion -> conversion.with(nan)));
    }
    for (Overflow overflow : Overflow.values()) {
      all.add(new ConversionChange("overflow-" + kebab(overflow), "too large values are treated as Overflow." + overflow + " says", conversion -> conversion.with(overflow)));
    }
    for (UnsignedPolicy policy : UnsignedPolicy.values()) {
      all.add(new ConversionChange("negative-" + kebab(policy), "negative values are treated as UnsignedPolicy." + policy + " says", conversion -> conversion.with(policy)));
    }
    return List.copyOf(all);
  }

  private static void rounding(List<ConversionChange> all, String id, String words, Rounding rounding) {
    all.add(new ConversionChange(id, words, conversion -> conversion.with(rounding)));
  }

  private static String zero(ZeroSign sign) {
    return switch (sign) {
      case KEEP -> "-0 and small negative values keep their sign";
      case DROP_OF_ZERO -> "-0 becomes +0";
      case DROP -> "the sign of zero results is dropped";
    };
  }

  static String kebab(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** @throws IllegalArgumentException if this is the conversion itself, or one that there is not */
  Conversion apply(Conversion conversion) {
    Conversion other = change.apply(conversion);
    if (other.equals(conversion)) {
      throw new IllegalArgumentException("the conversion itself");
    }
    return other;
  }
}
