package io.github.fp4j.conformance.cli;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.conformance.tensorfile.Npy;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.Epilogue;
import io.github.fp4j.formats.gemm.Fp32Accumulation;
import io.github.fp4j.formats.gemm.Gemm;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.QuantizedEpilogue;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Predicate;
import java.util.stream.IntStream;
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

  /** A product of fewer is done by the scalar evaluators before the JVM has compiled a vector kernel. */
  private static final double FEW_PRODUCTS = 0x1p28;

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
    @Option(names = "--model", required = true, paramLabel = "ID", description = "Accumulation model, or fp32; see --list. The correctly rounded one is exact-rne.")
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

    @Option(names = "--pairwise", description = "One dot product for each pair of rows, D [M], instead of all, D [M, N]; under any model, and with any --backend that has it.")
    private boolean pairwise;

    @Option(names = "--backend", paramLabel = "NAME", description = "Who multiplies (default: the first of vectors, host library and reference that can; the bits are the same).")
    private @Nullable String backend;

    @Option(names = "--out", paramLabel = "D.npy", description = "D, float32, NaN payload included.")
    private @Nullable Path out;

    @Option(
        names = "--quantize",
        paramLabel = "PROFILE",
        description = "Store D as FP4, e.g. by cublaslt-d: --out takes codes, uint8 [N, M/2], --out-scales the block scales; blocks run along M.")
    private @Nullable String quantize;

    @Option(names = "--tensor-scale", defaultValue = "1", paramLabel = "F", description = "With --quantize: D's tensor scale, as the profile stores it (default: 1).")
    private float tensorScale = 1;

    @Option(names = "--out-scales", paramLabel = "D_s.npy", description = "With --quantize: block scales of D, uint8 [N, M/16]; linear.")
    private @Nullable Path outScales;

    @Option(
        names = "--errors",
        arity = "0..1",
        fallbackValue = "1000",
        paramLabel = "N",
        description = "Print forward errors under every accumulation, of N outputs spread over D (default: ${FALLBACK-VALUE}), before alpha and beta.")
    private @Nullable Integer errors;
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
    out.printf(row, GemmKernels.FP32, Fp32Accumulation.VERSION, 1, 1, "exact", "-", "-", "-", "fused", "fp32 RNE", "any two formats, and float32 activations");
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private void multiply(Product product) throws IOException {
    AccumulationModel model = product.model.equals(GemmKernels.FP32) ? null : AccumulationModels.byId(product.model);
    OperandFormat format =
        OperandFormat.byName(product.format)
            .filter(f -> f == OperandFormat.NVFP4 || f == OperandFormat.MXFP4)
            .orElseThrow(() -> new IllegalArgumentException("--format " + product.format + ": expected nvfp4 or mxfp4"));
    if (product.beta != null && product.c == null) {
      throw new IllegalArgumentException("--beta " + product.beta + " without --c: expected both");
    }
    if (product.out == null && product.errors == null) {
      throw new IllegalArgumentException("neither --out nor --errors: expected one of them, or both");
    }
    if (product.errors != null && product.errors < 1) {
      throw new IllegalArgumentException("--errors " + product.errors + ": expected at least 1 output");
    }
    requireQuantisable(product);
    int step = model != null && model.step().products() != AccumulationModel.ALL_OF_K ? Math.max(model.step().products(), format.block()) : format.block();
    GemmOperand a = GemmFiles.operand(format, step, product.codesOfA, product.scalesOfA);
    GemmOperand b = GemmFiles.operand(format, step, product.codesOfB, product.scalesOfB);
    if (a.k() != b.k()) {
      throw new IllegalArgumentException(
          "%s holds K = %d, %s K = %d: expected the same K/2 columns".formatted(product.codesOfA, a.k(), product.codesOfB, b.k()));
    }
    if (product.pairwise && a.rows() != b.rows()) {
      throw new IllegalArgumentException(
          "%s has %d rows, %s %d: --pairwise needs as many".formatted(product.codesOfA, a.rows(), product.codesOfB, b.rows()));
    }
    long[] shape = product.pairwise ? new long[] {a.rows()} : new long[] {a.rows(), b.rows()};
    float[] c = product.c == null ? null : GemmFiles.addends(product.c, shape);
    float[] initial = product.beta == null ? c : null;
    if (model != null) {
      model.require(a, b);
    }
    Path out = product.out;
    if (out != null) {
      float[] d = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact))];
      multiply(product, model, a, b, initial, d);
      Epilogue epilogue = new Epilogue(product.alpha, product.beta == null ? 0 : product.beta, Epilogue.Combination.FUSED, Epilogue.Output.FP32);
      if (product.quantize != null) {
        writeQuantized(product, out, new QuantizedEpilogue(epilogue, Profiles.byId(product.quantize), product.tensorScale).apply(d, a.rows(), b.rows(), c, null));
      } else {
        if (!epilogue.equals(Epilogue.NONE)) {
          epilogue.apply(d, c, null);
        }
        Npy.write(out, Tensor.ofFloats("", d, shape));
      }
    }
    if (product.errors != null) {
      new GemmErrors(a, b, initial, product.pairwise).print(product.errors, product.model, spec.commandLine().getOut());
    }
  }

  private static void requireQuantisable(Product product) {
    if ((product.quantize == null) != (product.outScales == null)) {
      throw new IllegalArgumentException("--quantize and --out-scales: expected both or none of them");
    }
    if (product.quantize != null && (product.out == null || product.pairwise)) {
      throw new IllegalArgumentException("--quantize " + product.quantize + ": expected --out with it, and no --pairwise");
    }
    if (product.quantize != null) {
      Profiles.byId(product.quantize).requireCpuExact();
    }
  }

  private static void writeQuantized(Product product, Path out, BlockTensor d) throws IOException {
    Npy.write(out, Tensor.ofBytes("", d.codes(), d.rows(), d.codes().length / d.rows()));
    Npy.write(Objects.requireNonNull(product.outScales), Tensor.ofBytes("", d.scales(), d.rows(), d.scales().length / d.rows()));
  }

  private static void multiply(
      Product product, @Nullable AccumulationModel model, GemmOperand a, GemmOperand b, float @Nullable [] c, float[] d) {
    if (!product.pairwise) {
      int threads = Runtime.getRuntime().availableProcessors();
      boolean small = (double) d.length * a.k() < FEW_PRODUCTS;
      kernels(product, a.format(), small).multiply(product.model, a, b, c, d, new Parallelism(ForkJoinPool.commonPool(), threads));
      return;
    }
    if (product.backend == null && model != null) {
      Gemm.of(model, a, b).pairwise(c, d, ForkJoinPool.commonPool());
      return;
    }
    GemmKernels kernels = kernels(product, a.format(), true);
    IntStream.range(0, d.length).parallel().forEach(row -> {
      float[] one = new float[1];
      kernels.multiply(product.model, row(a, row), row(b, row), c == null ? null : new float[] {c[row]}, one);
      d[row] = one[0];
    });
  }

  private static GemmOperand row(GemmOperand operand, int row) {
    int codes = operand.codes().length / operand.rows();
    int scales = operand.scales().length / operand.rows();
    return new GemmOperand(
        operand.format(), 1, operand.k(), Arrays.copyOfRange(operand.codes(), row * codes, (row + 1) * codes),
        Arrays.copyOfRange(operand.scales(), row * scales, (row + 1) * scales));
  }

  /** The named backend's kernels; or the reference's for a small product, which ends before kernels on vectors are compiled; or those of the fastest that can do it. */
  private static GemmKernels kernels(Product product, OperandFormat format, boolean small) {
    Predicate<GemmKernels> able = candidate -> candidate.supports(product.model, format, format);
    if (product.backend != null) {
      return Backends.byName(product.backend).gemms().filter(able)
          .orElseThrow(
              () -> new IllegalArgumentException("--backend %s has no %s of %s".formatted(product.backend, product.model, format)));
    }
    Optional<GemmKernels> scalar = ReferenceBackend.INSTANCE.gemms().filter(kernels -> small && able.test(kernels));
    return scalar.orElseGet(() -> Backends.fastest(Backend::gemms, able, "%s of %s".formatted(product.model, format)));
  }
}
