// From the largest magnitude of a tensor and of a block to their scales: the twin of TensorScaleRule and BlockScales.
#pragma once

#include "fp4j/decode.cuh"
#include "fp4j/encode.cuh"
#include "fp4j/profile.cuh"

namespace fp4j {

// Magnitudes as bits, so that maxima are integer maxima. Folds the magnitude of value into the maximum so far (0 at first): a NaN becomes the maximum for good or
// is passed over, as the profile says.
FP4J_HOST_DEVICE std::uint32_t fold_magnitude(const Profile& profile, std::uint32_t largest, float value) {
  const std::uint32_t bits = magnitude_bits(value);
  return bits > infinity_bits && profile.keeps_nan_in_amax == 0 ? largest : larger(largest, bits);
}

FP4J_HOST_DEVICE float amax_of(std::uint32_t largest) {
  return from_bits<float>(largest > infinity_bits ? canonical_nan_bits : largest);
}

FP4J_HOST_DEVICE float element_max(const Profile& profile) {
  return decode(profile.element(), profile.element().max_finite_code());
}

namespace detail {

FP4J_HOST_DEVICE float guarded_encode_scale(const Profile& profile, float amax) {
  const float scale = div_rn(mul_rn(profile.tensor_scale_max, element_max(profile)), amax);
  if (profile.tensor_scale_fallback == TensorScaleFallback::arithmetic) {
    return scale;
  }
  const float max_float = from_bits<float>(max_float_bits);
  const float capped = scale <= max_float ? scale : max_float;  // fminf: a NaN gives the other operand
  return amax == 0.0f || capped == 0.0f ? 1.0f : capped;
}

}  // namespace detail

// What is stored for a tensor with this largest magnitude; 1 if there is no tensor scale.
FP4J_HOST_DEVICE float stored_tensor_scale(const Profile& profile, float amax) {
  switch (profile.tensor_scale) {
    case TensorScaleDirection::amax: return amax;
    case TensorScaleDirection::encode: return detail::guarded_encode_scale(profile, amax);
    case TensorScaleDirection::decode: return div_rn(amax, mul_rn(profile.tensor_scale_max, element_max(profile)));
    default: return 1.0f;
  }
}

// S; of no meaning where amax / N is stored, whose formulas divide.
FP4J_HOST_DEVICE float tensor_encode_scale(const Profile& profile, float stored) {
  return profile.tensor_scale == TensorScaleDirection::amax ? detail::guarded_encode_scale(profile, stored) : stored;
}

namespace detail {

FP4J_HOST_DEVICE float next_down(float value) {
  const std::uint32_t bits = to_bits(value);
  return from_bits<float>((bits & 0x7FFFFFFFu) == 0 ? 0x80000001u : bits >> 31 != 0 ? bits + 1u : bits - 1u);
}

// floor(log2f(value)) with a correctly rounded logarithm: one more than floor_log2 where the logarithm rounds up to an integer. Any positive finite float.
FP4J_HOST_DEVICE int floor_log2f(float value) {
  const int below = floor_log2(value);
  const int next = below + 1;
  // value = 2^next * (1 - shortfall), exactly; distance = next - log2(value), to second order.
  const double shortfall = 1.0 - mul_rn(static_cast<double>(value), from_bits<double>(static_cast<std::uint64_t>(1023 - next) << 52));
  const double distance = mul_rn(mul_rn(1.4426950408889634, shortfall), add_rn(1.0, mul_rn(shortfall, 0.5)));
  const float next_float = static_cast<float>(next);
  const double half_ulp = mul_rn(add_rn(static_cast<double>(next_float), -static_cast<double>(next_down(next_float))), 0.5);
  return distance < half_ulp ? next : below;
}

FP4J_HOST_DEVICE float in_precision(const Profile& profile, float value) {
  return profile.scale_precision.exponent_bits == 0 ? value : round_to(profile.scale_precision, value);
}

FP4J_HOST_DEVICE float scale_value(const Profile& profile, float b, float t) {
  const float max = element_max(profile);
  const float inverse = div_rn(1.0f, max);
  const float s = tensor_encode_scale(profile, t);
  switch (profile.scale_formula) {
    case ScaleFormula::f1: return mul_rn(b, mul_rn(s, inverse));
    case ScaleFormula::f2: return mul_rn(in_precision(profile, div_rn(b, max)), s);
    case ScaleFormula::f3: return mul_rn(in_precision(profile, mul_rn(b, inverse)), s);
    case ScaleFormula::f4: return div_rn(in_precision(profile, div_rn(b, max)), t);
    case ScaleFormula::f5: return div_rn(b, mul_rn(max, t));
    case ScaleFormula::f6: return div_rn(mul_rn(b, s), max);
    case ScaleFormula::prescaled: return div_rn(div_rn(b, t), max);
    case ScaleFormula::amax_times_reciprocal: return in_precision(profile, mul_rn(b, inverse));
    case ScaleFormula::encode_of_prescaled: return div_rn(max, div_rn(b, t));
    default: return in_precision(profile, div_rn(b, max));
  }
}

// The code of a power of two taken from exponents. For such a rule only the conversion's format and overflow count.
FP4J_HOST_DEVICE std::uint32_t exponent_code(const Profile& profile, float amax) {
  const FormatData& scale = profile.scale();
  const ScaleFormula formula = profile.scale_formula;
  const int emax = floor_log2(element_max(profile));
  const float infinity = from_bits<float>(infinity_bits);
  if (formula == ScaleFormula::exponent_floor_log2f_wrapped) {
    // The C code converts a float to uint8_t through a 32-bit integer, which is 0x80000000 for an infinity on x86-64.
    return amax > 0.0f && amax < infinity ? static_cast<std::uint32_t>(floor_log2f(amax) - emax + scale.bias) & 0xFFu : 0u;
  }
  float measured = amax;
  if (formula == ScaleFormula::exponent_even && !is_nan(amax)) {
    measured = from_bits<float>((to_bits(amax) + (1u << (22 - profile.element().mantissa_bits))) & 0xFF800000u);
  } else if (formula == ScaleFormula::exponent_field_up) {
    measured = div_rn(amax, element_max(profile));
  } else if (formula == ScaleFormula::exponent_of_multiplier) {
    measured = div_rn(element_max(profile), amax);
  }
  if (!(measured < infinity)) {
    return is_nan(measured) || profile.scale_conversion.overflow != Overflow::saturate ? scale.nan_code() : scale.max_finite_code();
  }
  if (measured == 0.0f) {
    return formula == ScaleFormula::exponent_of_multiplier ? scale.nan_code() : 0u;
  }
  const std::uint32_t bits = to_bits(measured);
  int exponent = 0;
  switch (formula) {
    case ScaleFormula::exponent_ceil: {
      const int floor = floor_log2(measured);
      exponent = floor + (measured == exact_float(1, floor) ? 0 : 1) - emax;
      break;
    }
    case ScaleFormula::exponent_floor_log2f: exponent = floor_log2f(measured) - emax; break;
    case ScaleFormula::exponent_field_up: exponent = static_cast<int>(bits >> 23) - 127 + ((bits & 0x7FFFFFu) == 0 ? 0 : 1); break;
    case ScaleFormula::exponent_of_multiplier: exponent = -floor_log2f(measured); break;
    default: exponent = floor_log2(measured) - emax;
  }
  return static_cast<std::uint32_t>(smaller(larger(exponent + scale.bias, 0), static_cast<int>(scale.max_finite_code())));
}

// ggml's E4M3: half up; below 2^-6 at most code 7; what rounds to 256 or more becomes 448.
FP4J_HOST_DEVICE std::uint32_t ggml_ue4m3_code(float value) {
  if (!(value > 0.0f)) {
    return 0;
  }
  if (value < 0x1p-6f) {
    return smaller(static_cast<std::uint32_t>(add_rn(mul_rn(value, 512.0f), 0.5f)), 7u);
  }
  ConversionData conversion = cuda_conversion(format_data<UE4M3>());
  conversion.rounding = Rounding::nearest_away;
  const std::uint32_t code = encode(conversion, value);
  return code >= 0x78u ? UE4M3::max_finite_code : code;
}

// A code of the scale format by the rule's conversion: the branch-free bodies for the two that nearly everybody uses.
FP4J_HOST_DEVICE std::uint32_t convert_scale(const ConversionData& conversion, float value) {
  const bool plain = conversion.pre_rounding.exponent_bits == 0 && conversion.nan == NanPolicy::positive_nan &&
                     conversion.unsigned_policy == UnsignedPolicy::magnitude;
  if (plain && conversion.format == format_data<UE4M3>() && conversion.rounding == Rounding::nearest_even && conversion.overflow == Overflow::saturate) {
    return encode<UE4M3>(value, satfinite<UE4M3>());
  }
  if (plain && conversion.format == format_data<UE8M0>() && conversion.rounding == Rounding::up &&
      (conversion.overflow == Overflow::saturate || conversion.overflow == Overflow::to_nan)) {
    const std::uint32_t overflow = conversion.overflow == Overflow::saturate ? UE8M0::max_finite_code : UE8M0::nan_code;
    return encode_ue8m0<ScaleRounding::up>(value, Specials{overflow, UE8M0::nan_code, 0u});
  }
  return encode(conversion, value);
}

FP4J_HOST_DEVICE std::uint32_t guarded_after_cast(const Profile& profile, std::uint32_t code) {
  if (profile.scale_guard == ScaleGuard::none || profile.scale_guard == ScaleGuard::zero_before_cast) {
    return code;
  }
  const float value = decode(profile.scale(), code);
  const bool replaced = profile.scale_guard == ScaleGuard::zero_after_cast ? value == 0.0f : !(value > 0.0f && value < from_bits<float>(infinity_bits));
  return replaced ? encode(profile.scale_conversion, profile.scale_guard_value) : code;
}

}  // namespace detail

// The code of a block's scale. widening is 1, or what a search multiplies the scale by before it is rounded.
FP4J_HOST_DEVICE std::uint32_t scale_code(const Profile& profile, float amax, float tensor_scale, float widening = 1.0f) {
  if (profile.is_exponent_rule()) {
    return detail::guarded_after_cast(profile, detail::exponent_code(profile, amax));
  }
  float value = mul_rn(detail::scale_value(profile, amax, tensor_scale), widening);
  if (profile.scale_guard == ScaleGuard::zero_before_cast && value == 0.0f) {
    value = profile.scale_guard_value;
  }
  if (value < profile.scale_lowest) {
    value = profile.scale_lowest;
  } else if (value > profile.scale_highest) {
    value = profile.scale_highest;
  }
  const std::uint32_t code =
      profile.scale_cast == ScaleCast::ggml_ue4m3 ? detail::ggml_ue4m3_code(value) : detail::convert_scale(profile.scale_conversion, value);
  return detail::guarded_after_cast(profile, code);
}

// The value of a scale code, exactly.
FP4J_HOST_DEVICE float scale_of(const Profile& profile, std::uint32_t code) {
  if (profile.scale() == format_data<UE4M3>()) {
    return decode<UE4M3>(code);
  }
  return profile.scale() == format_data<UE8M0>() ? decode_ue8m0(code) : decode(profile.scale(), code);
}

}  // namespace fp4j
