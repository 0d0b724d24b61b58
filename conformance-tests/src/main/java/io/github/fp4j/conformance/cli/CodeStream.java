package io.github.fp4j.conformance.cli;

import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.Variant;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Converts a byte stream chunk by chunk; what precedes an unusable end is written before the error. */
final class CodeStream {
  /** Values in a chunk: even, so that a nibble pair never straddles two, and small enough for the second-level cache. */
  private static final int CHUNK = 1 << 16;

  /** Converts one chunk. */
  @FunctionalInterface
  private interface Step {
    /** Turns {@code count} values of {@code source} into bytes of {@code target} and says how many. */
    int convert(byte[] source, byte[] target, int count);
  }

  private final int inputBits;
  private final int outputBytes;
  private final Step step;

  private CodeStream(int inputBits, int outputBytes, Step step) {
    this.inputBits = inputBits;
    this.outputBytes = outputBytes;
    this.step = step;
  }

  static CodeStream encoding(NumberType type, Conversion conversion, ConversionKernels kernels, boolean packed) {
    if (type == NumberType.F64) {
      return encodingDoubles(conversion, kernels, packed);
    }
    float[] values = new float[CHUNK];
    Step step =
        (source, target, count) -> {
          type.toFloats(source, values, count);
          if (packed) {
            kernels.encodePacked(conversion, values, 0, target, 0, count);
            return (count + 1) / 2;
          }
          kernels.encode(conversion, values, 0, target, 0, count);
          return count;
        };
    return new CodeStream(8 * type.bytes(), 1, step);
  }

  private static CodeStream encodingDoubles(Conversion conversion, ConversionKernels kernels, boolean packed) {
    double[] values = new double[CHUNK];
    Step step =
        (source, target, count) -> {
          NumberType.toDoubles(source, values, count);
          kernels.encode(conversion, values, 0, target, 0, count);
          return packed ? pack(target, count) : count;
        };
    return new CodeStream(64, 1, step);
  }

  /** A variant that has a model only. */
  static CodeStream encoding(NumberType type, Variant variant, boolean packed) {
    float[] values = new float[CHUNK];
    double[] doubles = new double[CHUNK];
    Step step =
        (source, target, count) -> {
          if (type == NumberType.F64) {
            NumberType.toDoubles(source, doubles, count);
          } else {
            type.toFloats(source, values, count);
          }
          for (int i = 0; i < count; i++) {
            target[i] = (byte) (type == NumberType.F64 ? variant.encode(doubles[i]) : variant.encode(values[i]));
          }
          return packed ? pack(target, count) : count;
        };
    return new CodeStream(8 * type.bytes(), 1, step);
  }

  static CodeStream decoding(FloatFormat format, ConversionKernels kernels, boolean packed) {
    float[] values = new float[CHUNK];
    Step step =
        (source, target, count) -> {
          if (packed) {
            kernels.decodePacked(format, source, 0, values, 0, count);
          } else {
            kernels.decode(format, source, 0, values, 0, count);
          }
          NumberType.fromFloats(values, target, count);
          return 4 * count;
        };
    return new CodeStream(packed ? 4 : 8, 4, step);
  }

  private static int pack(byte[] codes, int count) {
    for (int i = 0; i < count; i += 2) {
      int high = i + 1 < count ? codes[i + 1] : 0;
      codes[i / 2] = (byte) (codes[i] | high << 4);
    }
    return (count + 1) / 2;
  }

  /**
   * Converts everything {@code in} has.
   *
   * @throws IllegalArgumentException if the input ends inside a value; all whole values before it have been written
   */
  void run(InputStream in, OutputStream out) throws IOException {
    byte[] source = new byte[CHUNK / 8 * inputBits];
    byte[] target = new byte[CHUNK * outputBytes];
    long total = 0;
    int length;
    do {
      length = in.readNBytes(source, 0, source.length);
      int count = (int) (8L * length / inputBits);
      write(out, target, step.convert(source, target, count));
      total += length;
    } while (length == source.length);
    int bytes = inputBits / 8;
    if (bytes > 1 && total % bytes != 0) {
      throw new IllegalArgumentException(
          "the input ends inside a value: %,d bytes, expected a multiple of %d; the %,d whole values before it are written".formatted(total, bytes, total / bytes));
    }
  }

  private static void write(OutputStream out, byte[] bytes, int length) throws IOException {
    try {
      out.write(bytes, 0, length);
    } catch (IOException e) {
      throw new IOException("standard output was closed before everything was written (" + e.getMessage() + "); expected a reader that takes all of it", e);
    }
  }
}
