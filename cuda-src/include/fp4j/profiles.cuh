// The profiles of io.github.fp4j.formats.block.Profiles that a CPU computes exactly, and the accumulation models of io.github.fp4j.formats.gemm.AccumulationModels
// for FP4 with float32 results, by their ids. Sources and assumptions are told there; the Java tests compare these constants with those.
#pragma once

#include "fp4j/dot_product.cuh"
#include "fp4j/profile.cuh"

namespace fp4j::profiles {

namespace detail {

inline constexpr float unlimited = __builtin_bit_cast(float, infinity_bits);

inline constexpr ConversionData cuda_e2m1 = cuda_conversion(format_data<E2M1>());

FP4J_HOST_DEVICE constexpr ConversionData e2m1(NanPolicy nan, ZeroSign zero_sign) {
  ConversionData conversion = cuda_e2m1;
  conversion.nan = nan;
  conversion.zero_sign = zero_sign;
  return conversion;
}

inline constexpr ConversionData sign_test_e2m1 = e2m1(NanPolicy::positive_max, ZeroSign::drop_of_zero);
inline constexpr ConversionData nan_to_zero_e2m1 = e2m1(NanPolicy::zero, ZeroSign::drop_of_zero);
inline constexpr ConversionData untested_e2m1 = e2m1(NanPolicy::untested, ZeroSign::keep);
inline constexpr ConversionData ml_dtypes_e2m1 = e2m1(NanPolicy::negated_zero, ZeroSign::keep);
inline constexpr ConversionData refusing_e2m1 = e2m1(NanPolicy::refuse, ZeroSign::keep);

FP4J_HOST_DEVICE constexpr ConversionData with_rounding(ConversionData conversion, Rounding rounding, Overflow overflow) {
  conversion.rounding = rounding;
  conversion.overflow = overflow;
  return conversion;
}

inline constexpr ConversionData ggml_e2m1 =
    with_rounding(e2m1(NanPolicy::zero, ZeroSign::drop), Rounding::nearest_toward_zero, Overflow::saturate_finite_infinity_to_zero);
inline constexpr ConversionData ue4m3 = cuda_conversion(format_data<UE4M3>());
inline constexpr ConversionData ue8m0 = with_rounding(cuda_conversion(format_data<UE8M0>()), Rounding::up, Overflow::to_nan);

FP4J_HOST_DEVICE constexpr Profile one_level(int block_size, ScaleFormula formula, const ConversionData& scale, EncodeFormula encode, const ConversionData& element) {
  return {block_size, 1, TensorScaleDirection::none, TensorScaleFallback::arithmetic, 1.0f,
          formula, no_format(), 0.0f, unlimited, scale, ScaleCast::convert, ScaleGuard::none, 0.0f, ScaleSearch::none,
          encode, ElementCast::convert, element,
          DequantizeFormula::scale_only, NibbleOrder::interleaved_low_first, RaggedRows::refuse, block_size};
}

FP4J_HOST_DEVICE constexpr Profile nvfp4(TensorScaleDirection direction, TensorScaleFallback fallback, float scale_max, ScaleFormula formula, EncodeFormula encode,
                        const ConversionData& element, DequantizeFormula dequantize) {
  Profile profile = one_level(16, formula, ue4m3, encode, element);
  profile.keeps_nan_in_amax = direction == TensorScaleDirection::decode ? 1 : 0;
  profile.tensor_scale = direction;
  profile.tensor_scale_fallback = fallback;
  profile.tensor_scale_max = scale_max;
  profile.dequantize_formula = dequantize;
  return profile;
}

FP4J_HOST_DEVICE constexpr Profile transformer_engine(float scale_max, ScaleFormula formula, EncodeFormula encode) {
  return nvfp4(TensorScaleDirection::amax, TensorScaleFallback::one, scale_max, formula, encode, cuda_e2m1, DequantizeFormula::amax_times_factor);
}

FP4J_HOST_DEVICE constexpr Profile encoding(ScaleFormula formula, EncodeFormula encode, const ConversionData& element) {
  return nvfp4(TensorScaleDirection::encode, TensorScaleFallback::arithmetic, 448.0f, formula, encode, element, DequantizeFormula::quotient);
}

FP4J_HOST_DEVICE constexpr Profile decoding(ScaleFormula formula, EncodeFormula encode, const ConversionData& element, DequantizeFormula dequantize) {
  return nvfp4(TensorScaleDirection::decode, TensorScaleFallback::arithmetic, 448.0f, formula, encode, element, dequantize);
}

FP4J_HOST_DEVICE constexpr Profile guarded(Profile profile, ScaleGuard guard, float value) {
  profile.scale_guard = guard;
  profile.scale_guard_value = value;
  return profile;
}

FP4J_HOST_DEVICE constexpr Profile clamped(Profile profile, float lowest, float highest) {
  profile.scale_lowest = lowest;
  profile.scale_highest = highest;
  return profile;
}

FP4J_HOST_DEVICE constexpr Profile padding(Profile profile) {
  profile.ragged_rows = RaggedRows::pad_with_zeros;
  return profile;
}

FP4J_HOST_DEVICE constexpr Profile keeping_nan(Profile profile) {
  profile.keeps_nan_in_amax = 1;
  return profile;
}

FP4J_HOST_DEVICE constexpr Profile searching(Profile profile) {
  profile.scale_search = ScaleSearch::four_over_six_absolute;
  return profile;
}

FP4J_HOST_DEVICE constexpr Profile casting(Profile profile, ElementCast cast) {
  profile.element_cast = cast;
  return profile;
}

FP4J_HOST_DEVICE constexpr Profile ggml(int block_size, ScaleFormula formula, const ConversionData& scale, ScaleCast cast, int row_multiple) {
  Profile profile = one_level(block_size, formula, scale, EncodeFormula::divide, ggml_e2m1);
  profile.keeps_nan_in_amax = 0;
  profile.scale_cast = cast;
  profile.element_cast = ElementCast::nearest_product;
  profile.dequantize_formula = DequantizeFormula::doubled_times_half;
  profile.nibble_order = NibbleOrder::planar_halves;
  profile.row_multiple = row_multiple;
  return profile;
}

FP4J_HOST_DEVICE constexpr Profile mxfp4(ScaleFormula formula, const ConversionData& element) {
  return one_level(32, formula, ue8m0, EncodeFormula::divide, element);
}

FP4J_HOST_DEVICE constexpr Profile fp4_all_the_way(const FormatData& scale, float scale_max) {
  Profile profile = decoding(ScaleFormula::encode_of_prescaled, EncodeFormula::prescaled_multiply, nan_to_zero_e2m1, DequantizeFormula::divide_by_encode_scale);
  profile.scale_conversion = with_rounding(cuda_conversion(scale), Rounding::nearest_even, Overflow::saturate_finite);
  profile.tensor_scale_max = scale_max;
  return guarded(casting(profile, ElementCast::convert_magnitude), ScaleGuard::unusable_after_cast, 1.0f);
}

FP4J_HOST_DEVICE constexpr Profile gfloat() {
  Profile profile = mxfp4(ScaleFormula::exponent_floor, refusing_e2m1);
  profile.scale_conversion = cuda_conversion(format_data<UE8M0>());
  return profile;
}

}  // namespace detail

inline constexpr Profile te_2_15 = detail::transformer_engine(448.0f, ScaleFormula::f1, EncodeFormula::reciprocal_of_product);
inline constexpr Profile te_2_14 = detail::transformer_engine(448.0f, ScaleFormula::f2, EncodeFormula::reciprocal_of_product);
inline constexpr Profile te_2_8 = detail::transformer_engine(448.0f, ScaleFormula::f3, EncodeFormula::quotient);
inline constexpr Profile te_4over6 = detail::searching(detail::transformer_engine(256.0f, ScaleFormula::f2, EncodeFormula::reciprocal_of_product));
inline constexpr Profile torchao = detail::clamped(
    detail::decoding(ScaleFormula::f4, EncodeFormula::reciprocal_of_decode, detail::untested_e2m1, DequantizeFormula::product), 0x1p-6f, 448.0f);
inline constexpr Profile torchao_mx_floor = detail::mxfp4(ScaleFormula::exponent_floor, detail::untested_e2m1);
inline constexpr Profile torchao_mx_rceil = detail::mxfp4(ScaleFormula::amax_times_reciprocal, detail::untested_e2m1);
inline constexpr Profile torchao_mx_ceil = detail::mxfp4(ScaleFormula::exponent_ceil, detail::untested_e2m1);
inline constexpr Profile torchao_mx_even = detail::mxfp4(ScaleFormula::exponent_even, detail::untested_e2m1);
inline constexpr Profile modelopt = detail::padding(detail::guarded(
    detail::decoding(ScaleFormula::f5, EncodeFormula::divide_by_product, detail::sign_test_e2m1, DequantizeFormula::product), ScaleGuard::zero_before_cast,
    1.0f));
inline constexpr Profile compressed_tensors = detail::keeping_nan(detail::guarded(
    detail::encoding(ScaleFormula::f2, EncodeFormula::divide_by_quotient, detail::nan_to_zero_e2m1), ScaleGuard::zero_after_cast, 0.125f));
inline constexpr Profile flashinfer_exact = detail::encoding(ScaleFormula::f1, EncodeFormula::reciprocal_of_product, detail::cuda_e2m1);
inline constexpr Profile ggml_nvfp4 = detail::ggml(
    16, ScaleFormula::amax_over_max, detail::with_rounding(detail::ue4m3, Rounding::nearest_away, Overflow::saturate), ScaleCast::ggml_ue4m3, 64);
inline constexpr Profile ggml_mxfp4 = detail::ggml(32, ScaleFormula::exponent_floor_log2f_wrapped, detail::ue8m0, ScaleCast::convert, 32);
inline constexpr Profile ocp_mx = detail::padding(detail::mxfp4(ScaleFormula::exponent_floor, detail::cuda_e2m1));
inline constexpr Profile cublaslt_d = detail::padding(detail::encoding(ScaleFormula::f6, EncodeFormula::prescaled_reciprocal, detail::cuda_e2m1));
inline constexpr Profile microxcaling = detail::padding(detail::casting(
    detail::mxfp4(ScaleFormula::exponent_floor_log2f, detail::with_rounding(detail::nan_to_zero_e2m1, Rounding::nearest_away, Overflow::saturate)),
    ElementCast::floor_of_sum));
inline constexpr Profile onnx_text = detail::padding(detail::mxfp4(ScaleFormula::amax_over_max, detail::cuda_e2m1));
inline constexpr Profile onnx_tests = detail::padding(detail::mxfp4(ScaleFormula::exponent_field_up, detail::ml_dtypes_e2m1));
inline constexpr Profile gfloat = detail::gfloat();
inline constexpr Profile jax = detail::clamped(
    detail::decoding(ScaleFormula::prescaled, EncodeFormula::prescaled_divide, detail::ml_dtypes_e2m1, DequantizeFormula::tensor_scale_last), 0.0f, 448.0f);
inline constexpr Profile fp4_all_the_way_e8m0 = detail::guarded(
    detail::casting(detail::mxfp4(ScaleFormula::exponent_of_multiplier, detail::nan_to_zero_e2m1), ElementCast::convert_magnitude),
    ScaleGuard::unusable_after_cast, 1.0f);
inline constexpr Profile fp4_all_the_way_240 = detail::fp4_all_the_way(format_data<E4M3Ieee>(), 240.0f);
inline constexpr Profile fp4_all_the_way_448 = detail::fp4_all_the_way(format_data<UE4M3>(), 448.0f);
inline constexpr Profile fp4_all_the_way_ue5m3 = detail::fp4_all_the_way(format_data<UE5M3>(), 114688.0f);

struct NamedProfile {
  const char* id;
  Profile profile;
};

inline constexpr NamedProfile all[] = {
    {"te-2.15", te_2_15},
    {"te-2.14", te_2_14},
    {"te-2.8", te_2_8},
    {"te-4over6", te_4over6},
    {"torchao", torchao},
    {"torchao-mx-floor", torchao_mx_floor},
    {"torchao-mx-rceil", torchao_mx_rceil},
    {"torchao-mx-ceil", torchao_mx_ceil},
    {"torchao-mx-even", torchao_mx_even},
    {"modelopt", modelopt},
    {"compressed-tensors", compressed_tensors},
    {"flashinfer-exact", flashinfer_exact},
    {"ggml-nvfp4", ggml_nvfp4},
    {"ggml-mxfp4", ggml_mxfp4},
    {"ocp-mx", ocp_mx},
    {"cublaslt-d", cublaslt_d},
    {"microxcaling", microxcaling},
    {"onnx-text", onnx_text},
    {"onnx-tests", onnx_tests},
    {"gfloat", gfloat},
    {"jax", jax},
    {"fp4-all-the-way-e8m0", fp4_all_the_way_e8m0},
    {"fp4-all-the-way-240", fp4_all_the_way_240},
    {"fp4-all-the-way-448", fp4_all_the_way_448},
    {"fp4-all-the-way-ue5m3", fp4_all_the_way_ue5m3},
};

}  // namespace fp4j::profiles

namespace fp4j::models {

struct NamedModel {
  const char* id;
  AccumulationModel model;
  bool takes_nvfp4;
  bool takes_mxfp4;
};

inline constexpr NamedModel all[] = {
    {"nvfp4-gst-f35", {Accumulation::fused_groups, 35, 0, 0, 0, 0}, true, false},
    {"nvfp4-gst-f35-zero-ignored", {Accumulation::fused_groups, 35, 0, 0, 1, 0}, true, false},
    {"mxf4", {Accumulation::fused_groups, 35, 0, 0, 0, 0}, false, true},
    {"mxf4-zero-ignored", {Accumulation::fused_groups, 35, 0, 0, 1, 0}, false, true},
    {"nvfp4-f25", {Accumulation::fused_groups, 25, 0, 0, 0, 0}, true, false},
    {"nvfp4-f34", {Accumulation::fused_groups, 34, 0, 0, 0, 0}, true, false},
    {"nvfp4-f36", {Accumulation::fused_groups, 36, 0, 0, 0, 0}, true, false},
    {"nvfp4-f37", {Accumulation::fused_groups, 37, 0, 0, 0, 0}, true, false},
    {"nvfp4-f35-floor", {Accumulation::fused_groups, 35, 0, 1, 0, 0}, true, false},
    {"beam-34-28", {Accumulation::two_stage_groups, 33, 27, 0, 0, 0}, true, false},
    {"beam-36-36", {Accumulation::two_stage_groups, 35, 35, 0, 0, 0}, true, false},
    {"exact-rz", {Accumulation::exact, 0, 0, 0, 0, 0}, true, true},
    {"exact-rne", {Accumulation::exact, 0, 0, 0, 0, 1}, true, true},
    {"sequential-fp32", {Accumulation::sequential_products, 0, 0, 0, 0, 1}, true, true},
    {"te-reference", {Accumulation::sequential_groups, 0, 0, 0, 0, 1}, true, false},
    {"blackwell-mxf8f6f4", {Accumulation::fused_products, 25, 0, 0, 1, 0}, false, true},
};

}  // namespace fp4j::models
