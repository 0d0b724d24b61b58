package io.github.fp4j.bridge.cuda;

import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of cuBLASLt's block-scaled products, so that a request is refused with its reason rather than with {@code CUBLAS_STATUS_NOT_SUPPORTED}. They are
 * read in NVIDIA's documentation and in other users' code; no device has confirmed them.
 */
public final class MatmulRules {
  private static final String DOC = "cuBLAS 13 documentation, cublasLtMatmul";
  private static final String BLOCK_DOC = "cuBLAS 13 documentation, block scaling";
  private static final String HEADER = "cublasLt.h 13.1";
  private static final String CUDA_JL = "CUDA.jl's and TransformerEngine's use of it";

  private static final CudaDataType E2M1 = CudaDataType.R_4F_E2M1;
  private static final CudaDataType BF16 = CudaDataType.R_16BF;
  private static final CudaDataType FP16 = CudaDataType.R_16F;
  private static final CudaDataType FP32 = CudaDataType.R_32F;

  /** Types that go together: C, D, bias. */
  private record Types(CudaDataType c, CudaDataType d, CudaDataType bias) {}

  private static final List<Types> NVFP4_TYPES =
      List.of(new Types(BF16, BF16, BF16), new Types(BF16, E2M1, BF16), new Types(FP16, FP16, FP16), new Types(FP16, E2M1, FP16), new Types(FP32, FP32, BF16));

  private static final List<Types> MXFP8_TYPES =
      List.of(new Types(BF16, BF16, BF16), new Types(FP16, FP16, FP16), new Types(FP32, FP32, BF16));

  private static final List<MatmulRule> ALL =
      List.of(
          new MatmulRule("operand-format", "operands are NVFP4 or MXFP8", BLOCK_DOC, (r, o, device) -> operandFormat(r)),
          new MatmulRule("one-scale-mode", "A and B are scaled alike", BLOCK_DOC, (r, o, device) -> oneScaleMode(r)),
          new MatmulRule("tn-form", "A and B lie along K (transa = T, transb = N)", BLOCK_DOC, (r, o, device) -> tnForm(r)),
          new MatmulRule("k-multiple", "rows of A and B are whole blocks and multiples of 16 bytes", DOC, (r, o, device) -> kMultiple(r)),
          new MatmulRule("n-multiple", "rows of C and D are multiples of 16 bytes", DOC, (r, o, device) -> nMultiple(r)),
          new MatmulRule("output-types", "C, D and bias have types that go together", DOC, (r, o, device) -> outputTypes(r)),
          new MatmulRule("compute-capability", "the device has compute capability 10.0 or later", BLOCK_DOC, (r, o, device) -> capability(device)),
          new MatmulRule(
              "scale-pointers", "block scales are there when algorithms are asked for", CUDA_JL, (r, o, device) -> scalePointers(o)),
          new MatmulRule("c-pointer", "C is there if it is added or D is quantised", HEADER, (r, o, device) -> cPointer(r, o)),
          new MatmulRule("d-scales", "an NVFP4 D, and no other, has a scale and block scales", HEADER, (r, o, device) -> dScales(r, o)),
          new MatmulRule("bias-pointer", "a bias is there exactly if it is asked for", HEADER, (r, o, device) -> biasPointer(r, o)),
          new MatmulRule("alignment", "matrices, scales and bias start at multiples of 16 bytes", BLOCK_DOC, (r, o, device) -> alignment(o)),
          new MatmulRule("workspace-alignment", "the workspace starts at a multiple of 256 bytes", DOC, (r, o, device) -> workspaceAlignment(o)),
          new MatmulRule("sizes", "every range holds what is read or written there", DOC, (r, o, device) -> sizes(r, o)),
          new MatmulRule("one-context", "all ranges lie in one context", "CUDA driver API, context management", (r, o, device) -> oneContext(o)));

  private MatmulRules() {}

  /** Every rule. */
  public static List<MatmulRule> all() {
    return ALL;
  }

  /** Which rules a request breaks on a device, each with what to do about it; empty if none. Nothing is called. */
  public static List<MatmulRule.Broken> explain(MatmulRequest request, MatmulOperands operands, ComputeCapability device) {
    List<MatmulRule.Broken> broken = new ArrayList<>();
    for (MatmulRule rule : ALL) {
      rule.check().problem(request, operands, device).ifPresent(problem -> broken.add(new MatmulRule.Broken(rule, problem)));
    }
    return List.copyOf(broken);
  }

  private static Optional<String> when(boolean broken, String problem) {
    return broken ? Optional.of(problem) : Optional.empty();
  }

  private static Optional<String> operandFormat(MatmulRequest r) {
    for (OperandFormat format : List.of(r.a(), r.b())) {
      if (format.equals(OperandFormat.MXFP4)) {
        return Optional.of(
            "mxfp4 operands: cuBLASLt has UE8M0 scales for FP8 only; multiply them with fp4j's own kernel (backend cuda), or quantise to NVFP4 or MXFP8");
      }
      if (MatmulShapes.elementType(format).isEmpty()) {
        return Optional.of(format + " operands: expected nvfp4, mxfp8-e4m3 or mxfp8-e5m2");
      }
    }
    return Optional.empty();
  }

  private static Optional<String> oneScaleMode(MatmulRequest r) {
    boolean mixed = r.a().block() != r.b().block();
    return when(mixed, "A is " + r.a() + " and B is " + r.b() + ": expected both NVFP4 or both MXFP8; quantise one of them again");
  }

  private static Optional<String> tnForm(MatmulRequest r) {
    String wrong = Stream.of(r.aAlongK() ? "" : "A is stored as [K, M]", r.bAlongK() ? "" : "B is stored as [K, N]").filter(s -> !s.isEmpty()).reduce((x, y) -> x + ", " + y).orElse("");
    return when(!wrong.isEmpty(), wrong + ": cuBLASLt's block-scaled products need the TN form; quantise the transpose (Blocking.TRANSPOSED), so that blocks run along K");
  }

  private static Optional<String> kMultiple(MatmulRequest r) {
    int multiple = Math.max(r.a().block(), Math.max(128 / r.a().storedBits(), Math.max(r.b().block(), 128 / r.b().storedBits())));
    return when(
        r.k() % multiple != 0,
        "k = " + r.k() + " is not a multiple of " + multiple + ": pad A and B with zeros to k = " + Math.ceilDiv(r.k(), multiple) * multiple);
  }

  private static Optional<String> nMultiple(MatmulRequest r) {
    int multiple = 128 / Math.min(r.c().bits(), r.d().bits());
    return when(
        r.n() % multiple != 0,
        "n = " + r.n() + " is not a multiple of " + multiple + ", 16 bytes of " + (r.d().bits() <= r.c().bits() ? r.d() : r.c()) + ": pad B with zero rows to n = "
            + Math.ceilDiv(r.n(), multiple) * multiple);
  }

  private static Optional<String> outputTypes(MatmulRequest r) {
    List<Types> possible = r.a().equals(OperandFormat.NVFP4) ? NVFP4_TYPES : MXFP8_TYPES;
    boolean fits = possible.stream().anyMatch(t -> t.c == r.c() && t.d == r.d() && (r.bias() == null || t.bias == r.bias()));
    return when(!fits, "C " + r.c() + ", D " + r.d() + ", bias " + (r.bias() == null ? "none" : r.bias()) + ": expected one of " + possible);
  }

  private static Optional<String> capability(ComputeCapability device) {
    return when(!device.hasFp4(), "the device has compute capability " + device + ": run it on Blackwell, or with backend cuda's plain kernel or a CPU backend");
  }

  private static Optional<String> scalePointers(MatmulOperands o) {
    String missing = o.aScales() == null ? "aScales" : o.bScales() == null ? "bScales" : "";
    return when(!missing.isEmpty(), missing + " = null: the heuristics look at the pointers; allocate the swizzled scales before the plan is made");
  }

  private static Optional<String> cPointer(MatmulRequest r, MatmulOperands o) {
    return when(o.c() == null && (r.addsC() || r.quantizesD()), "c = null: expected C, [M, N] of " + r.c() + (r.addsC() ? "" : " (D has not its type, so it cannot stand in)"));
  }

  private static Optional<String> dScales(MatmulRequest r, MatmulOperands o) {
    if (r.quantizesD()) {
      return when(o.dScale() == null || o.dScales() == null, "D is NVFP4: expected dScale, one float32, and dScales, room for its block scales");
    }
    return when(o.dScale() != null || o.dScales() != null, "D is " + r.d() + ": expected neither dScale nor dScales; leave them out");
  }

  private static Optional<String> biasPointer(MatmulRequest r, MatmulOperands o) {
    return when((o.bias() == null) != (r.bias() == null), r.bias() == null ? "bias is given but not asked for: add withBias to the request" : "bias = null: expected N elements of " + r.bias());
  }

  private static Optional<String> alignment(MatmulOperands o) {
    return named(o)
        .filter(one -> !one.name.equals("workspace") && one.range.address() % 16 != 0)
        .findFirst()
        .map(one -> one.name + " starts at 0x" + Long.toHexString(one.range.address()) + ": expected a multiple of 16 bytes; copy it, or shift its offset");
  }

  private static Optional<String> workspaceAlignment(MatmulOperands o) {
    DeviceRange workspace = o.workspace();
    return when(
        workspace != null && workspace.address() % 256 != 0,
        workspace == null ? "" : "workspace starts at 0x" + Long.toHexString(workspace.address()) + ": expected a multiple of 256 bytes, or null to have it allocated");
  }

  private static Optional<String> sizes(MatmulRequest r, MatmulOperands o) {
    long outputs = (long) r.m() * r.n() * r.batch();
    return Stream.of(
            tooShort("a", o.a(), MatmulShapes.codeBytes(r.a(), r.m(), r.k()) * r.batch()),
            tooShort("aScales", o.aScales(), r.a().block() == 0 ? 0 : MatmulShapes.scaleBytes(r.m(), r.k(), r.a().block()) * r.batch()),
            tooShort("b", o.b(), MatmulShapes.codeBytes(r.b(), r.n(), r.k()) * r.batch()),
            tooShort("bScales", o.bScales(), r.b().block() == 0 ? 0 : MatmulShapes.scaleBytes(r.n(), r.k(), r.b().block()) * r.batch()),
            tooShort("c", o.c(), r.c().bytes(outputs)),
            tooShort("d", o.d(), r.d().bytes(outputs)),
            tooShort("dScale", o.dScale(), 4),
            tooShort("dScales", o.dScales(), MatmulShapes.scaleBytes(r.m(), r.n(), 16) * r.batch()),
            tooShort("bias", o.bias(), r.bias() == null ? 0 : r.bias().bytes(r.n())))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<String> tooShort(String name, @Nullable DeviceRange range, long expected) {
    return when(range != null && range.bytes() < expected, range == null ? "" : name + " has " + range.bytes() + " bytes: expected at least " + expected);
  }

  private static Optional<String> oneContext(MatmulOperands o) {
    return named(o)
        .filter(one -> one.range.buffer().context() != o.a().buffer().context())
        .findFirst()
        .map(one -> one.name + " lies in another context than a: expected all in one; copy it");
  }

  private record Named(String name, DeviceRange range) {}

  private static Stream<Named> named(MatmulOperands o) {
    return Stream.of(
            named("a", o.a()), named("aScales", o.aScales()), named("b", o.b()), named("bScales", o.bScales()), named("c", o.c()), named("d", o.d()),
            named("dScale", o.dScale()), named("dScales", o.dScales()), named("bias", o.bias()), named("workspace", o.workspace()))
        .flatMap(Optional::stream);
  }

  private static Optional<Named> named(String name, @Nullable DeviceRange range) {
    return Optional.ofNullable(range).map(there -> new Named(name, there));
  }
}
