package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.gemm.Epilogue;
import io.github.fp4j.formats.gemm.GemmOperand;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.StringJoiner;

/** A product as a command, a snippet and a test. */
final class GemmReproduction {
  private GemmReproduction() {}

  static Reproduction of(GemmTask task, int[] right, int[] actual, String subject) {
    JavaCase java = java(task, right, subject);
    String size = "%d x %d, K = %d".formatted(task.rows(), task.columns(), task.a().k());
    return new Reproduction("%s: D is %s, must be %s".formatted(size, hex(actual), hex(right)), command(task, actual), java.snippet(), java.test());
  }

  private static String command(GemmTask task, int[] actual) {
    StringBuilder line = new StringBuilder("fp4j explain gemm --model ").append(task.model().id());
    if (!task.a().format().name().equals("nvfp4")) {
      line.append(" --format ").append(task.a().format());
    }
    line.append(" --a-codes ").append(rows(task.a(), task.a().codes())).append(" --a-scales ").append(rows(task.a(), task.a().scales()));
    line.append(" --b-codes ").append(rows(task.b(), task.b().codes())).append(" --b-scales ").append(rows(task.b(), task.b().scales()));
    if (task.c() != null) {
      line.append(" --c ").append(floats(task.c()));
    }
    Epilogue epilogue = task.epilogue();
    if (!epilogue.equals(Epilogue.NONE)) {
      line.append(" --alpha ").append(epilogue.alpha()).append(" --beta ").append(epilogue.beta());
      line.append(epilogue.output() == Epilogue.Output.FP32 ? "" : " --output " + epilogue.output().name().toLowerCase(Locale.ROOT));
    }
    if (task.bias() != null) {
      line.append(" --bias ").append(floats(task.bias()));
    }
    return line.append(" --answer ").append(hex(actual)).toString();
  }

  /** Rows in hexadecimal, separated by commas. */
  private static String rows(GemmOperand operand, byte[] bytes) {
    StringJoiner rows = new StringJoiner(",");
    int length = bytes.length / operand.rows();
    for (int row = 0; row < operand.rows(); row++) {
      rows.add(HexFormat.of().formatHex(bytes, row * length, (row + 1) * length));
    }
    return rows.toString();
  }

  private static String floats(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return hex(bits);
  }

  /** Float32 bits in hexadecimal, separated by commas. */
  static String hex(int[] bits) {
    StringJoiner joined = new StringJoiner(",");
    for (int one : bits) {
      joined.add(HexFormat.of().toHexDigits(one));
    }
    return joined.toString();
  }

  private static JavaCase java(GemmTask task, int[] right, String subject) {
    boolean stored = !task.epilogue().equals(Epilogue.NONE) || task.bias() != null;
    List<String> imports = new ArrayList<>(stored ? List.of("io.github.fp4j.formats.gemm.Epilogue") : List.of());
    imports.addAll(
        List.of(
            "io.github.fp4j.backend.Backends", "io.github.fp4j.formats.gemm.GemmOperand", "io.github.fp4j.formats.gemm.OperandFormat", "java.util.HexFormat",
            "java.util.stream.Collectors", "java.util.stream.IntStream"));
    List<String> lines = new ArrayList<>();
    lines.add(operand("a", task.a()));
    lines.add(operand("b", task.b()));
    lines.add("float[] c = " + (task.c() == null || task.epilogue().beta() != 0 ? "null" : javaFloats(task.c())) + ";");
    lines.add("float[] d = new float[%d];".formatted(right.length));
    lines.add(
        "Backends.byName(\"%s\").gemms().orElseThrow().multiply(\"%s\", a, b, c, d);".formatted(subject, task.ownAccumulator() ? "own" : task.model().id()));
    if (stored) {
      Epilogue epilogue = task.epilogue();
      String late = epilogue.beta() == 0 ? "null" : javaFloats(Objects.requireNonNull(task.c()));
      String bias = task.bias() == null ? "null" : javaFloats(task.bias());
      lines.add(
          "new Epilogue(%sf, %sf, Epilogue.Combination.%s, Epilogue.Output.%s).apply(d, %s, %s);".formatted(
              epilogue.alpha(), epilogue.beta(), epilogue.combination(), epilogue.output(), asArray(late), asArray(bias)));
    }
    lines.add("String actual = IntStream.range(0, d.length).mapToObj(i -> HexFormat.of().toHexDigits(Float.floatToRawIntBits(d[i]))).collect(Collectors.joining(\",\"));");
    return new JavaCase(imports, lines, hex(right));
  }

  private static String operand(String name, GemmOperand operand) {
    HexFormat hex = HexFormat.of();
    return "GemmOperand %s = new GemmOperand(OperandFormat.byName(\"%s\").orElseThrow(), %d, %d, HexFormat.of().parseHex(\"%s\"), HexFormat.of().parseHex(\"%s\"));"
        .formatted(name, operand.format(), operand.rows(), operand.k(), hex.formatHex(operand.codes()), hex.formatHex(operand.scales()));
  }

  private static String asArray(String initialiser) {
    return initialiser.equals("null") ? initialiser : "new float[] " + initialiser;
  }

  /** A float array of exactly these bits. */
  static String javaFloats(float[] values) {
    StringJoiner floats = new StringJoiner(", ", "{", "}");
    for (float value : values) {
      floats.add("Float.intBitsToFloat(0x%08x)".formatted(Float.floatToRawIntBits(value)));
    }
    return floats.toString();
  }
}
