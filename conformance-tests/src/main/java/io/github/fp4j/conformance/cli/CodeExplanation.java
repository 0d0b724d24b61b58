package io.github.fp4j.conformance.cli;

import io.github.fp4j.formats.ExactValue;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import java.io.PrintWriter;
import java.math.BigDecimal;

/** What a code of a format means: fields, exact value, neighbours, and which numbers round to it. */
final class CodeExplanation {
  private final FloatFormat format;
  private final int code;
  private final ExactValue value;

  CodeExplanation(FloatFormat format, int code) {
    this.format = format;
    this.code = code;
    this.value = ExactValue.of(format, code);
  }

  void print(PrintWriter out) {
    out.printf("%s code 0x%02x = %s%n", format, code, decimal(format, code));
    out.printf("  fields       %s%n", fields());
    if (value.kind() == ExactValue.Kind.FINITE) {
      out.printf("  exactly      %s%d * 2^%d%n", value.negative() ? "-" : "", value.significand(), value.exponent());
    }
    float decoded = ReferenceCodec.decode(format, code);
    out.printf("  as float32   0x%08x (%s)%n", Float.floatToRawIntBits(decoded), decoded);
    out.printf("  it is        %s%n", role());
    int magnitude = code & format.magnitudeMask();
    if (value.kind() == ExactValue.Kind.FINITE) {
      neighbours(out, magnitude);
    }
    out.printf("  the format   %d bits, bias %d, smallest positive %s, largest %s%s%n", format.width(), format.bias(), format.minPositive(), format.maxFinite(), specials());
  }

  /** Sign, exponent and mantissa bits, apart, and what the exponent field says. */
  private String fields() {
    int m = format.mantissaBits();
    int field = (code & format.magnitudeMask()) >>> m;
    String sign = format.signed() ? binary(code >>> format.magnitudeBits(), 1) + " " : "";
    String mantissa = m == 0 ? "" : " " + binary(code & (1 << m) - 1, m);
    return sign + binary(field, format.exponentBits()) + mantissa + "  (" + (format.signed() ? "sign, " : "") + "exponent " + field + (m == 0 ? "" : ", mantissa") + ")";
  }

  private static String binary(int bits, int width) {
    return String.format("%" + width + "s", Integer.toBinaryString(bits & (1 << width) - 1)).replace(' ', '0');
  }

  private String role() {
    int magnitude = code & format.magnitudeMask();
    if (value.kind() == ExactValue.Kind.NAN) {
      return "not a number";
    }
    if (value.kind() == ExactValue.Kind.INFINITE) {
      return "infinity";
    }
    if (value.isZero()) {
      return value.negative() ? "negative zero" : "zero";
    }
    boolean subnormal = format.hasZero() && magnitude >>> format.mantissaBits() == 0;
    String rank = magnitude == format.maxFiniteCode() ? ", the largest finite magnitude" : magnitude == (format.hasZero() ? 1 : 0) ? ", the smallest positive magnitude" : "";
    return (subnormal ? "a subnormal number" : "a normal number") + rank;
  }

  private void neighbours(PrintWriter out, int magnitude) {
    int sign = code & format.signMask();
    if (magnitude > 0) {
      out.printf("  below it     0x%02x (%s), the tie between them is %s%n", magnitude - 1 | sign, decimal(format, magnitude - 1 | sign), tie(magnitude - 1, sign));
    }
    if (magnitude < format.maxFiniteCode()) {
      out.printf("  above it     0x%02x (%s), the tie between them is %s%n", magnitude + 1 | sign, decimal(format, magnitude + 1 | sign), tie(magnitude, sign));
    }
    out.printf("  ties         %s under nearest-even: the code is %s%n", (code & 1) == 0 ? "come here" : "go to the neighbours", (code & 1) == 0 ? "even" : "odd");
  }

  private String tie(int lower, int sign) {
    double middle = (ReferenceCodec.decodeDouble(format, lower) + ReferenceCodec.decodeDouble(format, lower + 1)) / 2;
    return plain(sign == 0 ? middle : -middle);
  }

  private String specials() {
    return (format.hasNan() ? ", has NaN" : ", no NaN") + (format.hasInfinity() ? ", has infinities" : ", no infinity");
  }

  /** A code's value in decimal, in full where that is short. */
  static String decimal(FloatFormat format, int code) {
    return plain(ReferenceCodec.decodeDouble(format, code));
  }

  static String plain(double value) {
    if (!Double.isFinite(value) || value == 0) {
      return Double.toString(value).replace(".0", "");
    }
    String exact = new BigDecimal(value).toPlainString();
    return exact.length() <= 40 ? exact : Double.toString(value);
  }
}
