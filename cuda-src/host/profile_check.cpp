#include "profile_check.h"

#include <cstddef>
#include <cstring>

#include "block_loops.h"

namespace fp4j::host {
namespace {

static_assert(sizeof(Profile) == sizeof(fp4j_profile) && offsetof(Profile, scale_conversion) == offsetof(fp4j_profile, scale_conversion) &&
                  offsetof(Profile, element_conversion) == offsetof(fp4j_profile, element_conversion) &&
                  offsetof(Profile, row_multiple) == offsetof(fp4j_profile, row_multiple) && sizeof(ConversionData) == sizeof(fp4j_conversion) &&
                  sizeof(FormatData) == sizeof(fp4j_format),
              "the C ABI's structs");
static_assert(static_cast<int>(ScaleFormula::exponent_of_multiplier) == FP4J_SCALE_EXPONENT_OF_MULTIPLIER &&
                  static_cast<int>(ScaleFormula::exponent_floor) == FP4J_SCALE_EXPONENT_FLOOR && static_cast<int>(EncodeFormula::divide) == FP4J_ENCODE_DIVIDE &&
                  static_cast<int>(ElementCast::floor_of_sum) == FP4J_ELEMENT_FLOOR_OF_SUM &&
                  static_cast<int>(DequantizeFormula::doubled_times_half) == FP4J_DEQUANTIZE_DOUBLED_TIMES_HALF &&
                  static_cast<int>(NanPolicy::refuse) == FP4J_NAN_REFUSE && static_cast<int>(Rounding::stochastic) == FP4J_STOCHASTIC &&
                  static_cast<int>(Overflow::to_infinity) == FP4J_OVERFLOW_TO_INFINITY && static_cast<int>(UnsignedPolicy::nan) == FP4J_UNSIGNED_NAN &&
                  static_cast<int>(ZeroSign::drop) == FP4J_ZERO_DROP_SIGN && static_cast<int>(TensorScaleDirection::decode) == FP4J_TENSOR_SCALE_DECODE,
              "the C ABI's numbers");

template <class Enum>
bool is_at_most(Enum value, Enum last) {
  return static_cast<std::int32_t>(value) >= 0 && static_cast<std::int32_t>(value) <= static_cast<std::int32_t>(last);
}

bool is_flag(std::int32_t value) {
  return value == 0 || value == 1;
}

// Every number of the format must be a float.
bool is_format(const FormatData& format, int most_bits) {
  if (format.exponent_bits < 1 || format.exponent_bits > 8 || format.mantissa_bits < 0 || format.mantissa_bits > 21 || !is_flag(format.is_signed) ||
      !is_at_most(format.top, Top::ieee) || !is_at_most(format.bottom, Bottom::normals) || format.bias < -300 || format.bias > 300) {
    return false;
  }
  const bool top_is_special = format.top == Top::ieee || (format.mantissa_bits == 0 && format.top == Top::single_nan);
  const int lowest = format.min_exponent() - format.mantissa_bits;
  const int highest = (1 << format.exponent_bits) - 1 - format.bias - (top_is_special ? 1 : 0);
  return format.width() <= most_bits && lowest >= -149 && highest <= 127;
}

bool is_conversion(const ConversionData& conversion) {
  const FormatData& format = conversion.format;
  const bool needs_nan = conversion.overflow == Overflow::to_nan || (conversion.nan >= NanPolicy::positive_nan && conversion.nan <= NanPolicy::signed_quiet_nan);
  return is_format(format, 8) && is_at_most(conversion.rounding, Rounding::down) && conversion.random_bits == 0 &&
         is_at_most(conversion.overflow, Overflow::to_infinity) && is_at_most(conversion.nan, NanPolicy::refuse) &&
         is_at_most(conversion.zero_sign, ZeroSign::drop) && is_at_most(conversion.unsigned_policy, UnsignedPolicy::nan) &&
         (conversion.pre_rounding.exponent_bits == 0 || is_format(conversion.pre_rounding, 32)) && (format.has_nan() || !needs_nan) &&
         (format.has_nan() || conversion.unsigned_policy != UnsignedPolicy::nan || format.is_signed != 0) &&
         (format.has_infinity() || conversion.overflow != Overflow::to_infinity);
}

bool fits_together(const Profile& profile) {
  const bool scale_can_refuse = profile.scale_conversion.nan == NanPolicy::refuse ||
                                (profile.scale_conversion.overflow == Overflow::saturate_finite && !profile.scale().has_nan() && !profile.scale().has_infinity());
  // An exponent rule writes the scale format's NaN, and ggml's cast UE4M3 codes.
  return !scale_can_refuse && (!profile.is_exponent_rule() || (profile.scale().mantissa_bits == 0 && profile.scale().has_nan())) &&
         (profile.scale_cast == ScaleCast::convert || profile.scale() == format_data<UE4M3>()) &&
         (profile.element_cast != ElementCast::floor_of_sum || profile.element_conversion.rounding == Rounding::nearest_away) &&
         (profile.nibble_order == NibbleOrder::interleaved_low_first || profile.codes_per_byte() == 2);
}

}  // namespace

bool read_profile(const fp4j_profile& data, Profile* into) {
  std::memcpy(into, &data, sizeof *into);
  const Profile& profile = *into;
  const bool known = is_flag(profile.keeps_nan_in_amax) && is_at_most(profile.tensor_scale, TensorScaleDirection::decode) &&
                     is_at_most(profile.tensor_scale_fallback, TensorScaleFallback::arithmetic) &&
                     is_at_most(profile.scale_formula, ScaleFormula::exponent_of_multiplier) && is_at_most(profile.scale_cast, ScaleCast::ggml_ue4m3) &&
                     is_at_most(profile.scale_guard, ScaleGuard::unusable_after_cast) &&
                     is_at_most(profile.scale_search, ScaleSearch::four_over_six_squared) && is_at_most(profile.encode_formula, EncodeFormula::divide) &&
                     is_at_most(profile.element_cast, ElementCast::floor_of_sum) &&
                     is_at_most(profile.dequantize_formula, DequantizeFormula::doubled_times_half) &&
                     is_at_most(profile.nibble_order, NibbleOrder::planar_halves) && is_at_most(profile.ragged_rows, RaggedRows::pad_with_zeros) &&
                     (profile.scale_precision.exponent_bits == 0 || is_format(profile.scale_precision, 32)) && profile.scale_lowest >= 0.0f &&
                     profile.scale_lowest <= profile.scale_highest;
  return known && profile.block_size >= 2 && profile.block_size % 2 == 0 && profile.block_size <= most_elements_in_block &&
         profile.row_multiple >= profile.block_size && profile.row_multiple % profile.block_size == 0 && is_conversion(profile.scale_conversion) &&
         is_conversion(profile.element_conversion) && fits_together(profile);
}

bool stored_columns(const Profile& profile, std::size_t columns, std::size_t* stored) {
  const std::size_t multiple = static_cast<std::size_t>(profile.row_multiple);
  *stored = (columns + multiple - 1) / multiple * multiple;
  return *stored == columns || profile.ragged_rows == RaggedRows::pad_with_zeros;
}

}  // namespace fp4j::host
