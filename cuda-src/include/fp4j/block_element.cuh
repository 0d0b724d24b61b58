// Elements of a block under its scale, and back: the twin of ReferenceQuantizer. A block's scale and the tensor's are first turned into one or two factors.
#pragma once

#include "fp4j/block_scale.cuh"
#include "fp4j/profile.cuh"

namespace fp4j {

// How an element x is scaled.
enum class Scaling : std::int32_t {
  multiply,           // x * first
  divide,             // x / first
  multiply_multiply,  // (x * first) * second
  divide_divide,      // (x / first) / second
  divide_multiply     // (x / first) * second
};

struct ElementScale {
  Scaling scaling;
  float first;
  float second;
};

namespace detail {

// C's fminf: of a number and a NaN it takes the number.
FP4J_HOST_DEVICE float c_min(float a, float limit) {
  return a <= limit ? a : limit;
}

// Half of a scale as ggml reads its code: E8M0 0xFF is 2^128; E4M3 0x7F is 0, and the next code, 480, follows the last.
FP4J_HOST_DEVICE float ggml_half(const Profile& profile, std::uint32_t code) {
  const FormatData& format = profile.scale();
  const std::uint32_t magnitude = code & format.magnitude_mask();
  const bool nan = magnitude > format.max_finite_code() && !(format.has_infinity() && magnitude == format.infinity_code());
  if (!nan) {
    return mul_rn(decode(format, code), 0.5f);
  }
  if (!format.has_zero()) {
    return 0x1p127f;
  }
  if ((code & 0xFFu) == format.nan_code()) {
    return 0.0f;
  }
  const std::uint32_t last = format.max_finite_code();
  return mul_rn(sub_rn(mul_rn(2.0f, decode(format, last)), decode(format, last - 1)), 0.5f);
}

}  // namespace detail

// What the elements of a block with this scale code are multiplied or divided by. For ElementCast::nearest_product, first is half the scale.
FP4J_HOST_DEVICE ElementScale element_scale(const Profile& profile, std::uint32_t code, float t) {
  if (profile.element_cast == ElementCast::nearest_product) {
    return {Scaling::multiply, detail::ggml_half(profile, code), 0.0f};
  }
  const float s = scale_of(profile, code);
  switch (profile.encode_formula) {
    case EncodeFormula::reciprocal_of_product: {
      const float product = mul_rn(s, div_rn(1.0f, tensor_encode_scale(profile, t)));
      return {Scaling::multiply, detail::c_min(div_rn(1.0f, product), from_bits<float>(max_float_bits)), 0.0f};
    }
    case EncodeFormula::quotient: return {Scaling::multiply, div_rn(tensor_encode_scale(profile, t), s), 0.0f};
    case EncodeFormula::bf16_coefficient: {
      const float largest = from_bits<float>(0x7F7F0000u);
      ConversionData saturating = cuda_conversion(format_data<BF16>());
      return {Scaling::multiply,
              decode(format_data<BF16>(), encode(saturating, detail::c_min(div_rn(tensor_encode_scale(profile, t), s), largest))), 0.0f};
    }
    case EncodeFormula::reciprocal_of_decode: return {Scaling::multiply, div_rn(div_rn(1.0f, t), s), 0.0f};
    case EncodeFormula::divide_by_product: return {Scaling::divide, mul_rn(s, t), 0.0f};
    case EncodeFormula::divide_by_quotient: return {Scaling::divide, div_rn(s, t), 0.0f};
    case EncodeFormula::prescaled_reciprocal: return {Scaling::multiply_multiply, t, div_rn(1.0f, s)};
    case EncodeFormula::prescaled_divide: return {Scaling::divide_divide, t, s};
    case EncodeFormula::prescaled_multiply: return {Scaling::divide_multiply, t, s};
    default: return {Scaling::divide, s, 0.0f};
  }
}

// An element before it is rounded. A NaN that arises is positive; one that comes in keeps its sign and payload, made quiet.
FP4J_HOST_DEVICE float scaled(const ElementScale& scale, float x) {
  float value = x;
  switch (scale.scaling) {
    case Scaling::multiply: value = mul_rn(x, scale.first); break;
    case Scaling::divide: value = div_rn(x, scale.first); break;
    case Scaling::multiply_multiply: value = mul_rn(mul_rn(x, scale.first), scale.second); break;
    case Scaling::divide_divide: value = div_rn(div_rn(x, scale.first), scale.second); break;
    case Scaling::divide_multiply: value = mul_rn(div_rn(x, scale.first), scale.second); break;
  }
  if (!is_nan(value)) {
    return value;
  }
  return from_bits<float>(is_nan(x) ? to_bits(x) | 0x400000u : canonical_nan_bits);
}

namespace detail {

// Whether a conversion is to E2M1, nearest-even and saturating, so that only NaN and the sign of zero can differ from NVIDIA's.
FP4J_HOST_DEVICE constexpr bool is_plain_e2m1(const ConversionData& conversion) {
  return conversion.format == format_data<E2M1>() && conversion.rounding == Rounding::nearest_even && conversion.overflow == Overflow::saturate &&
         conversion.pre_rounding.exponent_bits == 0 && conversion.zero_sign != ZeroSign::drop;
}

FP4J_HOST_DEVICE std::uint32_t convert_element(const ConversionData& conversion, float value) {
  if (!is_plain_e2m1(conversion)) {
    return encode(conversion, value);
  }
  const std::uint32_t code = encode<E2M1>(value, satfinite<E2M1>());
  if (is_nan(value)) {
    return nan_code(conversion, to_bits(value));
  }
  return conversion.zero_sign == ZeroSign::drop_of_zero && value == 0.0f ? 0u : code;
}

FP4J_HOST_DEVICE std::uint32_t floor_of_sum(const ConversionData& conversion, float value) {
  const float size = magnitude(value);
  if (!(size < from_bits<float>(infinity_bits)) || size == 0.0f) {
    return encode(conversion, value);
  }
  const int exponent = larger(floor_log2(size), conversion.format.min_exponent()) - conversion.format.mantissa_bits;
  const float ulp = exact_float(1, exponent);
  const float sum = add_rn(div_rn(size, ulp), 0.5f);
  // The quotient has an exponent of at most the format's mantissa bits, so that its floor fits an int.
  const float rounded = mul_rn(static_cast<float>(static_cast<std::int32_t>(sum)), ulp);
  return encode(conversion, rounded == 0.0f ? value : from_bits<float>(to_bits(rounded) | (to_bits(value) & 0x80000000u)));
}

FP4J_HOST_DEVICE std::uint32_t nearest_product(const FormatData& format, float half, float x) {
  std::uint32_t best = 0;
  float least = magnitude(sub_rn(mul_rn(0.0f, half), x));
  for (std::uint32_t code = 1; code < 1u << format.width(); code++) {
    const float error = magnitude(sub_rn(mul_rn(mul_rn(2.0f, decode(format, code)), half), x));
    if (error < least) {
      best = code;
      least = error;
    }
  }
  return best;
}

}  // namespace detail

// The code of an element of a block with this scale; no_code, with other bits perhaps, if the profile refuses it.
FP4J_HOST_DEVICE std::uint32_t element_code(const Profile& profile, const ElementScale& scale, float x) {
  switch (profile.element_cast) {
    case ElementCast::convert_magnitude: {
      const float size = magnitude(scaled(scale, x));
      return detail::convert_element(profile.element_conversion, size) | (x < 0.0f && !is_nan(size) ? profile.element().sign_mask() : 0u);
    }
    case ElementCast::floor_of_sum: return detail::floor_of_sum(profile.element_conversion, scaled(scale, x));
    case ElementCast::nearest_product: return detail::nearest_product(profile.element(), scale.first, x);
    default: return detail::convert_element(profile.element_conversion, scaled(scale, x));
  }
}

// How elements of a block are restored: (q op first) * second, or q * first where second is not used.
struct RestoringScale {
  bool divides;     // q / first
  bool has_second;  // then * second
  bool drops_zero_sign;
  float first;
  float second;
};

FP4J_HOST_DEVICE RestoringScale restoring_scale(const Profile& profile, std::uint32_t code, float t) {
  if (profile.dequantize_formula == DequantizeFormula::doubled_times_half) {
    return {false, false, true, detail::ggml_half(profile, code), 0.0f};
  }
  const float s = scale_of(profile, code);
  switch (profile.dequantize_formula) {
    case DequantizeFormula::amax_times_factor: {
      const float factor = div_rn(1.0f, mul_rn(profile.tensor_scale_max, element_max(profile)));
      return {false, false, false, mul_rn(mul_rn(s, t), factor), 0.0f};
    }
    case DequantizeFormula::product: return {false, false, false, mul_rn(s, t), 0.0f};
    case DequantizeFormula::quotient: return {false, false, false, div_rn(s, t), 0.0f};
    case DequantizeFormula::tensor_scale_last: return {false, true, false, s, t};
    case DequantizeFormula::divide_by_encode_scale: return {true, true, false, s, t};
    default: return {false, false, false, s, 0.0f};
  }
}

// The value of an element code.
FP4J_HOST_DEVICE float restored(const Profile& profile, const RestoringScale& scale, std::uint32_t code) {
  const float q = profile.element() == format_data<E2M1>() ? decode<E2M1>(code) : decode(profile.element(), code);
  if (scale.drops_zero_sign) {
    return mul_rn(q == 0.0f ? 0.0f : mul_rn(2.0f, q), scale.first);
  }
  const float value = scale.divides ? div_rn(q, scale.first) : mul_rn(q, scale.first);
  return scale.has_second ? mul_rn(value, scale.second) : value;
}

// One element of the error sum of a ScaleSearch: q the code's value, s the scale's.
FP4J_HOST_DEVICE float search_error(const Profile& profile, float s, float t, std::uint32_t code, float x) {
  const float q = profile.element() == format_data<E2M1>() ? decode<E2M1>(code) : decode(profile.element(), code);
  const float divisor = mul_rn(element_max(profile), profile.tensor_scale_max);
  const float difference = sub_rn(div_rn(mul_rn(mul_rn(q, s), t), divisor), x);
  return profile.scale_search == ScaleSearch::four_over_six_squared ? mul_rn(difference, difference) : magnitude(difference);
}

}  // namespace fp4j
