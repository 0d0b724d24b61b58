package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.Conversion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One number to encode, as a command, a snippet and a test. */
final class EncodeReproduction {
  private EncodeReproduction() {}

  /** Null for stochastic rounding, and for float64 that is no float32. */
  static @Nullable Reproduction of(EncodeTask task, int[] right, int[] actual, String subject) {
    float value = (float) task.value(0);
    if (task.length() != 1 || task.random() != null || task.floats() == null) {
      return null;
    }
    Conversion conversion = task.conversion();
    String bits = "0x%08x".formatted(Float.floatToRawIntBits(value));
    JavaCase java = java(conversion, bits, right[0], subject);
    String title = "%s (%s) to %s: is 0x%02x, must be 0x%02x".formatted(bits, value, conversion.format(), actual[0], right[0]);
    return new Reproduction(title, "fp4j explain bits:%s --to %s".formatted(bits, conversion.format()), java.snippet(), java.test());
  }

  private static JavaCase java(Conversion conversion, String bits, int right, String subject) {
    List<String> imports =
        List.of(
            "io.github.fp4j.backend.Backends", "io.github.fp4j.formats.Conversion", "io.github.fp4j.formats.FloatFormat", "io.github.fp4j.formats.NanPolicy",
            "io.github.fp4j.formats.Overflow", "io.github.fp4j.formats.Rounding", "io.github.fp4j.formats.UnsignedPolicy", "io.github.fp4j.formats.ZeroSign");
    List<String> lines =
        List.of(
            "FloatFormat format = FloatFormat.byName(\"%s\").orElseThrow();".formatted(conversion.format()),
            "Conversion conversion = new Conversion(format, Rounding.%s, 0, Overflow.%s, NanPolicy.%s, ZeroSign.%s, UnsignedPolicy.%s, %s);"
                .formatted(
                    conversion.rounding(), conversion.overflow(), conversion.nan(), conversion.zeroSign(), conversion.unsigned(),
                    conversion.preRounding() == null ? "null" : "FloatFormat.byName(\"" + conversion.preRounding() + "\").orElseThrow()"),
            "byte[] code = new byte[1];",
            "Backends.byName(\"%s\").conversions().orElseThrow().encode(conversion, new float[] {Float.intBitsToFloat(%s)}, 0, code, 0, 1);".formatted(subject, bits),
            "String actual = Integer.toHexString(code[0] & 0xFF);");
    return new JavaCase(imports, lines, Integer.toHexString(right));
  }
}
