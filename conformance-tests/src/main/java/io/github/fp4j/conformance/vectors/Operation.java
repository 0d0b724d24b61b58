package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.suite.AskedConversions;
import io.github.fp4j.conformance.tensorfile.DataType;
import io.github.fp4j.conformance.tensorfile.TensorInfo;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a question asks for: the words it begins with, the arrays that follow them, and the arrays of the answer. */
public enum Operation {
  /** {@code encode CONVERSION}: float32 values to codes, one to a byte. */
  ENCODE(1, "CONVERSION", List.of("values"), List.of("codes")),
  /** {@code decode FORMAT}: codes, one to a byte, to float32 values. */
  DECODE(1, "FORMAT", List.of("codes"), List.of("values")),
  /** {@code quantize PROFILE ROWS COLUMNS}: a matrix under a given tensor scale to linear block scales and packed codes. */
  QUANTIZE(3, "PROFILE ROWS COLUMNS", List.of("tensor-scale", "values"), List.of("scales", "codes")),
  /** {@code swizzle LAYOUT ROWS COLUMNS}: a matrix of linear scales to a layout, padding zero. */
  SWIZZLE(3, "LAYOUT ROWS COLUMNS", List.of("scales"), List.of("swizzled")),
  /** {@code gemm FORMAT M N K}: D = A * transpose(B) + C in float32; C is absent where the accumulators start from +0. */
  GEMM(4, "FORMAT M N K", List.of("a-codes", "a-scales", "b-codes", "b-scales", "c"), List.of("d")),
  /**
   * {@code epilogue OUTPUT FORMAT M N K}: D = OUTPUT(alpha * (A * transpose(B)) + beta * C + bias), all in float32 until the output type, {@code fp32},
   * {@code bf16} or {@code fp16}; the bias is one for each row of D. C and bias may be absent.
   */
  EPILOGUE(5, "OUTPUT FORMAT M N K", List.of("a-codes", "a-scales", "b-codes", "b-scales", "alpha", "beta", "c", "bias"), List.of("d"));

  private final int wordCount;
  private final String words;
  private final List<String> inputs;
  private final List<String> outputs;

  Operation(int wordCount, String words, List<String> inputs, List<String> outputs) {
    this.wordCount = wordCount;
    this.words = words;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /** The first word of its questions, e.g. {@code gemm}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** How many words follow the first. */
  int wordCount() {
    return wordCount;
  }

  /** How its line reads, e.g. {@code decode FORMAT codes -> values}. */
  public String usage() {
    return word() + " " + words + " " + String.join(" ", inputs) + " -> " + String.join(" ", outputs);
  }

  /** @throws IllegalArgumentException if no operation begins with {@code word} */
  static Operation byWord(String word) {
    return Arrays.stream(values())
        .filter(operation -> operation.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown operation \"" + word + "\": expected one of "
                        + Arrays.stream(values()).map(Operation::word).collect(Collectors.joining(", "))));
  }

  /** Whether its arrays are lists of independent elements of any length. */
  public boolean isElementwise() {
    return this == ENCODE || this == DECODE;
  }

  /**
   * The arrays of a question, absent ones included.
   *
   * @param arguments the words after the first
   * @param count elements of an {@linkplain #isElementwise elementwise} question
   */
  List<TensorInfo> inputs(List<String> arguments, int count) {
    return switch (this) {
      case ENCODE -> List.of(floats(0, count));
      case DECODE -> List.of(bytes(0, count));
      case QUANTIZE -> List.of(floats(0, 1), floats(1, number(arguments, 1), number(arguments, 2)));
      case SWIZZLE -> List.of(bytes(0, number(arguments, 1), number(arguments, 2)));
      case GEMM -> {
        Shape s = Shape.of(arguments, 0);
        yield List.of(
            bytes(0, s.m, s.codeBytes()), bytes(1, s.m, s.blocks()), bytes(2, s.n, s.codeBytes()), bytes(3, s.n, s.blocks()), floats(4, s.m, s.n));
      }
      case EPILOGUE -> {
        Shape s = Shape.of(arguments, 1);
        yield List.of(
            bytes(0, s.m, s.codeBytes()), bytes(1, s.m, s.blocks()), bytes(2, s.n, s.codeBytes()), bytes(3, s.n, s.blocks()), floats(4, 1),
            floats(5, 1), floats(6, s.m, s.n), floats(7, s.m));
      }
    };
  }

  /** Whether input {@code i} may be absent. */
  boolean isOptional(int i) {
    return inputs.get(i).equals("c") || inputs.get(i).equals("bias");
  }

  /** The arrays of the answer; arguments as for {@link #inputs}. */
  List<TensorInfo> outputs(List<String> arguments, int count) {
    return switch (this) {
      case ENCODE -> List.of(new TensorInfo("codes", DataType.U8, count));
      case DECODE -> List.of(new TensorInfo("values", DataType.F32, count));
      case QUANTIZE -> {
        QuantizationProfile profile = Profiles.byId(arguments.getFirst());
        int rows = number(arguments, 1);
        int stored = profile.storedColumns("columns", number(arguments, 2));
        yield List.of(
            new TensorInfo("scales", DataType.U8, rows, profile.format().blocksPerRow(stored)),
            new TensorInfo("codes", DataType.U8, rows, profile.format().codeBytesPerRow(stored)));
      }
      case SWIZZLE -> List.of(
          new TensorInfo("swizzled", DataType.U8, ScaleLayout.byName(arguments.getFirst()).size(number(arguments, 1), number(arguments, 2))));
      case GEMM -> {
        Shape s = Shape.of(arguments, 0);
        yield List.of(new TensorInfo("d", DataType.F32, s.m, s.n));
      }
      case EPILOGUE -> {
        Shape s = Shape.of(arguments, 1);
        yield List.of(new TensorInfo("d", outputType(arguments.getFirst()), s.m, s.n));
      }
    };
  }

  /** Refuses arguments that name nothing known. */
  void require(List<String> arguments) {
    switch (this) {
      case ENCODE -> AskedConversions.byId(arguments.getFirst());
      case DECODE -> format(arguments.getFirst());
      default -> {}
    }
  }

  static FloatFormat format(String name) {
    return FloatFormat.byName(name).orElseThrow(() -> new IllegalArgumentException("unknown format \"" + name + "\": expected e.g. e4m3"));
  }

  private static DataType outputType(String name) {
    return switch (name) {
      case "fp32" -> DataType.F32;
      case "bf16", "fp16" -> DataType.U16;
      default -> throw new IllegalArgumentException("unknown output type \"" + name + "\": expected fp32, bf16 or fp16");
    };
  }

  private TensorInfo floats(int input, long... shape) {
    return new TensorInfo(inputs.get(input), DataType.F32, shape);
  }

  private TensorInfo bytes(int input, long... shape) {
    return new TensorInfo(inputs.get(input), DataType.U8, shape);
  }

  static int number(List<String> arguments, int at) {
    try {
      int number = Integer.parseInt(arguments.get(at));
      if (number >= 1) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new IllegalArgumentException("\"" + arguments.get(at) + "\": expected a positive number");
  }

  /** A product's format and extents, from the words at {@code first} on. */
  private record Shape(OperandFormat format, int m, int n, int k) {
    static Shape of(List<String> arguments, int first) {
      String name = arguments.get(first);
      OperandFormat format =
          OperandFormat.byName(name).orElseThrow(() -> new IllegalArgumentException("unknown operand format \"" + name + "\": expected e.g. nvfp4"));
      Shape shape = new Shape(format, number(arguments, first + 1), number(arguments, first + 2), number(arguments, first + 3));
      int multiple = Math.max(format.block(), 2);
      if (shape.k % multiple != 0) {
        throw new IllegalArgumentException("K = " + shape.k + ": expected a multiple of " + multiple);
      }
      return shape;
    }

    int codeBytes() {
      return k * format.storedBits() / 8;
    }

    int blocks() {
      return format.block() == 0 ? 0 : k / format.block();
    }
  }
}
