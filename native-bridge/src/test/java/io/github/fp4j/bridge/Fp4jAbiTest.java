package io.github.fp4j.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.bridge.internal.sys.Fp4jAbi;
import io.github.fp4j.formats.BottomCodes;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.NanPolicy;
import io.github.fp4j.formats.Overflow;
import io.github.fp4j.formats.Rounding;
import io.github.fp4j.formats.TopCodes;
import io.github.fp4j.formats.UnsignedPolicy;
import io.github.fp4j.formats.ZeroSign;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every number that the bridge writes, against what a C compiler makes of fp4j.h. */
class Fp4jAbiTest {
  private static final List<String> FORMAT_FIELDS = List.of("exponent_bits", "mantissa_bits", "bias", "is_signed", "top_codes", "bottom_codes");
  private static final List<String> CONVERSION_FIELDS = List.of("rounding", "random_bits", "overflow", "nan", "zero_sign", "unsigned_policy");

  private static final Map<Enum<?>, String> CONSTANTS = constants();

  private static Map<Enum<?>, String> constants() {
    Map<Enum<?>, String> names = new LinkedHashMap<>();
    names.put(Rounding.NEAREST_EVEN, "FP4J_NEAREST_EVEN");
    names.put(Rounding.NEAREST_AWAY, "FP4J_NEAREST_AWAY");
    names.put(Rounding.NEAREST_TOWARD_ZERO, "FP4J_NEAREST_TOWARD_ZERO");
    names.put(Rounding.TOWARD_ZERO, "FP4J_TOWARD_ZERO");
    names.put(Rounding.UP, "FP4J_UP");
    names.put(Rounding.DOWN, "FP4J_DOWN");
    names.put(Rounding.STOCHASTIC, "FP4J_STOCHASTIC");
    names.put(Overflow.SATURATE, "FP4J_SATURATE");
    names.put(Overflow.SATURATE_FINITE, "FP4J_SATURATE_FINITE");
    names.put(Overflow.SATURATE_FINITE_INFINITY_TO_ZERO, "FP4J_SATURATE_FINITE_INFINITY_TO_ZERO");
    names.put(Overflow.NAN, "FP4J_OVERFLOW_TO_NAN");
    names.put(Overflow.INFINITY, "FP4J_OVERFLOW_TO_INFINITY");
    names.put(NanPolicy.POSITIVE_MAX, "FP4J_NAN_POSITIVE_MAX");
    names.put(NanPolicy.SIGNED_MAX, "FP4J_NAN_SIGNED_MAX");
    names.put(NanPolicy.ZERO, "FP4J_NAN_ZERO");
    names.put(NanPolicy.NEGATED_ZERO, "FP4J_NAN_NEGATED_ZERO");
    names.put(NanPolicy.POSITIVE_NAN, "FP4J_NAN_POSITIVE");
    names.put(NanPolicy.SIGNED_NAN, "FP4J_NAN_SIGNED");
    names.put(NanPolicy.NEGATIVE_NAN, "FP4J_NAN_NEGATIVE");
    names.put(NanPolicy.SIGNED_QUIET_NAN, "FP4J_NAN_SIGNED_QUIET");
    names.put(NanPolicy.UNTESTED, "FP4J_NAN_UNTESTED");
    names.put(NanPolicy.REFUSE, "FP4J_NAN_REFUSE");
    names.put(ZeroSign.KEEP, "FP4J_ZERO_KEEP_SIGN");
    names.put(ZeroSign.DROP_OF_ZERO, "FP4J_ZERO_DROP_SIGN_OF_ZERO");
    names.put(ZeroSign.DROP, "FP4J_ZERO_DROP_SIGN");
    names.put(UnsignedPolicy.MAGNITUDE, "FP4J_UNSIGNED_MAGNITUDE");
    names.put(UnsignedPolicy.SMALLEST, "FP4J_UNSIGNED_SMALLEST");
    names.put(UnsignedPolicy.NAN, "FP4J_UNSIGNED_NAN");
    names.put(TopCodes.NUMBERS, "FP4J_TOP_NUMBERS");
    names.put(TopCodes.SINGLE_NAN, "FP4J_TOP_SINGLE_NAN");
    names.put(TopCodes.IEEE, "FP4J_TOP_IEEE");
    names.put(BottomCodes.ZERO_AND_SUBNORMALS, "FP4J_BOTTOM_ZERO_AND_SUBNORMALS");
    names.put(BottomCodes.NORMALS, "FP4J_BOTTOM_NORMALS");
    return names;
  }

  @Test
  void theBridgeWritesWhatTheHeaderSays(@TempDir Path folder) throws IOException {
    Map<String, Integer> c = valuesOfTheHeader(folder);
    assertThat(c.get("FP4J_ABI_VERSION")).isEqualTo(Fp4jAbi.VERSION);
    assertThat(c.get("FP4J_MOST_THREADS")).isEqualTo(Fp4jAbi.MOST_THREADS);
    assertThat(c.get("sizeof")).isEqualTo((int) Fp4jAbi.CONVERSION_BYTES);
    assertThat(List.of(c.get("FP4J_OK"), c.get("FP4J_UNSUPPORTED"), c.get("FP4J_BAD_ARGUMENT"), c.get("FP4J_FAILED")))
        .containsExactly(Fp4jAbi.OK, Fp4jAbi.UNSUPPORTED, Fp4jAbi.BAD_ARGUMENT, Fp4jAbi.FAILED);
    assertThat(List.of(c.get("FP4J_FLOAT32"), c.get("FP4J_FLOAT64"))).containsExactly(Fp4jAbi.FLOAT32, Fp4jAbi.FLOAT64);

    int checked = 0;
    Conversion base = Conversion.cuda(FloatFormat.E5M2).after(FloatFormat.BF16);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(Fp4jAbi.CONVERSION_BYTES, 8);
      for (Enum<?> constant : CONSTANTS.keySet()) {
        Conversion conversion =
            switch (constant) {
              case Rounding rounding -> rounding == Rounding.STOCHASTIC ? base.withStochastic(24) : base.with(rounding);
              case Overflow overflow -> base.with(overflow);
              case NanPolicy nan -> base.with(nan);
              case ZeroSign zeroSign -> base.with(zeroSign);
              case UnsignedPolicy unsigned -> base.with(unsigned);
              case TopCodes top -> Conversion.cuda(new FloatFormat("t", 3, 2, 3, true, top, BottomCodes.ZERO_AND_SUBNORMALS));
              case BottomCodes bottom -> Conversion.cuda(new FloatFormat("b", 3, 2, 3, false, TopCodes.SINGLE_NAN, bottom));
              default -> throw new AssertionError(constant);
            };
        Fp4jAbi.write(conversion, target);
        assertThat(fields(target, c)).as("%s", conversion).isEqualTo(expected(conversion, c));
        checked++;
      }
    }
    assertThat(checked).isEqualTo(7 + 5 + 10 + 3 + 3 + 3 + 2);
  }

  private static Map<String, Integer> fields(MemorySegment segment, Map<String, Integer> c) {
    Map<String, Integer> fields = new TreeMap<>();
    c.forEach((name, offset) -> {
      if (name.startsWith("offsetof ")) {
        fields.put(name.substring(9), segment.get(ValueLayout.JAVA_INT, offset));
      }
    });
    return fields;
  }

  private static Map<String, Integer> expected(Conversion conversion, Map<String, Integer> c) {
    Map<String, Integer> fields = new TreeMap<>();
    put(fields, "format", conversion.format(), c);
    fields.put("rounding", number(conversion.rounding(), c));
    fields.put("random_bits", conversion.randomBits());
    fields.put("overflow", number(conversion.overflow(), c));
    fields.put("nan", number(conversion.nan(), c));
    fields.put("zero_sign", number(conversion.zeroSign(), c));
    fields.put("unsigned_policy", number(conversion.unsigned(), c));
    FloatFormat wider = conversion.preRounding();
    if (wider == null) {
      FORMAT_FIELDS.forEach(field -> fields.put("pre_rounding." + field, 0));
    } else {
      put(fields, "pre_rounding", wider, c);
    }
    return fields;
  }

  private static void put(Map<String, Integer> fields, String prefix, FloatFormat format, Map<String, Integer> c) {
    fields.put(prefix + ".exponent_bits", format.exponentBits());
    fields.put(prefix + ".mantissa_bits", format.mantissaBits());
    fields.put(prefix + ".bias", format.bias());
    fields.put(prefix + ".is_signed", format.signed() ? 1 : 0);
    fields.put(prefix + ".top_codes", number(format.topCodes(), c));
    fields.put(prefix + ".bottom_codes", number(format.bottomCodes(), c));
  }

  private static int number(Enum<?> constant, Map<String, Integer> c) {
    return c.get(CONSTANTS.get(constant));
  }

  private static Map<String, Integer> valuesOfTheHeader(Path folder) throws IOException {
    StringBuilder lines = new StringBuilder("printf(\"sizeof=%d\\n\", (int) sizeof(fp4j_conversion));\n");
    for (String field : CONVERSION_FIELDS) {
      lines.append("printf(\"offsetof %s=%%d\\n\", (int) offsetof(fp4j_conversion, %s));\n".formatted(field, field));
    }
    for (String format : List.of("format", "pre_rounding")) {
      for (String field : FORMAT_FIELDS) {
        lines.append("printf(\"offsetof %s.%s=%%d\\n\", (int) offsetof(fp4j_conversion, %s.%s));\n".formatted(format, field, format, field));
      }
    }
    List<String> others =
        List.of(
            "FP4J_ABI_VERSION", "FP4J_MOST_THREADS", "FP4J_OK", "FP4J_UNSUPPORTED", "FP4J_BAD_ARGUMENT", "FP4J_FAILED", "FP4J_FLOAT32", "FP4J_FLOAT64");
    for (String name : others) {
      lines.append("printf(\"%s=%%d\\n\", (int) %s);\n".formatted(name, name));
    }
    for (String name : CONSTANTS.values()) {
      lines.append("printf(\"%s=%%d\\n\", (int) %s);\n".formatted(name, name));
    }
    String source = "#include <stdio.h>\n#include \"fp4j/fp4j.h\"\nint main(void) {\n" + lines + "return 0;\n}\n";
    String output = CompiledC.run(List.of(CompiledC.program(folder, "values", source).toString()));
    return output.lines().map(line -> line.split("=")).collect(Collectors.toMap(pair -> pair[0], pair -> Integer.valueOf(pair[1])));
  }
}
