package io.github.fp4j.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.bridge.internal.sys.Fp4jBlocksAbi;
import io.github.fp4j.bridge.internal.sys.Fp4jGemmAbi;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.DequantizeFormula;
import io.github.fp4j.formats.block.ElementCast;
import io.github.fp4j.formats.block.EncodeFormula;
import io.github.fp4j.formats.block.NibbleOrder;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.RaggedRows;
import io.github.fp4j.formats.block.ScaleCast;
import io.github.fp4j.formats.block.ScaleFormula;
import io.github.fp4j.formats.block.ScaleGuard;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.block.ScaleSearch;
import io.github.fp4j.formats.block.StochasticRounding;
import io.github.fp4j.formats.block.StochasticRounding.Arithmetic;
import io.github.fp4j.formats.block.StochasticRounding.ByteOrder;
import io.github.fp4j.formats.block.TensorScaleRule;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every number that the bridge writes for blocks and products, against what a C++ compiler makes of fp4j's headers: sizes, offsets, enums, and the fields of
 * every profile, which are also compared with the constants of profiles.cuh.
 */
class BlocksAbiTest {
  /** Prefix in the C header, and name in C++, of each of our enums, whose constants have the same names there. */
  private record Names(List<? extends Enum<?>> constants, String prefix, String cpp) {
    Names(Class<? extends Enum<?>> type, String prefix, String cpp) {
      this(List.of(type.getEnumConstants()), prefix, cpp);
    }
  }

  private static final List<Names> ENUMS =
      List.of(
          new Names(TensorScaleRule.Direction.class, "FP4J_TENSOR_SCALE_", "TensorScaleDirection"),
          new Names(TensorScaleRule.Fallback.class, "FP4J_FALLBACK_", "TensorScaleFallback"),
          new Names(ScaleFormula.class, "FP4J_SCALE_", "ScaleFormula"),
          new Names(ScaleCast.class, "FP4J_SCALE_CAST_", "ScaleCast"),
          new Names(ScaleGuard.class, "FP4J_GUARD_", "ScaleGuard"),
          new Names(ScaleSearch.class, "FP4J_SEARCH_", "ScaleSearch"),
          new Names(EncodeFormula.class, "FP4J_ENCODE_", "EncodeFormula"),
          new Names(ElementCast.class, "FP4J_ELEMENT_", "ElementCast"),
          new Names(DequantizeFormula.class, "FP4J_DEQUANTIZE_", "DequantizeFormula"),
          new Names(NibbleOrder.class, "FP4J_NIBBLES_", "NibbleOrder"),
          new Names(RaggedRows.class, "FP4J_RAGGED_", "RaggedRows"),
          new Names(Arithmetic.class, "FP4J_STOCHASTIC_", "StochasticArithmetic"),
          new Names(ByteOrder.class, "FP4J_BYTES_", "StochasticBytes"),
          new Names(ScaleLayout.class, "FP4J_SCALES_", "ScaleLayout"));

  private static final List<String> FORMAT = List.of("exponent_bits", "mantissa_bits", "bias", "is_signed", "top_codes", "bottom_codes");
  @TempDir private Path folder;
  private Map<String, Long> c;

  private static List<String> conversion(String prefix) {
    Stream<String> own = Stream.of("rounding", "random_bits", "overflow", "nan", "zero_sign", "unsigned_policy").map(field -> prefix + "." + field);
    return Stream.concat(own, Stream.of("format", "pre_rounding").flatMap(format -> FORMAT.stream().map(field -> prefix + "." + format + "." + field))).toList();
  }

  private static List<String> profileFields() {
    List<String> fields =
        new ArrayList<>(
            List.of(
                "block_size", "keeps_nan_in_amax", "tensor_scale", "tensor_scale_fallback", "tensor_scale_max", "scale_formula", "scale_lowest", "scale_highest",
                "scale_cast", "scale_guard", "scale_guard_value", "scale_search", "encode_formula", "element_cast", "dequantize_formula", "nibble_order",
                "ragged_rows", "row_multiple"));
    FORMAT.forEach(field -> fields.add("scale_precision." + field));
    fields.addAll(conversion("scale_conversion"));
    fields.addAll(conversion("element_conversion"));
    return fields;
  }

  @BeforeEach
  void compile() throws IOException {
    List<String> expressions = new ArrayList<>();
    for (Names names : ENUMS) {
      for (Enum<?> constant : names.constants) {
        expressions.add(names.prefix + constant.name());
        expressions.add("fp4j::" + names.cpp + "::" + constant.name().toLowerCase(Locale.ROOT));
      }
    }
    for (String field : profileFields()) {
      expressions.add("offsetof(fp4j_profile, " + field + ")");
      expressions.add("offsetof(fp4j::Profile, " + field.replace("top_codes", "top").replace("bottom_codes", "bottom") + ")");
    }
    for (String field : List.of("arithmetic", "bytes", "seed", "offset")) {
      expressions.add("offsetof(fp4j_stochastic, " + field + ")");
      expressions.add("offsetof(fp4j::StochasticRounding, " + field + ")");
    }
    Stream.of("fp4j_profile", "fp4j::Profile", "fp4j_stochastic", "fp4j::StochasticRounding")
        .forEach(struct -> expressions.add("sizeof(" + struct + ")"));
    expressions.addAll(List.of("FP4J_OPERAND_NVFP4", "FP4J_OPERAND_MXFP4"));
    String lines = expressions.stream().map(one -> "std::printf(\"%s=%%lld\\n\", static_cast<long long>(%s));\n".formatted(one, one)).collect(Collectors.joining());
    String source =
        """
        #include <cstddef>
        #include <cstdio>
        #include <cstring>
        #include "fp4j/fp4j_blocks.h"
        #include "fp4j/fp4j_gemm.h"
        #include "fp4j/profiles.cuh"
        #include "fp4j/scale_layout.cuh"
        #include "fp4j/stochastic.cuh"
        int main() {
        %s
          for (const auto& named : fp4j::profiles::all) {
            int words[sizeof named.profile / 4];
            std::memcpy(words, &named.profile, sizeof words);
            for (std::size_t i = 0; i < sizeof words / 4; i++) std::printf("%%s/%%zu=%%d\\n", named.id, 4 * i, words[i]);
          }
        }
        """.formatted(lines);
    Path program = CompiledC.cppProgram(folder, "facts", source, List.of(Path.of("..", "cuda-src", "include").toAbsolutePath().normalize()));
    c = new TreeMap<>();
    CompiledC.run(List.of(program.toString())).lines().forEach(line -> c.put(line.substring(0, line.lastIndexOf('=')), Long.valueOf(line.substring(line.lastIndexOf('=') + 1))));
  }

  private int number(String expression) {
    return Math.toIntExact(c.get(expression));
  }

  @Test
  void enumsHaveTheNumbersOfTheHeaders() {
    int compared = 0;
    for (Names names : ENUMS) {
      for (Enum<?> constant : names.constants) {
        assertThat(number(names.prefix + constant.name())).as("%s", constant).isEqualTo(constant.ordinal());
        assertThat(number("fp4j::" + names.cpp + "::" + constant.name().toLowerCase(Locale.ROOT))).as("C++ %s", constant).isEqualTo(constant.ordinal());
        compared++;
      }
    }
    assertThat(compared).isEqualTo(4 + 2 + 17 + 2 + 4 + 3 + 10 + 4 + 7 + 2 + 2 + 3 + 2 + 3);
    assertThat(List.of(Fp4jGemmAbi.OPERAND_NVFP4, Fp4jGemmAbi.OPERAND_MXFP4)).containsExactly(number("FP4J_OPERAND_NVFP4"), number("FP4J_OPERAND_MXFP4"));
  }

  @Test
  void structsHaveOneLayoutInCAndCpp() {
    for (String field : profileFields()) {
      String inCpp = field.replace("top_codes", "top").replace("bottom_codes", "bottom");
      assertThat(c.get("offsetof(fp4j::Profile, " + inCpp + ")")).as(field).isEqualTo(c.get("offsetof(fp4j_profile, " + field + ")"));
    }
    for (String field : List.of("arithmetic", "bytes", "seed", "offset")) {
      assertThat(c.get("offsetof(fp4j::StochasticRounding, " + field + ")")).as(field).isEqualTo(c.get("offsetof(fp4j_stochastic, " + field + ")"));
    }
    assertThat(List.of(c.get("sizeof(fp4j_profile)"), c.get("sizeof(fp4j::Profile)"))).containsOnly(Fp4jBlocksAbi.PROFILE_BYTES);
    assertThat(List.of(c.get("sizeof(fp4j_stochastic)"), c.get("sizeof(fp4j::StochasticRounding)"))).containsOnly(Fp4jBlocksAbi.STOCHASTIC_BYTES);
  }

  @Test
  void everyProfileIsWrittenFieldByField() {
    assertThat(profileFields()).hasSize((int) Fp4jBlocksAbi.PROFILE_BYTES / 4);
    int profiles = 0;
    try (Arena arena = Arena.ofConfined()) {
      for (QuantizationProfile profile : Profiles.all()) {
        MemorySegment written = arena.allocate(Fp4jBlocksAbi.PROFILE_BYTES, 8).fill((byte) 0xA5);
        Fp4jBlocksAbi.write(profile, written);
        Map<String, Integer> actual = new TreeMap<>();
        profileFields().forEach(field -> actual.put(field, written.get(ValueLayout.JAVA_INT, c.get("offsetof(fp4j_profile, " + field + ")"))));
        assertThat(actual).as("%s", profile).isEqualTo(expected(profile));
        profiles++;
      }
    }
    assertThat(profiles).isEqualTo(Profiles.all().size()).isGreaterThanOrEqualTo(26);
  }

  private static Map<String, Integer> expected(QuantizationProfile profile) {
    Map<String, Integer> fields = new TreeMap<>();
    fields.put("block_size", profile.format().blockSize());
    fields.put("keeps_nan_in_amax", profile.keepsNanInAmax() ? 1 : 0);
    fields.put("tensor_scale", profile.tensorScale().direction().ordinal());
    fields.put("tensor_scale_fallback", profile.tensorScale().fallback().ordinal());
    fields.put("tensor_scale_max", bits(profile.tensorScale().scaleMax()));
    fields.put("scale_formula", profile.blockScale().formula().ordinal());
    put(fields, "scale_precision", profile.blockScale().precision());
    fields.put("scale_lowest", bits(profile.blockScale().lowest()));
    fields.put("scale_highest", bits(profile.blockScale().highest()));
    put(fields, "scale_conversion", profile.blockScale().conversion());
    fields.put("scale_cast", profile.blockScale().cast().ordinal());
    fields.put("scale_guard", profile.blockScale().guard().ordinal());
    fields.put("scale_guard_value", bits(profile.blockScale().guardValue()));
    fields.put("scale_search", profile.blockScale().search().ordinal());
    fields.put("encode_formula", profile.element().encode().ordinal());
    fields.put("element_cast", profile.element().cast().ordinal());
    put(fields, "element_conversion", profile.element().conversion());
    fields.put("dequantize_formula", profile.dequantize().ordinal());
    fields.put("nibble_order", profile.nibbleOrder().ordinal());
    fields.put("ragged_rows", profile.raggedRows().ordinal());
    fields.put("row_multiple", profile.rowMultiple());
    return fields;
  }

  private static int bits(float value) {
    return Float.floatToRawIntBits(value);
  }

  /** Numbers of these enums are those of fp4j.h, which {@link Fp4jAbiTest} compares. */
  private static void put(Map<String, Integer> fields, String prefix, Conversion conversion) {
    put(fields, prefix + ".format", conversion.format());
    fields.put(prefix + ".rounding", conversion.rounding().ordinal());
    fields.put(prefix + ".random_bits", conversion.randomBits());
    fields.put(prefix + ".overflow", conversion.overflow().ordinal());
    fields.put(prefix + ".nan", conversion.nan().ordinal());
    fields.put(prefix + ".zero_sign", conversion.zeroSign().ordinal());
    fields.put(prefix + ".unsigned_policy", conversion.unsigned().ordinal());
    put(fields, prefix + ".pre_rounding", conversion.preRounding());
  }

  private static void put(Map<String, Integer> fields, String prefix, @Nullable FloatFormat format) {
    Map<String, Integer> values = new LinkedHashMap<>();
    values.put("exponent_bits", format == null ? 0 : format.exponentBits());
    values.put("mantissa_bits", format == null ? 0 : format.mantissaBits());
    values.put("bias", format == null ? 0 : format.bias());
    values.put("is_signed", format != null && format.signed() ? 1 : 0);
    values.put("top_codes", format == null ? 0 : format.topCodes().ordinal());
    values.put("bottom_codes", format == null ? 0 : format.bottomCodes().ordinal());
    values.forEach((name, value) -> fields.put(prefix + "." + name, value));
  }

  @Test
  void profilesInCppAreTheseProfiles() {
    Map<String, Integer> inCpp = new TreeMap<>();
    c.forEach((name, value) -> {
      if (name.contains("/")) {
        inCpp.put(name, value.intValue());
      }
    });
    Map<String, Integer> ours = new TreeMap<>();
    try (Arena arena = Arena.ofConfined()) {
      for (QuantizationProfile profile : Profiles.all()) {
        if (profile.isCpuExact()) {
          MemorySegment written = arena.allocate(Fp4jBlocksAbi.PROFILE_BYTES, 8);
          Fp4jBlocksAbi.write(profile, written);
          for (long offset = 0; offset < Fp4jBlocksAbi.PROFILE_BYTES; offset += 4) {
            ours.put(profile.id() + "/" + offset, written.get(ValueLayout.JAVA_INT, offset));
          }
        }
      }
    }
    assertThat(inCpp).isEqualTo(ours);
    assertThat(ours).hasSize(25 * 60);
  }

  @Test
  void stochasticRoundingIsWrittenFieldByField() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment stochastic = arena.allocate(Fp4jBlocksAbi.STOCHASTIC_BYTES, 8);
      Fp4jBlocksAbi.write(new StochasticRounding(Arithmetic.FMA_8, ByteOrder.PTX, 0x0123_4567_89AB_CDEFL, -5), stochastic);
      assertThat(stochastic.get(ValueLayout.JAVA_INT, c.get("offsetof(fp4j_stochastic, arithmetic)"))).isEqualTo(2);
      assertThat(stochastic.get(ValueLayout.JAVA_INT, c.get("offsetof(fp4j_stochastic, bytes)"))).isEqualTo(1);
      assertThat(stochastic.get(ValueLayout.JAVA_LONG, c.get("offsetof(fp4j_stochastic, seed)"))).isEqualTo(0x0123_4567_89AB_CDEFL);
      assertThat(stochastic.get(ValueLayout.JAVA_LONG, c.get("offsetof(fp4j_stochastic, offset)"))).isEqualTo(-5);
    }
  }
}
