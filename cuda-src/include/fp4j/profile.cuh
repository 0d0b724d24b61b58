// What one implementation does when it quantises to a block format, as data: the twin of io.github.fp4j.formats.block.QuantizationProfile, with the layout of
// fp4j_profile in fp4j.h, so that the same bytes serve the C ABI and a kernel's parameter. Formulas: every operation rounds to float32 once, in the order written;
// b is the block's largest magnitude, M the largest element, s the block scale, t the tensor scale as stored, S the tensor's encode scale, q an element's value.
#pragma once

#include "fp4j/conversion.cuh"

namespace fp4j {

enum class TensorScaleDirection : std::int32_t {
  none,    // no tensor scale: counts as 1
  amax,    // the largest magnitude itself
  encode,  // N / amax, N being scale_max * M
  decode   // amax / N
};

enum class TensorScaleFallback : std::int32_t {
  one,        // the encode scale is at most the largest float, and 1 where amax or the quotient is 0
  arithmetic  // plain division
};

enum class ScaleFormula : std::int32_t {
  f1,                     // b * (S * (1/M))
  f2,                     // (b / M) * S
  f3,                     // (b * (1/M)) * S
  f4,                     // (b / M) / t
  f5,                     // b / (M * t)
  f6,                     // (b * S) / M
  prescaled,              // (b / t) / M
  amax_over_max,          // b / M
  amax_times_reciprocal,  // b * (1/M)
  encode_of_prescaled,    // M / (b / t)
  // From here on powers of two, taken from exponents and clamped to the scale format.
  exponent_floor,                // floor(log2 b) - emax
  exponent_ceil,                 // ceil(log2 b) - emax
  exponent_even,                 // floor(log2 r) - emax, r being b rounded, half up, to the element's mantissa bits
  exponent_floor_log2f,          // floor(log2f(b)) - emax
  exponent_floor_log2f_wrapped,  // the same, wrapped to eight bits; 0 for zero and infinity (ggml)
  exponent_field_up,             // the exponent field of b / M, plus one where any fraction bit is set
  exponent_of_multiplier         // -floor(log2f(M / b))
};

enum class ScaleCast : std::int32_t { convert, ggml_ue4m3 };

enum class ScaleGuard : std::int32_t { none, zero_before_cast, zero_after_cast, unusable_after_cast };

enum class ScaleSearch : std::int32_t { none, four_over_six_absolute, four_over_six_squared };

enum class EncodeFormula : std::int32_t {
  reciprocal_of_product,  // x * min(1 / (s * (1/S)), FLT_MAX)
  quotient,               // x * (S / s)
  bf16_coefficient,       // x * bf16(min(S / s, largest bf16))
  reciprocal_of_decode,   // x * ((1/t) / s)
  divide_by_product,      // x / (s * t)
  divide_by_quotient,     // x / (s / t)
  prescaled_reciprocal,   // (x * t) * (1/s)
  prescaled_divide,       // (x / t) / s
  prescaled_multiply,     // (x / t) * s
  divide                  // x / s
};

enum class ElementCast : std::int32_t {
  convert,
  convert_magnitude,  // |scaled| converted, the sign of x put on
  nearest_product,    // the first code whose product with the scale is nearest to x (ggml)
  floor_of_sum        // floor(|scaled| / ulp + 1/2) * ulp
};

enum class DequantizeFormula : std::int32_t {
  amax_times_factor,       // ((s * t) * (1/N)) * q
  product,                 // (s * t) * q
  quotient,                // (s / t) * q
  tensor_scale_last,       // (q * s) * t
  divide_by_encode_scale,  // (q / s) * t
  scale_only,              // q * s
  doubled_times_half       // (2q) * (s/2), scale codes read as ggml does
};

enum class NibbleOrder : std::int32_t { interleaved_low_first, planar_halves };

enum class RaggedRows : std::int32_t { refuse, pad_with_zeros };

struct Profile {
  std::int32_t block_size;
  std::int32_t keeps_nan_in_amax;
  TensorScaleDirection tensor_scale;
  TensorScaleFallback tensor_scale_fallback;
  float tensor_scale_max;

  ScaleFormula scale_formula;
  FormatData scale_precision;  // what a quotient or product of b and a constant is rounded to; exponent_bits = 0 for float32
  float scale_lowest;
  float scale_highest;
  ConversionData scale_conversion;
  ScaleCast scale_cast;
  ScaleGuard scale_guard;
  float scale_guard_value;
  ScaleSearch scale_search;

  EncodeFormula encode_formula;
  ElementCast element_cast;
  ConversionData element_conversion;

  DequantizeFormula dequantize_formula;
  NibbleOrder nibble_order;
  RaggedRows ragged_rows;
  std::int32_t row_multiple;

  FP4J_HOST_DEVICE constexpr const FormatData& element() const { return element_conversion.format; }
  FP4J_HOST_DEVICE constexpr const FormatData& scale() const { return scale_conversion.format; }
  FP4J_HOST_DEVICE constexpr int codes_per_byte() const { return element().width() <= 4 ? 2 : 1; }
  FP4J_HOST_DEVICE constexpr bool is_exponent_rule() const { return scale_formula >= ScaleFormula::exponent_floor; }
};

static_assert(sizeof(Profile) == 60 * 4, "four-byte fields without gaps");

// The byte within a block that holds an element, and how far the element is shifted up in it.
FP4J_HOST_DEVICE int byte_of(const Profile& profile, int element) {
  if (profile.codes_per_byte() == 1) {
    return element;
  }
  return profile.nibble_order == NibbleOrder::interleaved_low_first ? element / 2 : element % (profile.block_size / 2);
}

FP4J_HOST_DEVICE int shift_of(const Profile& profile, int element) {
  if (profile.codes_per_byte() == 1) {
    return 0;
  }
  const bool high = profile.nibble_order == NibbleOrder::interleaved_low_first ? element % 2 == 1 : element >= profile.block_size / 2;
  return high ? 4 : 0;
}

}  // namespace fp4j
