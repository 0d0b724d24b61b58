package io.github.fp4j.formats;

import static io.github.fp4j.formats.FloatFormat.BF16;
import static io.github.fp4j.formats.FloatFormat.E2M1;
import static io.github.fp4j.formats.FloatFormat.E2M3;
import static io.github.fp4j.formats.FloatFormat.E3M2;
import static io.github.fp4j.formats.FloatFormat.E4M3;
import static io.github.fp4j.formats.FloatFormat.E4M3_IEEE;
import static io.github.fp4j.formats.FloatFormat.E5M2;
import static io.github.fp4j.formats.FloatFormat.FP16;
import static io.github.fp4j.formats.FloatFormat.UE4M3;
import static io.github.fp4j.formats.FloatFormat.UE8M0;

import io.github.fp4j.formats.Variant.Source;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The catalogue of conversions that real stacks perform. Where stacks disagree, each one's answer has a name here; what is not listed was not measured.
 *
 * <p>The first variant of a format that NVIDIA converts to is {@code cuda}, this project's default ({@link Conversion#cuda}).
 */
public final class Variants {
  private static final Source CUDA = new Source("CUDA", "13.0", "cuda_fp8.hpp:117-180");
  private static final Source CUTLASS = new Source("CUTLASS", "mid-2026", "exmy_base.h:680-845");
  private static final Source ONEDNN = new Source("oneDNN", "mid-2026", "src/common/float4.cpp:28-59");
  private static final Source ML_DTYPES = new Source("ml_dtypes", "0.6.0", "float8.h:1340-1518");
  private static final Source TORCH = new Source("PyTorch", "2.13", "Float8_e4m3fn.h:171-243");
  private static final Source TORCHAO = new Source("torchao", "mid-2026", "custom_fp_utils.py, _f32_to_floatx_unpacked");
  private static final Source GFLOAT = new Source("gfloat", "mid-2026", "round.py:37-193");
  private static final Source TE = new Source("TransformerEngine", "2.15", "pytorch/custom_recipes/reference_nvfp4.py:49-71");
  private static final Source MODELOPT = new Source("Model-Optimizer", "mid-2026", "nvfp4_tensor.py, _cast_fp4");
  private static final Source COMPRESSED_TENSORS = new Source("compressed-tensors", "mid-2026", "cast_to_fp4");
  private static final Source MICROXCALING = new Source("microxcaling", "mid-2026", "elemwise_ops.py:62-163");
  private static final Source ONNX = new Source("ONNX", "1.23", "numpy_helper.py:21-93");
  private static final Source GGML = new Source("ggml", "mid-2026", "ggml-quants.c:337-348");

  private static final List<Variant> ALL = new ArrayList<>();

  static {
    e2m1();
    mxFp6(E2M3);
    mxFp6(E3M2);
    e4m3();
    e4m3Ieee();
    ue4m3();
    e5m2();
    ue8m0();
    halves();
  }

  private Variants() {}

  /** Every variant, by format in the order of {@link FloatFormat#named}. */
  public static List<Variant> all() {
    return Collections.unmodifiableList(ALL);
  }

  /** The variants that produce codes of {@code format}, the default first; empty for a format that no stack here converts to. */
  public static List<Variant> of(FloatFormat format) {
    return ALL.stream().filter(variant -> variant.format().equals(format)).toList();
  }

  /**
   * The variant of {@code format} with this id.
   *
   * @throws IllegalArgumentException if there is none; the message says which there are
   */
  public static Variant byId(FloatFormat format, String id) {
    List<Variant> variants = of(format);
    for (Variant variant : variants) {
      if (variant.id().equals(id)) {
        return variant;
      }
    }
    String expected =
        variants.isEmpty()
            ? "no stack's conversion to it is known here; formats that have variants: " + ids(ALL.stream().map(variant -> variant.format().name()))
            : "expected one of " + ids(variants.stream().map(Variant::id));
    throw new IllegalArgumentException("unknown variant \"" + id + "\" of " + format + ": " + expected);
  }

  private static String ids(Stream<String> names) {
    return names.distinct().collect(Collectors.joining(", "));
  }

  private static void e2m1() {
    Conversion cuda = Conversion.cuda(E2M1);
    Conversion noMinusZero = cuda.with(ZeroSign.DROP_OF_ZERO);
    Source header = CUDA.file("cuda_fp4.hpp:106-204");
    add("cuda", header, "nearest-even, saturating, -0 kept, NaN to +6; PTX cvt.rn.satfinite gives the same", cuda);
    add("cuda-rz", header, "cudaRoundZero: truncation, otherwise as cuda", cuda.with(Rounding.TOWARD_ZERO));
    fromFloat("cutlass", CUTLASS, "as cuda, but NaN keeps its sign: -NaN to -6", cuda.with(NanPolicy.SIGNED_MAX));
    fromFloat("onednn", ONEDNN, "as cuda, but NaN keeps its sign: -NaN to -6", cuda.with(NanPolicy.SIGNED_MAX));
    fromFloat("ml-dtypes", ML_DTYPES.file("mxfloat.h:232-268"), "as cuda, but NaN to -0 and -NaN to +0", cuda.with(NanPolicy.NEGATED_ZERO));
    add("gfloat", GFLOAT, "as cuda, but NaN is refused", cuda.with(NanPolicy.REFUSE));
    fromFloat("torchao", TORCHAO, "as cuda, but NaN is not tested: its bits are rounded like a number's", cuda.with(NanPolicy.UNTESTED));
    fromFloat("te-reference", TE, "the Python reference: -0 to +0, NaN to 0 (the kernels behave as cuda)", noMinusZero.with(NanPolicy.ZERO));
    fromFloat("modelopt", MODELOPT, "as cuda, but -0 to +0", noMinusZero);
    add("compressed-tensors", COMPRESSED_TENSORS, "CPU path: -0 to +0, NaN stays NaN and is refused here", noMinusZero.with(NanPolicy.REFUSE));
    fromFloat(
        "compressed-tensors-triton",
        COMPRESSED_TENSORS.file("Triton path of cast_to_fp4"),
        "rounds to bf16 first, so twice; NaN to 0",
        cuda.after(BF16).with(NanPolicy.ZERO));
    microxcaling(E2M1);
    own("ggml", GGML, "nearest, ties toward zero, never -0; infinities and NaN to 0", E2M1, true, GgmlE2m1.INSTANCE);
    add("onnx-text", ONNX.file("float4.md:94-116"), "what the documentation says: as cuda", cuda);
    fromFloat(
        "onnx-tests",
        ONNX.file("op_cast.py:34"),
        "what the published node tests hold: ml_dtypes, so NaN to -0",
        cuda.with(NanPolicy.NEGATED_ZERO));
  }

  private static void mxFp6(FloatFormat format) {
    Conversion cuda = Conversion.cuda(format);
    Source header = CUDA.file("cuda_fp6.hpp");
    add("cuda", header, "nearest-even, saturating, -0 kept, NaN to the positive maximum", cuda);
    add("cuda-rz", header, "cudaRoundZero: truncation, otherwise as cuda", cuda.with(Rounding.TOWARD_ZERO));
    fromFloat("cutlass", CUTLASS, "as cuda, but NaN keeps its sign", cuda.with(NanPolicy.SIGNED_MAX));
    fromFloat("ml-dtypes", ML_DTYPES.file("mxfloat.h"), "as cuda, but NaN to -0 and -NaN to +0", cuda.with(NanPolicy.NEGATED_ZERO));
    fromFloat("torchao", TORCHAO, "as cuda, but NaN is not tested: its bits are rounded like a number's", cuda.with(NanPolicy.UNTESTED));
    microxcaling(format);
  }

  private static void microxcaling(FloatFormat format) {
    Encoder away = new MicroxcalingEncoder(format, false);
    Encoder even = new MicroxcalingEncoder(format, true);
    own("microxcaling", MICROXCALING, "mode nearest, its default: ties away from zero, -0 to +0; infinities and NaN are refused here", format, true, away);
    own("microxcaling-even", MICROXCALING, "mode even: ties to even, otherwise as microxcaling", format, true, even);
  }

  private static void e4m3() {
    Conversion cuda = Conversion.cuda(E4M3);
    Conversion twoNans = cuda.with(NanPolicy.SIGNED_NAN);
    add("cuda", CUDA, "float32 path, SATFINITE: nearest-even, saturating at 448, every NaN to 0x7F", cuda);
    add("cuda-nosat", CUDA, "float32 path, NOSAT: beyond 464 and infinities to NaN with the sign, NaN to 0x7F", cuda.with(Overflow.NAN));
    add("cuda-double", CUDA, "float64 path, SATFINITE: NaN keeps its sign", twoNans);
    add("cuda-double-nosat", CUDA, "float64 path, NOSAT: NaN keeps its sign", twoNans.with(Overflow.NAN));
    fromFloat("ml-dtypes", ML_DTYPES, "does not saturate: beyond 464 and infinities to NaN; NaN keeps its sign", twoNans.with(Overflow.NAN));
    fromFloat("torch-2.13", TORCH, "saturates, infinities too; NaN keeps its sign", twoNans);
    Source oldTorch = new Source("PyTorch", "before E4M3 saturated", "Float8_e4m3fn.h");
    fromFloat("torch-old", oldTorch, "does not saturate; NaN keeps its sign", twoNans.with(Overflow.NAN));
    own("gfloat", GFLOAT, "does not saturate; one NaN, 0xFF, whatever the sign", E4M3, false, GfloatE4m3.INSTANCE);
    fromFloat("onnx-tests", ONNX.file("numpy_helper.py, saturate_cast"), "clips, then ml_dtypes: saturates, NaN keeps its sign", twoNans);
  }

  private static void e4m3Ieee() {
    fromFloat(
        "ml-dtypes",
        ML_DTYPES,
        "float8_e4m3: overflow to infinity, NaN to the quiet NaN with its sign",
        Conversion.cuda(E4M3_IEEE).with(Overflow.INFINITY).with(NanPolicy.SIGNED_QUIET_NAN));
  }

  private static void ue4m3() {
    Conversion cuda = Conversion.cuda(UE4M3);
    add("cuda", CUDA, "E4M3 with SATFINITE; readers of the scale ignore its sign bit", cuda);
    fromFloat("cutlass", CUTLASS, "the sign is dropped first; saturating", cuda);
    Source scale = GGML.file("ggml-impl.h:518-553");
    own("ggml", scale, "half up, subnormals stop at 7, from 248 on 448, negative numbers and NaN to 0", UE4M3, true, GgmlUe4m3.INSTANCE);
  }

  private static void e5m2() {
    Conversion cuda = Conversion.cuda(E5M2);
    add("cuda", CUDA, "float32 path, SATFINITE: nearest-even, saturating at 57344, every NaN to 0x7F", cuda);
    add("cuda-nosat", CUDA, "float32 path, NOSAT: from 61440 on infinity, NaN to 0x7F", cuda.with(Overflow.INFINITY));
    Encoder saturating = new CudaDoubleE5m2(Overflow.SATURATE);
    Encoder toInfinity = new CudaDoubleE5m2(Overflow.INFINITY);
    own("cuda-double", CUDA, "float64 path, SATFINITE: NaN keeps its sign and the top of its payload", E5M2, false, saturating);
    own("cuda-double-nosat", CUDA, "float64 path, NOSAT: NaN keeps its sign and the top of its payload", E5M2, false, toInfinity);
    fromFloat("ml-dtypes", ML_DTYPES, "overflow to infinity; NaN to 0x7E with its sign", cuda.with(Overflow.INFINITY).with(NanPolicy.SIGNED_QUIET_NAN));
    fromFloat(
        "torch-2.13",
        TORCH.file("Float8_e5m2.h:77-144"),
        "overflow to infinity; NaN to 0x7F with its sign",
        cuda.with(Overflow.INFINITY).with(NanPolicy.SIGNED_NAN));
    fromFloat(
        "onnx-tests",
        ONNX.file("numpy_helper.py, saturate_cast"),
        "clips, then ml_dtypes: saturates, infinities too; NaN to 0x7E with its sign",
        cuda.with(NanPolicy.SIGNED_QUIET_NAN));
  }

  private static void ue8m0() {
    Conversion cuda = Conversion.cuda(UE8M0);
    Conversion truncation = cuda.with(Rounding.TOWARD_ZERO);
    Source header = CUDA.file("cuda_fp8.hpp:546-760");
    add("cuda", header, "cudaRoundPosInf, SATFINITE, as the class: |x| up, 0 to 2^-127, infinities to 2^127", cuda);
    add("cuda-nosat", header, "cudaRoundPosInf, NOSAT: |x| up, overflow and infinities to NaN", cuda.with(Overflow.NAN));
    add("cuda-rz", header, "cudaRoundZero, SATFINITE: |x| truncated (the OCP scale), infinities to 2^127", truncation);
    add("cuda-rz-nosat", header, "cudaRoundZero, NOSAT: |x| truncated, infinities to NaN", truncation.with(Overflow.NAN));
    fromFloat("te", TE.file("common/util/ptx.cuh, float_to_e8m0"), "as cuda", cuda);
    fromFloat("cutlass", CUTLASS, "|x| up, saturating, but infinities to NaN", cuda.with(Overflow.SATURATE_FINITE));
    own(
        "torch-2.13",
        TORCH.file("Float8_e8m0fnu.h:61-112"),
        "|x| nearest, ties up, but above 2^-127 up as well; 0 to 2^-127, overflow and infinities to NaN",
        UE8M0,
        true,
        new FractionUe8m0(false, false, false));
    own(
        "ml-dtypes",
        ML_DTYPES,
        "nearest, ties up, but above 2^-127 up as well; 0, negative numbers, overflow and infinities to NaN",
        UE8M0,
        true,
        new FractionUe8m0(false, false, true));
    add(
        "gfloat",
        GFLOAT,
        "nearest, ties to the even code; 0 and negative numbers to NaN, infinity to 2^127",
        cuda.with(Rounding.NEAREST_EVEN).with(UnsignedPolicy.NAN));
    own(
        "onnx-up",
        ONNX,
        "mode up, the default: |x| up, but 2^-127 and below up too; saturating, infinities to NaN",
        UE8M0,
        true,
        new FractionUe8m0(true, true, false));
    own(
        "onnx-nearest",
        ONNX,
        "mode nearest: |x| nearest, ties up, but above 2^-127 up as well; saturating, infinities to NaN",
        UE8M0,
        true,
        new FractionUe8m0(false, true, false));
    fromFloat("onnx-down", ONNX, "mode down: |x| truncated, infinities to NaN", truncation.with(Overflow.NAN));
  }

  private static void halves() {
    Conversion bf16 = Conversion.cuda(BF16).with(Overflow.INFINITY);
    add("cuda", CUDA.file("cuda_bf16.hpp, __float2bfloat16_rn"), "nearest-even, overflow to infinity, every NaN to 0x7FFF", bf16);
    Conversion fp16 = Conversion.cuda(FP16).with(Overflow.INFINITY);
    fromFloat(
        "ml-dtypes", ML_DTYPES.file("Eigen's BFloat16.h"), "overflow to infinity; NaN to 0x7FC0 with its sign", bf16.with(NanPolicy.SIGNED_QUIET_NAN));
    add("cuda", CUDA.file("cuda_fp16.hpp, __float2half_rn"), "nearest-even, overflow to infinity, every NaN to 0x7FFF", fp16);
  }

  private static void add(String id, Source source, String note, Conversion conversion) {
    own(id, source, note, conversion.format(), false, Encoder.of(conversion));
  }

  private static void fromFloat(String id, Source source, String note, Conversion conversion) {
    own(id, source, note, conversion.format(), true, Encoder.of(conversion));
  }

  private static void own(String id, Source source, String note, FloatFormat format, boolean float32Only, Encoder encoder) {
    ALL.add(new Variant(id, format, source, note, float32Only, encoder));
  }
}
