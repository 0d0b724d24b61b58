package io.github.fp4j.conformance.cli;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.Rounding;
import io.github.fp4j.formats.Variant;
import io.github.fp4j.formats.Variants;
import java.io.PrintWriter;
import java.util.Locale;

/** What becomes of a number in a format: the neighbours, the tie, every rounding, and what each named stack makes of it. */
final class NumberExplanation {
  private final FloatFormat format;
  private final double typed;
  private final float value;

  NumberExplanation(FloatFormat format, double typed) {
    this.format = format;
    this.typed = typed;
    this.value = (float) typed;
  }

  void print(PrintWriter out) {
    out.printf("%s as float32 is 0x%08x = %s%n", typed, Float.floatToRawIntBits(value), CodeExplanation.plain(value));
    if (Float.isFinite(value)) {
      position(out);
      roundings(out);
    }
    variants(out);
  }

  private void position(PrintWriter out) {
    Conversion truncating = Conversion.cuda(format).with(Rounding.TOWARD_ZERO);
    int lower = ReferenceCodec.encode(truncating, Math.abs(value));
    double below = ReferenceCodec.decodeDouble(format, lower);
    double magnitude = Math.abs((double) value);
    if (magnitude == below) {
      out.printf("  it is exactly the magnitude of code 0x%02x%n", lower);
    } else if (lower == format.maxFiniteCode()) {
      out.printf("  it lies beyond the largest magnitude, %s (0x%02x)%n", CodeExplanation.plain(below), lower);
    } else if (magnitude < below) {
      out.printf("  it lies below the smallest magnitude, %s (0x%02x)%n", CodeExplanation.plain(below), lower);
    } else {
      double above = ReferenceCodec.decodeDouble(format, lower + 1);
      double tie = (below + above) / 2;
      String side = magnitude < tie ? "below the tie" : magnitude > tie ? "above the tie" : "exactly at the tie";
      out.printf(
          "  its magnitude lies between 0x%02x (%s) and 0x%02x (%s), %s %s%n",
          lower, CodeExplanation.plain(below), lower + 1, CodeExplanation.plain(above), side, CodeExplanation.plain(tie));
    }
  }

  private void roundings(PrintWriter out) {
    out.printf("%nRounding, saturating%n");
    for (Rounding rounding : Rounding.values()) {
      if (rounding != Rounding.STOCHASTIC) {
        int code = ReferenceCodec.encode(Conversion.cuda(format).with(rounding), value);
        out.printf("  %-22s 0x%02x  %s%n", rounding.name().toLowerCase(Locale.ROOT).replace('_', '-'), code, CodeExplanation.decimal(format, code));
      }
    }
    if (typed != value) {
      once(out);
    }
  }

  /** A number that float32 cannot hold may land elsewhere when it is rounded once. */
  private void once(PrintWriter out) {
    int direct = ReferenceCodec.encode(Conversion.cuda(format), typed);
    int twice = ReferenceCodec.encode(Conversion.cuda(format), value);
    String verdict = direct == twice ? "the same" : "0x%02x, another code: float32 in between rounds twice".formatted(direct);
    out.printf("  %-22s %s%n", "from float64 at once", verdict);
  }

  private void variants(PrintWriter out) {
    if (Variants.of(format).isEmpty()) {
      return;
    }
    out.printf("%nWhat named stacks make of it%n");
    String first = outcome(Variants.of(format).getFirst());
    for (Variant variant : Variants.of(format)) {
      String outcome = outcome(variant);
      out.printf("%s %-28s %-22s %s%n", outcome.equals(first) ? " " : "!", variant.id(), outcome, variant.note());
    }
    out.printf("! differs from %s%n", Variants.of(format).getFirst().id());
  }

  private String outcome(Variant variant) {
    try {
      int code = variant.encode(value);
      return "0x%02x  %s".formatted(code, CodeExplanation.decimal(format, code));
    } catch (IllegalArgumentException refused) {
      return "refused";
    }
  }
}
