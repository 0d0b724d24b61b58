package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** A quantisation as a command, a snippet and a test. */
final class QuantizeReproduction {
  private QuantizeReproduction() {}

  /** Null for stochastic rounding, which has no command. */
  static @Nullable Reproduction of(QuantizeTask task, int[] right, int[] actual, String subject) {
    if (task.stochastic() != null) {
      return null;
    }
    float[] values = values(task.from());
    String command =
        "fp4j explain block --profile %s%s --rows %d --values %s --tensor-scale %08x --answer %s"
            .formatted(
                task.profile(), task.blocking() == Blocking.ROWS ? "" : " --blocking " + ConversionChange.kebab(task.blocking()), task.from().rows(),
                floats(values), Float.floatToRawIntBits(task.tensorScale()), bytes(actual));
    JavaCase java = java(task, values, right, subject);
    String title = "%d x %d under %s: scales and codes are %s, must be %s".formatted(task.from().rows(), task.from().columns(), task.profile(), bytes(actual), bytes(right));
    return new Reproduction(title, command, java.snippet(), java.test());
  }

  static float[] values(FloatRows from) {
    float[] values = new float[from.rows() * from.columns()];
    for (int i = 0; i < values.length; i++) {
      values[i] = from.values()[from.index(i / from.columns(), i % from.columns())];
    }
    return values;
  }

  static String floats(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return GemmReproduction.hex(bits);
  }

  /** Scale bytes and codes in hexadecimal, separated by commas. */
  static String bytes(int[] outputs) {
    StringJoiner joined = new StringJoiner(",");
    for (int one : outputs) {
      joined.add(Integer.toHexString(one));
    }
    return joined.toString();
  }

  private static JavaCase java(QuantizeTask task, float[] values, int[] right, String subject) {
    List<String> imports =
        List.of(
            "io.github.fp4j.backend.Backends", "io.github.fp4j.backend.BlockKernels", "io.github.fp4j.conformance.diagnosis.QuantizeTask",
            "io.github.fp4j.conformance.diagnosis.StoredBlocks", "io.github.fp4j.formats.block.BlockRows", "io.github.fp4j.formats.block.Blocking",
            "io.github.fp4j.formats.block.FloatRows", "io.github.fp4j.formats.block.Profiles", "io.github.fp4j.formats.block.QuantizationProfile",
            "java.util.stream.Collectors", "java.util.stream.IntStream");
    String method =
        switch (task.blocking()) {
          case ROWS -> "quantize";
          case TRANSPOSED -> "quantizeTransposed";
          case TILES -> "quantizeTiles";
        };
    List<String> lines =
        List.of(
            "float[] values = %s;".formatted(GemmReproduction.javaFloats(values)),
            "FloatRows from = FloatRows.of(values, %d, %d);".formatted(task.from().rows(), task.from().columns()),
            "QuantizationProfile profile = Profiles.byId(\"%s\");".formatted(task.profile()),
            "float tensorScale = Float.intBitsToFloat(0x%08x);".formatted(Float.floatToRawIntBits(task.tensorScale())),
            "BlockRows to = BlockRows.allocate(profile.format(), %d, %d);".formatted(task.rows(), task.storedColumns()),
            "BlockKernels kernels = Backends.byName(\"%s\").blocks().orElseThrow();".formatted(subject),
            "kernels.%s(profile, tensorScale, from, to);".formatted(method),
            "int[] outputs = StoredBlocks.read(QuantizeTask.of(\"\", profile, Blocking.%s, from, tensorScale), to);".formatted(task.blocking()),
            "String actual = IntStream.of(outputs).mapToObj(Integer::toHexString).collect(Collectors.joining(\",\"));");
    return new JavaCase(imports, lines, bytes(right));
  }
}
