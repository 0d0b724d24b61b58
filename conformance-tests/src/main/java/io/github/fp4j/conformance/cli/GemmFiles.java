package io.github.fp4j.conformance.cli;

import io.github.fp4j.conformance.tensorfile.DataType;
import io.github.fp4j.conformance.tensorfile.Npy;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;

/** The npy files of a product. */
final class GemmFiles {
  private GemmFiles() {}

  /**
   * Reads packed codes and linear scales.
   *
   * @param step what K must be a multiple of, itself a multiple of the format's block
   */
  static GemmOperand operand(OperandFormat format, int step, Path codesFile, Path scalesFile) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      Tensor codes = matrix(codesFile, arena, "[rows, K/2]");
      Tensor scales = matrix(scalesFile, arena, "[rows, K/" + format.block() + "]");
      long rows = codes.shape()[0];
      long k = 2 * codes.shape()[1];
      if (k == 0 || k % step != 0) {
        throw new IllegalArgumentException(
            "%s has shape %s, K = %d, which is not a positive multiple of %d: pad codes and scales of A and B with zeros to K = %d"
                .formatted(codesFile, Arrays.toString(codes.shape()), k, step, (k / step + 1) * step));
      }
      long[] expected = {rows, k / format.block()};
      if (!Arrays.equals(scales.shape(), expected)) {
        throw new IllegalArgumentException(
            "%s has shape %s: expected %s, one %s scale for %d elements of %s, which has shape %s".formatted(
                scalesFile, Arrays.toString(scales.shape()), Arrays.toString(expected), format, format.block(), codesFile,
                Arrays.toString(codes.shape())));
      }
      return new GemmOperand(format, Math.toIntExact(rows), Math.toIntExact(k), codes.toBytes(), scales.toBytes());
    }
  }

  private static Tensor matrix(Path file, Arena arena, String shape) throws IOException {
    Tensor tensor = typed(file, arena, DataType.U8, "uint8");
    if (tensor.shape().length != 2) {
      throw new IllegalArgumentException(file + " has shape " + Arrays.toString(tensor.shape()) + ": expected " + shape);
    }
    return tensor;
  }

  /** Reads C, of D's shape. */
  static float[] addends(Path file, long[] shape) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor = typed(file, arena, DataType.F32, "float32");
      if (!Arrays.equals(tensor.shape(), shape)) {
        throw new IllegalArgumentException(
            "%s has shape %s: expected %s, the shape of D".formatted(file, Arrays.toString(tensor.shape()), Arrays.toString(shape)));
      }
      return tensor.toFloats();
    }
  }

  private static Tensor typed(Path file, Arena arena, DataType type, String name) throws IOException {
    Tensor tensor = Npy.map(file, arena);
    if (tensor.type() != type) {
      throw new IllegalArgumentException(file + " has elements of type " + tensor.type() + ": expected " + name);
    }
    return tensor;
  }
}
