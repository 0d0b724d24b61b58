package io.github.fp4j.formats.block;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.NanPolicy;
import io.github.fp4j.formats.Overflow;
import io.github.fp4j.formats.Rounding;
import io.github.fp4j.formats.ZeroSign;
import io.github.fp4j.formats.block.TensorScaleRule.Direction;
import io.github.fp4j.formats.block.TensorScaleRule.Fallback;
import java.util.List;
import java.util.stream.Collectors;

/** What shipping implementations do, mid-2026: one constant each, with its source. "Read" is what the source says, "assumed" is what it leaves open. */
public final class Profiles {
  private static final Conversion CUDA_E2M1 = Conversion.cuda(FloatFormat.E2M1);
  private static final Conversion SIGN_TEST_E2M1 = CUDA_E2M1.with(ZeroSign.DROP_OF_ZERO);
  private static final Conversion NAN_TO_ZERO_E2M1 = SIGN_TEST_E2M1.with(NanPolicy.ZERO);
  private static final Conversion UNTESTED_E2M1 = CUDA_E2M1.with(NanPolicy.UNTESTED);
  private static final Conversion ML_DTYPES_E2M1 = CUDA_E2M1.with(NanPolicy.NEGATED_ZERO);
  private static final Conversion GGML_E2M1 =
      new Conversion(
          FloatFormat.E2M1, Rounding.NEAREST_TOWARD_ZERO, 0, Overflow.SATURATE_FINITE_INFINITY_TO_ZERO, NanPolicy.ZERO, ZeroSign.DROP,
          CUDA_E2M1.unsigned(), null);
  private static final Conversion E4M3 = Conversion.cuda(FloatFormat.UE4M3);
  private static final Conversion E8M0 = Conversion.cuda(FloatFormat.UE8M0).with(Overflow.NAN);

  private static final TensorScaleRule AMAX_448 = new TensorScaleRule(Direction.AMAX, 448, Fallback.ONE);
  private static final TensorScaleRule ENCODE_448 = new TensorScaleRule(Direction.ENCODE, 448, Fallback.ARITHMETIC);
  private static final TensorScaleRule DECODE_448 = new TensorScaleRule(Direction.DECODE, 448, Fallback.ARITHMETIC);

  /** TransformerEngine from 2.15 on (commit 523801df7, 2026-03-16). */
  public static final QuantizationProfile TE_2_15 =
      nvfp4(
          "te-2.15", false, AMAX_448, BlockScaleRule.of(ScaleFormula.F1, E4M3), ElementRule.of(EncodeFormula.RECIPROCAL_OF_PRODUCT, CUDA_E2M1),
          DequantizeFormula.AMAX_TIMES_FACTOR, RaggedRows.REFUSE,
          "NVIDIA/TransformerEngine 2.15: common/cast/nvfp4/core_nvfp4.cuh, dequantize_nvfp4.cuh (read)");

  /** TransformerEngine 2.9 to 2.14, and 2.8's transposing kernel. */
  public static final QuantizationProfile TE_2_14 =
      TE_2_15
          .with(BlockScaleRule.of(ScaleFormula.F2, E4M3))
          .named("te-2.14")
          .from("NVIDIA/TransformerEngine 2.8 to 2.14: common/util/nvfp4_transpose.cuh:124 (read); element and tensor scale as in 2.15 (assumed)");

  /** TransformerEngine 2.8 without the transposed copy. */
  public static final QuantizationProfile TE_2_8 =
      TE_2_15
          .with(BlockScaleRule.of(ScaleFormula.F3, E4M3))
          .with(ElementRule.of(EncodeFormula.QUOTIENT, CUDA_E2M1))
          .named("te-2.8")
          .from(
              "NVIDIA/TransformerEngine 2.8: common/util/cast_kernels.cuh:571 block scale, :961 __fdiv_rn encode scale (read); a zero scale leaves an uncapped"
                  + " infinity, so that zeros become NaN and +6 (assumed)");

  /** TransformerEngine's four-over-six, absolute errors (commit dc9af4abc, 2026-05-22). */
  public static final QuantizationProfile TE_4_OVER_6 =
      nvfp4(
          "te-4over6", false, new TensorScaleRule(Direction.AMAX, 256, Fallback.ONE),
          BlockScaleRule.of(ScaleFormula.F2, E4M3).searching(ScaleSearch.FOUR_OVER_SIX_ABSOLUTE),
          ElementRule.of(EncodeFormula.RECIPROCAL_OF_PRODUCT, CUDA_E2M1), DequantizeFormula.AMAX_TIMES_FACTOR, RaggedRows.REFUSE,
          "NVIDIA/TransformerEngine (2026-05-22): common/cast/nvfp4/quantize_4over6_nvfp4.cuh, row-wise path without fast math (read); of its two error"
              + " measures the absolute one, of its two maxima 256 (assumed to be the defaults)");

  /** torchao's NVFP4Tensor with a dynamic per-tensor scale. */
  public static final QuantizationProfile TORCHAO =
      nvfp4(
          "torchao", true, DECODE_448, BlockScaleRule.of(ScaleFormula.F4, E4M3).clamped(0x1p-6f, 448),
          ElementRule.of(EncodeFormula.RECIPROCAL_OF_DECODE, UNTESTED_E2M1), DequantizeFormula.PRODUCT, RaggedRows.REFUSE,
          "pytorch/ao main, mid-2026: prototype/mx_formats/nvfp4_tensor.py:756-847, custom_fp_utils.py (read; earlier versions divide by pts * scale)");

  /** ModelOpt's NVFP4QTensor, weights. */
  public static final QuantizationProfile MODELOPT =
      nvfp4(
          "modelopt", true, DECODE_448, BlockScaleRule.of(ScaleFormula.F5, E4M3).guarded(ScaleGuard.ZERO_BEFORE_CAST, 1),
          ElementRule.of(EncodeFormula.DIVIDE_BY_PRODUCT, SIGN_TEST_E2M1), DequantizeFormula.PRODUCT, RaggedRows.PAD_WITH_ZEROS,
          "NVIDIA/Model-Optimizer, mid-2026: torch/quantization/qtensor/nvfp4_tensor.py:84-92, dynamic path (read; later versions also raise the scale to 2^-9)");

  /** compressed-tensors with float32 observers. */
  public static final QuantizationProfile COMPRESSED_TENSORS =
      nvfp4(
          "compressed-tensors", true, ENCODE_448, BlockScaleRule.of(ScaleFormula.F2, E4M3).guarded(ScaleGuard.ZERO_AFTER_CAST, 0.125f),
          ElementRule.of(EncodeFormula.DIVIDE_BY_QUOTIENT, NAN_TO_ZERO_E2M1), DequantizeFormula.QUOTIENT, RaggedRows.REFUSE,
          "neuralmagic/compressed-tensors, mid-2026: quantization/utils/helpers.py:115-126, 363-369, CPU cast_to_fp4 (read); NaN elements pack as 0 (assumed)."
              + " With bf16 observers amax_b/6 is rounded to bf16 (blockScale().in(BF16))");

  /** vLLM's CUDA kernel. */
  public static final QuantizationProfile VLLM =
      nvfp4(
          "vllm", false, ENCODE_448, BlockScaleRule.of(ScaleFormula.F3, E4M3), ElementRule.of(EncodeFormula.QUOTIENT, CUDA_E2M1),
          DequantizeFormula.QUOTIENT, RaggedRows.REFUSE,
          "vllm-project/vllm, mid-2026: csrc/quantization/fp4/nvfp4_utils.cuh (read): S * (amax * rcp.approx.ftz(6)), then rcp.approx.ftz(SF * rcp.approx.ftz(S)),"
              + " zero scales giving zero codes; the rules here are its nearest exact ones and serve for reading its tensors")
          .with(
              new Exactness.HardwareOnly(
                  "vLLM's kernel scales with rcp.approx.ftz, whose results are not published (at most 1 ulp off)", "flashinfer-exact"));

  /** FlashInfer and TensorRT-LLM with {@code DISABLE_FP4_QUANT_FAST_MATH}. */
  public static final QuantizationProfile FLASHINFER_EXACT =
      nvfp4(
          "flashinfer-exact", false, ENCODE_448, BlockScaleRule.of(ScaleFormula.F1, E4M3),
          ElementRule.of(EncodeFormula.RECIPROCAL_OF_PRODUCT, CUDA_E2M1), DequantizeFormula.QUOTIENT, RaggedRows.REFUSE,
          "flashinfer-ai/flashinfer, mid-2026: trtllm quantization_utils.cuh:431-510 with DISABLE_FP4_QUANT_FAST_MATH (read); the caller gives 2688/amax without a"
              + " guard (assumed)");

  /** ggml's NVFP4 rows: 64 elements with four scales, no tensor scale. */
  public static final QuantizationProfile GGML_NVFP4 =
      new QuantizationProfile(
          "ggml-nvfp4", new BlockFormat("nvfp4-one-level", FloatFormat.E2M1, FloatFormat.UE4M3, 16, false), false, TensorScaleRule.NONE,
          BlockScaleRule.of(ScaleFormula.AMAX_OVER_MAX, E4M3.with(Rounding.NEAREST_AWAY)).with(ScaleCast.GGML_UE4M3),
          new ElementRule(EncodeFormula.DIVIDE, ElementCast.NEAREST_PRODUCT, GGML_E2M1), DequantizeFormula.DOUBLED_TIMES_HALF,
          NibbleOrder.PLANAR_HALVES, RaggedRows.REFUSE, 64, Exactness.CPU,
          "ggml-org/llama.cpp, mid-2026: ggml/src/ggml-quants.c quantize_row_nvfp4_ref, ggml-impl.h ggml_fp32_to_ue4m3 (run against libggml-base 0.25.1)");

  /** ggml's MXFP4 rows, CPU. */
  public static final QuantizationProfile GGML_MXFP4 =
      new QuantizationProfile(
          "ggml-mxfp4", BlockFormat.MXFP4, false, TensorScaleRule.NONE, BlockScaleRule.of(ScaleFormula.EXPONENT_FLOOR_LOG2F_WRAPPED, E8M0),
          new ElementRule(EncodeFormula.DIVIDE, ElementCast.NEAREST_PRODUCT, GGML_E2M1), DequantizeFormula.DOUBLED_TIMES_HALF,
          NibbleOrder.PLANAR_HALVES, RaggedRows.REFUSE, 32, Exactness.CPU,
          "ggml-org/llama.cpp, mid-2026: ggml/src/ggml-quants.c quantize_row_mxfp4_ref on x86-64 with glibc's log2f (run against libggml-base 0.25.1)");

  /** OCP MX v1.0, MXFP4. */
  public static final QuantizationProfile OCP_MX =
      mxfp4(
          "ocp-mx", BlockScaleRule.of(ScaleFormula.EXPONENT_FLOOR, E8M0), CUDA_E2M1, RaggedRows.PAD_WITH_ZEROS,
          "OCP Microscaling Formats v1.0, section 6.3 (quoted); scale code 0 for a zero block, NaN for a block with NaN or Inf, elements' -0 and NaN as CUDA's"
              + " (assumed: the text leaves them to the implementation)");

  /** torchao MX, FLOOR, its default. */
  public static final QuantizationProfile TORCHAO_MX_FLOOR = torchaoMx("floor", BlockScaleRule.of(ScaleFormula.EXPONENT_FLOOR, E8M0));

  /** torchao MX, RCEIL, "as cuBLAS". */
  public static final QuantizationProfile TORCHAO_MX_RCEIL = torchaoMx("rceil", BlockScaleRule.of(ScaleFormula.AMAX_TIMES_RECIPROCAL, E8M0));

  /** torchao MX, CEIL. */
  public static final QuantizationProfile TORCHAO_MX_CEIL = torchaoMx("ceil", BlockScaleRule.of(ScaleFormula.EXPONENT_CEIL, E8M0));

  /** torchao MX, EVEN. */
  public static final QuantizationProfile TORCHAO_MX_EVEN = torchaoMx("even", BlockScaleRule.of(ScaleFormula.EXPONENT_EVEN, E8M0));

  /** cuBLASLt quantising the output of a matrix product to NVFP4. */
  public static final QuantizationProfile CUBLASLT_D =
      nvfp4(
          "cublaslt-d", false, ENCODE_448, BlockScaleRule.of(ScaleFormula.F6, E4M3), ElementRule.of(EncodeFormula.PRESCALED_RECIPROCAL, CUDA_E2M1),
          DequantizeFormula.QUOTIENT, RaggedRows.PAD_WITH_ZEROS,
          "cuBLAS 13 documentation, 1D block scaling of D (formula read, not verified on a device); NaN and zero blocks by plain arithmetic (assumed)");

  /** microxcaling's MXFP4 with its default rounding. */
  public static final QuantizationProfile MICROXCALING =
      new QuantizationProfile(
          "microxcaling", BlockFormat.MXFP4, true, TensorScaleRule.NONE, BlockScaleRule.of(ScaleFormula.EXPONENT_FLOOR_LOG2F, E8M0),
          new ElementRule(
              EncodeFormula.DIVIDE, ElementCast.FLOOR_OF_SUM, NAN_TO_ZERO_E2M1.with(Rounding.NEAREST_AWAY)),
          DequantizeFormula.SCALE_ONLY, NibbleOrder.INTERLEAVED_LOW_FIRST, RaggedRows.PAD_WITH_ZEROS, 32, Exactness.CPU,
          "microsoft/microxcaling, mid-2026: mx/mx_ops.py:76-80, mx/elemwise_ops.py:62-68, round = nearest (read). It keeps values, not codes: a block with NaN or Inf, all"
              + " NaN there, is stored as a NaN scale over zero codes");

  /** ONNX as its documentation says. */
  public static final QuantizationProfile ONNX_TEXT =
      mxfp4(
          "onnx-text", BlockScaleRule.of(ScaleFormula.AMAX_OVER_MAX, E8M0), CUDA_E2M1, RaggedRows.PAD_WITH_ZEROS,
          "onnx/onnx 1.23: docs/docsgen/source/technical/float4.md:94-116 for elements (read); ONNX takes scales as given: amax/6 cast to E8M0 \"up\" (assumed)");

  /** ONNX as its published node test data say, made with ml_dtypes and its Python helper. */
  public static final QuantizationProfile ONNX_TESTS =
      mxfp4(
          "onnx-tests", BlockScaleRule.of(ScaleFormula.EXPONENT_FIELD_UP, E8M0), ML_DTYPES_E2M1, RaggedRows.PAD_WITH_ZEROS,
          "onnx/onnx 1.23: reference/ops/op_cast.py:34, numpy_helper.py:21-93 to_float8e8m0 (read); ONNX takes scales as given: amax/6 (assumed)");

  /** gfloat's quantize_block with compute_scale_amax. */
  public static final QuantizationProfile GFLOAT =
      mxfp4(
          "gfloat", BlockScaleRule.of(ScaleFormula.EXPONENT_FLOOR, E8M0.with(Overflow.SATURATE)), CUDA_E2M1.with(NanPolicy.REFUSE), RaggedRows.REFUSE,
          "graphcore-research/gfloat, mid-2026: block.py, round.py, in float64, whose logarithm does not round up to an integer for float32 input (read)");

  /** JAX's scaled_matmul, mode nvfp4. */
  public static final QuantizationProfile JAX =
      nvfp4(
          "jax", true, DECODE_448, BlockScaleRule.of(ScaleFormula.PRESCALED, E4M3).clamped(0, 448),
          ElementRule.of(EncodeFormula.PRESCALED_DIVIDE, ML_DTYPES_E2M1), DequantizeFormula.TENSOR_SCALE_LAST, RaggedRows.REFUSE,
          "jax-ml/jax 0.10.2: _src/cudnn/scaled_matmul_stablehlo.py:527-589 (read); the caller's global scale amax/2688, NaN as ml_dtypes (assumed)");

  /** "FP4 All the Way", power-of-two scales: the authors' MXFP4. */
  public static final QuantizationProfile FP4_ALL_THE_WAY_E8M0 =
      new QuantizationProfile(
          "fp4-all-the-way-e8m0", BlockFormat.MXFP4, true, TensorScaleRule.NONE,
          BlockScaleRule.of(ScaleFormula.EXPONENT_OF_MULTIPLIER, E8M0).guarded(ScaleGuard.UNUSABLE_AFTER_CAST, 1),
          new ElementRule(EncodeFormula.DIVIDE, ElementCast.CONVERT_MAGNITUDE, NAN_TO_ZERO_E2M1), DequantizeFormula.SCALE_ONLY,
          NibbleOrder.INTERLEAVED_LOW_FIRST, RaggedRows.REFUSE, 32, Exactness.CPU,
          "arXiv 2505.19115 and its code, fp4_121_scaled, scale_format e8m0 (read); stored as the decode scale, the multiplier's exact inverse. Elements saturate"
              + " at 6 where the authors let 8 come out, and NaN becomes 0 (assumed)");

  /** "FP4 All the Way", E4M3 scales with Gaudi 2's maximum 240: the authors' NVFP4. */
  public static final QuantizationProfile FP4_ALL_THE_WAY_240 = allTheWay("240", FloatFormat.E4M3_IEEE, 240);

  /** "FP4 All the Way", E4M3 scales with the OCP maximum 448. */
  public static final QuantizationProfile FP4_ALL_THE_WAY_448 = allTheWay("448", FloatFormat.UE4M3, 448);

  /** "FP4 All the Way", UE5M3 scales. */
  public static final QuantizationProfile FP4_ALL_THE_WAY_UE5M3 = allTheWay("ue5m3", FloatFormat.UE5M3, 114688);

  private static final List<QuantizationProfile> ALL =
      List.of(
          TE_2_15, TE_2_14, TE_2_8, TE_4_OVER_6, TORCHAO, TORCHAO_MX_FLOOR, TORCHAO_MX_RCEIL, TORCHAO_MX_CEIL, TORCHAO_MX_EVEN, MODELOPT,
          COMPRESSED_TENSORS, VLLM, FLASHINFER_EXACT, GGML_NVFP4, GGML_MXFP4, OCP_MX, CUBLASLT_D, MICROXCALING, ONNX_TEXT, ONNX_TESTS, GFLOAT, JAX,
          FP4_ALL_THE_WAY_E8M0, FP4_ALL_THE_WAY_240, FP4_ALL_THE_WAY_448, FP4_ALL_THE_WAY_UE5M3);

  private Profiles() {}

  /** Every profile, the hardware-only ones included. */
  public static List<QuantizationProfile> all() {
    return ALL;
  }

  /**
   * The profile with this id.
   *
   * @throws IllegalArgumentException if there is none; the message lists the ids
   */
  public static QuantizationProfile byId(String id) {
    for (QuantizationProfile profile : ALL) {
      if (profile.id().equals(id)) {
        return profile;
      }
    }
    throw new IllegalArgumentException(
        "unknown profile \"" + id + "\": expected one of " + ALL.stream().map(QuantizationProfile::id).collect(Collectors.joining(", ")));
  }

  private static QuantizationProfile nvfp4(
      String id, boolean keepsNanInAmax, TensorScaleRule tensorScale, BlockScaleRule blockScale, ElementRule element, DequantizeFormula dequantize,
      RaggedRows raggedRows, String source) {
    return new QuantizationProfile(
        id, BlockFormat.NVFP4, keepsNanInAmax, tensorScale, blockScale, element, dequantize, NibbleOrder.INTERLEAVED_LOW_FIRST, raggedRows, 16,
        Exactness.CPU, source);
  }

  private static QuantizationProfile mxfp4(String id, BlockScaleRule blockScale, Conversion element, RaggedRows raggedRows, String source) {
    return new QuantizationProfile(
        id, BlockFormat.MXFP4, true, TensorScaleRule.NONE, blockScale, ElementRule.of(EncodeFormula.DIVIDE, element), DequantizeFormula.SCALE_ONLY,
        NibbleOrder.INTERLEAVED_LOW_FIRST, raggedRows, 32, Exactness.CPU, source);
  }

  private static QuantizationProfile torchaoMx(String mode, BlockScaleRule blockScale) {
    return mxfp4(
        "torchao-mx-" + mode, blockScale, UNTESTED_E2M1, RaggedRows.REFUSE,
        "pytorch/ao main, mid-2026: prototype/mx_formats/mx_tensor.py to_mx, config.py:41-66, eager (read)");
  }

  private static QuantizationProfile allTheWay(String name, FloatFormat scale, float scaleMax) {
    Conversion cast = Conversion.cuda(scale).with(Overflow.SATURATE_FINITE);
    return new QuantizationProfile(
        "fp4-all-the-way-" + name, new BlockFormat("fp4-encode-" + scale, FloatFormat.E2M1, scale, 16, true), true,
        new TensorScaleRule(Direction.DECODE, scaleMax, Fallback.ARITHMETIC),
        BlockScaleRule.of(ScaleFormula.ENCODE_OF_PRESCALED, cast).guarded(ScaleGuard.UNUSABLE_AFTER_CAST, 1),
        new ElementRule(EncodeFormula.PRESCALED_MULTIPLY, ElementCast.CONVERT_MAGNITUDE, NAN_TO_ZERO_E2M1), DequantizeFormula.DIVIDE_BY_ENCODE_SCALE,
        NibbleOrder.INTERLEAVED_LOW_FIRST, RaggedRows.REFUSE, 16, Exactness.CPU,
        "arXiv 2505.19115 and its code, fp4_121_scaled (read): the block scale encodes. Finite scales saturate (assumed); a scale that is zero, infinite or"
            + " NaN becomes 1; elements saturate at 6 where the authors let 8 come out, and NaN becomes 0 (assumed)"
            + ("ue5m3".equals(name) ? ". The authors' emulation keeps three mantissa bits below 2^-14, which no UE5M3 code has" : ""));
  }
}
