package io.github.fp4j.conformance.cli;

import io.github.fp4j.conformance.tensorfile.DataType;
import io.github.fp4j.conformance.tensorfile.Npy;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.Epilogue;
import io.github.fp4j.formats.gemm.Gemm;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Emulates a tensor core: the product of packed FP4 operands under a named accumulation model, bit for bit. */
@Command(
    name = "gemm",
    description = "Multiply packed FP4 matrices as a named tensor core accumulator does, bit for bit: D = A * transpose(B) + C.",
    mixinStandardHelpOptions = true)
final class GemmCommand implements Callable<Integer> {
  private static final int STEP = 64;

  @Spec private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private Task task;

  /** Either the list of models or a product. */
  private static final class Task {
    @Option(names = "--list", required = true, description = "Print the models and exit.")
    private boolean list;

    @ArgGroup(exclusive = false)
    private @Nullable Product product;
  }

  private static final class Product {
    @Option(names = "--model", required = true, paramLabel = "ID", description = "Accumulation model; see --list.")
    private String model;

    @Option(names = "--a-codes", required = true, paramLabel = "A.npy", description = "Codes of A, uint8 [M, K/2], the low nibble first.")
    private Path codesOfA;

    @Option(names = "--a-scales", required = true, paramLabel = "A_s.npy", description = "Scales of A, uint8 [M, K/16], [M, K/32] for mxfp4; linear.")
    private Path scalesOfA;

    @Option(names = "--b-codes", required = true, paramLabel = "B.npy", description = "Codes of B, uint8 [N, K/2].")
    private Path codesOfB;

    @Option(names = "--b-scales", required = true, paramLabel = "B_s.npy", description = "Scales of B, uint8 [N, K/16], [N, K/32] for mxfp4; linear.")
    private Path scalesOfB;

    @Option(names = "--format", defaultValue = "nvfp4", paramLabel = "nvfp4|mxfp4", description = "Format of A and B (default: ${DEFAULT-VALUE}).")
    private String format;

    @Option(
        names = "--c",
        paramLabel = "C.npy",
        description = "C, float32 of D's shape: what the accumulators start from; with --beta it is added by the epilogue instead.")
    private @Nullable Path c;

    @Option(names = "--alpha", defaultValue = "1", paramLabel = "F", description = "Factor of the accumulators (default: 1).")
    private float alpha;

    @Option(names = "--beta", paramLabel = "F", description = "Add F * C after the product: D = fma(alpha, accumulator, F * C).")
    private @Nullable Float beta;

    @Option(names = "--pairwise", description = "One dot product for each pair of rows, D [M], instead of all, D [M, N].")
    private boolean pairwise;

    @Option(names = "--out", required = true, paramLabel = "D.npy", description = "D, float32, NaN payload included.")
    private Path out;
  }

  @Override
  public Integer call() throws IOException {
    if (task.product == null) {
      list(spec.commandLine().getOut());
    } else {
      multiply(task.product);
    }
    return ExitCode.OK;
  }

  private static void list(PrintWriter out) {
    String row = "%-27s %-4s %-6s %-5s %-10s %-3s %-12s %-8s %-14s %-14s %s%n";
    out.printf(row, "id", "ver", "L", "group", "alignment", "F", "cut", "zeros", "C", "output", "operands");
    for (AccumulationModel model : AccumulationModels.all()) {
      AccumulationModel.Step step = model.step();
      boolean exact = step.alignment() == AccumulationModel.Alignment.EXACT;
      boolean aligned = step.alignment() == AccumulationModel.Alignment.FACTORS;
      boolean twoStage = model.addend().stage() == AccumulationModel.Stage.AFTER_STEP;
      out.printf(
          row,
          model.id(),
          model.version(),
          step.products() == AccumulationModel.ALL_OF_K ? "K" : step.products(),
          step.group(),
          name(step.alignment()),
          exact ? "-" : step.fractionBits(),
          exact ? "-" : name(step.cut()),
          aligned ? name(step.zeroTerms()) : "-",
          name(model.addend().stage()) + (twoStage ? " " + model.addend().fractionBits() : ""),
          model.output(),
          model.operandNames());
    }
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static void multiply(Product product) throws IOException {
    AccumulationModel model = AccumulationModels.byId(product.model);
    OperandFormat format =
        OperandFormat.byName(product.format)
            .filter(f -> f == OperandFormat.NVFP4 || f == OperandFormat.MXFP4)
            .orElseThrow(() -> new IllegalArgumentException("--format " + product.format + ": expected nvfp4 or mxfp4"));
    if (product.beta != null && product.c == null) {
      throw new IllegalArgumentException("--beta " + product.beta + " without --c: expected both");
    }
    GemmOperand a = operand(format, product.codesOfA, product.scalesOfA);
    GemmOperand b = operand(format, product.codesOfB, product.scalesOfB);
    if (a.k() != b.k()) {
      throw new IllegalArgumentException(
          "%s holds K = %d, %s K = %d: expected the same K/2 columns".formatted(product.codesOfA, a.k(), product.codesOfB, b.k()));
    }
    if (product.pairwise && a.rows() != b.rows()) {
      throw new IllegalArgumentException(
          "%s has %d rows, %s %d: --pairwise needs as many".formatted(product.codesOfA, a.rows(), product.codesOfB, b.rows()));
    }
    long[] shape = product.pairwise ? new long[] {a.rows()} : new long[] {a.rows(), b.rows()};
    float[] c = product.c == null ? null : accumulators(product.c, shape);
    float[] d = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact))];
    float[] initial = product.beta == null ? c : null;
    Gemm gemm = Gemm.of(model, a, b);
    if (product.pairwise) {
      gemm.pairwise(initial, d, ForkJoinPool.commonPool());
    } else {
      gemm.multiply(initial, d, ForkJoinPool.commonPool());
    }
    if (product.alpha != 1 || product.beta != null) {
      float beta = product.beta == null ? 0 : product.beta;
      new Epilogue(product.alpha, beta, Epilogue.Combination.FUSED, Epilogue.Output.FP32).apply(d, c, null);
    }
    Npy.write(product.out, Tensor.ofFloats("", d, shape));
  }

  private static GemmOperand operand(OperandFormat format, Path codesFile, Path scalesFile) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      Tensor codes = matrix(codesFile, arena, "[rows, K/2]");
      Tensor scales = matrix(scalesFile, arena, "[rows, K/" + format.block() + "]");
      long rows = codes.shape()[0];
      long k = 2 * codes.shape()[1];
      if (k == 0 || k % STEP != 0) {
        throw new IllegalArgumentException(
            "%s has shape %s, K = %d, which is not a positive multiple of %d: pad codes and scales of A and B with zeros to K = %d"
                .formatted(codesFile, Arrays.toString(codes.shape()), k, STEP, (k / STEP + 1) * STEP));
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

  private static float[] accumulators(Path file, long[] shape) throws IOException {
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
