package io.github.fp4j.conformance.suite;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.Overflow;
import io.github.fp4j.formats.Rounding;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The conversions that are asked about: every format of at most eight bits, every deterministic rounding, every overflow policy that the format has. */
final class AskedConversions {
  /** Formats that a tensor or its scales are stored in. */
  static final List<FloatFormat> FORMATS =
      List.of(
          FloatFormat.E2M1, FloatFormat.E2M3, FloatFormat.E3M2, FloatFormat.E4M3, FloatFormat.UE4M3, FloatFormat.E5M2, FloatFormat.UE5M3, FloatFormat.UE8M0);

  private static final List<Rounding> ROUNDINGS =
      List.of(
          Rounding.NEAREST_EVEN, Rounding.NEAREST_AWAY, Rounding.NEAREST_TOWARD_ZERO, Rounding.TOWARD_ZERO, Rounding.UP, Rounding.DOWN);

  private AskedConversions() {}

  static List<Conversion> all() {
    List<Conversion> all = new ArrayList<>();
    for (FloatFormat format : FORMATS) {
      for (Rounding rounding : ROUNDINGS) {
        Conversion saturating = Conversion.cuda(format).with(rounding);
        all.add(saturating);
        if (format.hasNan()) {
          all.add(saturating.with(Overflow.NAN));
        }
        if (format.hasInfinity()) {
          all.add(saturating.with(Overflow.INFINITY));
        }
      }
    }
    return all;
  }

  /** The part of a class id that names a conversion, e.g. {@code e4m3/nearest-even/saturate}. */
  static String id(Conversion conversion) {
    String bits = conversion.isStochastic() ? "-" + conversion.randomBits() : "";
    return conversion.format() + "/" + kebab(conversion.rounding()) + bits + "/" + kebab(conversion.overflow());
  }

  static String kebab(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
