// Any conversion between float32 and a narrow format, as data: the twin of io.github.fp4j.formats.ReferenceCodec. Integers only, one place that rounds, no format
// known by name. The structs have the layout of fp4j_format and fp4j_conversion in fp4j.h. Where the data is a compile-time constant the compiler folds it in.
#pragma once

#include "fp4j/format.cuh"
#include "fp4j/platform.cuh"

namespace fp4j {

// What exponent field 0 means.
enum class Bottom : std::int32_t { zero_and_subnormals, normals };

struct FormatData {
  std::int32_t exponent_bits;
  std::int32_t mantissa_bits;
  std::int32_t bias;
  std::int32_t is_signed;
  Top top;
  Bottom bottom;

  FP4J_HOST_DEVICE constexpr int magnitude_bits() const { return exponent_bits + mantissa_bits; }
  FP4J_HOST_DEVICE constexpr int width() const { return magnitude_bits() + is_signed; }
  FP4J_HOST_DEVICE constexpr std::uint32_t sign_mask() const { return is_signed != 0 ? 1u << magnitude_bits() : 0u; }
  FP4J_HOST_DEVICE constexpr std::uint32_t magnitude_mask() const { return (1u << magnitude_bits()) - 1u; }
  FP4J_HOST_DEVICE constexpr std::uint32_t max_finite_code() const {
    return magnitude_mask() - (top == Top::numbers ? 0u : top == Top::single_nan ? 1u : 1u << mantissa_bits);
  }
  FP4J_HOST_DEVICE constexpr bool has_zero() const { return bottom == Bottom::zero_and_subnormals; }
  FP4J_HOST_DEVICE constexpr bool has_infinity() const { return top == Top::ieee; }
  FP4J_HOST_DEVICE constexpr bool has_nan() const { return top == Top::single_nan || (top == Top::ieee && mantissa_bits > 0); }
  FP4J_HOST_DEVICE constexpr std::uint32_t infinity_code() const { return max_finite_code() + 1u; }  // where has_infinity
  FP4J_HOST_DEVICE constexpr std::uint32_t nan_code() const { return magnitude_mask(); }             // where has_nan: every mantissa bit set
  FP4J_HOST_DEVICE constexpr int min_exponent() const { return (has_zero() ? 1 : 0) - bias; }

  FP4J_HOST_DEVICE constexpr bool operator==(const FormatData& other) const {
    return exponent_bits == other.exponent_bits && mantissa_bits == other.mantissa_bits && bias == other.bias && is_signed == other.is_signed &&
           top == other.top && bottom == other.bottom;
  }
};

template <class F>
FP4J_HOST_DEVICE constexpr FormatData format_data() {
  return {F::exponent_bits, F::mantissa_bits, F::bias, F::is_signed ? 1 : 0, F::top, Bottom::zero_and_subnormals};
}

template <>
FP4J_HOST_DEVICE constexpr FormatData format_data<UE8M0>() {
  return {8, 0, 127, 0, Top::single_nan, Bottom::normals};
}

using BF16 = Format<8, 7, true, Top::ieee>;

// Directions are those of the signed value.
enum class Rounding : std::int32_t { nearest_even, nearest_away, nearest_toward_zero, toward_zero, up, down, stochastic };

enum class Overflow : std::int32_t { saturate, saturate_finite, saturate_finite_infinity_to_zero, to_nan, to_infinity };

enum class NanPolicy : std::int32_t {
  positive_max,
  signed_max,
  zero,
  negated_zero,
  positive_nan,
  signed_nan,
  negative_nan,
  signed_quiet_nan,
  untested,
  refuse
};

enum class ZeroSign : std::int32_t { keep, drop_of_zero, drop };

enum class UnsignedPolicy : std::int32_t { magnitude, smallest, nan };

struct ConversionData {
  FormatData format;
  Rounding rounding;
  std::int32_t random_bits;  // 1..32 for stochastic rounding
  Overflow overflow;
  NanPolicy nan;
  ZeroSign zero_sign;
  UnsignedPolicy unsigned_policy;
  FormatData pre_rounding;  // exponent_bits = 0 for none
};

FP4J_HOST_DEVICE constexpr FormatData no_format() {
  return {0, 0, 0, 0, Top::numbers, Bottom::zero_and_subnormals};
}

// NVIDIA's conversion: nearest-even (up for a format without zero), saturating, the sign of zero kept, NaN to the positive maximum or the positive NaN.
FP4J_HOST_DEVICE constexpr ConversionData cuda_conversion(const FormatData& format) {
  return {format, format.has_zero() ? Rounding::nearest_even : Rounding::up, 0, Overflow::saturate,
          format.has_nan() ? NanPolicy::positive_nan : NanPolicy::positive_max, ZeroSign::keep, UnsignedPolicy::magnitude, no_format()};
}

// What encode gives for an input that the conversion refuses: larger than any code.
inline constexpr std::uint32_t no_code = 0x80000000u;

// The value of a code, exactly; NaN is the canonical one. Bits above the format's width are ignored.
FP4J_HOST_DEVICE_LARGE float decode(const FormatData& format, std::uint32_t code) {
  const std::uint32_t magnitude = code & format.magnitude_mask();
  const std::uint32_t sign = format.is_signed != 0 ? (code >> format.magnitude_bits() & 1u) << 31 : 0u;
  if (magnitude > format.max_finite_code()) {
    return from_bits<float>(format.has_infinity() && magnitude == format.infinity_code() ? infinity_bits | sign : canonical_nan_bits);
  }
  const std::uint32_t field = magnitude >> format.mantissa_bits;
  const std::uint32_t mantissa = magnitude & ((1u << format.mantissa_bits) - 1u);
  const bool is_subnormal = field == 0 && format.has_zero();
  const std::uint32_t significand = is_subnormal ? mantissa : mantissa | 1u << format.mantissa_bits;
  const int exponent = (is_subnormal ? 1 : static_cast<int>(field)) - format.bias - format.mantissa_bits;
  return from_bits<float>(to_bits(exact_float(significand, exponent)) | sign);
}

namespace detail {

FP4J_HOST_DEVICE std::uint32_t overflow_code(const ConversionData& conversion) {
  switch (conversion.overflow) {
    case Overflow::to_nan: return conversion.format.nan_code();
    case Overflow::to_infinity: return conversion.format.infinity_code();
    default: return conversion.format.max_finite_code();
  }
}

FP4J_HOST_DEVICE std::uint32_t infinity_code(const ConversionData& conversion) {
  const FormatData& format = conversion.format;
  switch (conversion.overflow) {
    case Overflow::saturate_finite_infinity_to_zero: return 0;
    case Overflow::saturate_finite: return format.has_infinity() ? format.infinity_code() : format.has_nan() ? format.nan_code() : no_code;
    default: return overflow_code(conversion);
  }
}

// Puts the sign on the magnitude of an infinity or a finite number.
FP4J_HOST_DEVICE std::uint32_t with_sign(const ConversionData& conversion, bool negative, std::uint32_t magnitude) {
  const FormatData& format = conversion.format;
  if (!negative) {
    return magnitude;
  }
  if (format.is_signed != 0) {
    const bool dropped = magnitude == 0 && format.has_zero() && conversion.zero_sign == ZeroSign::drop;
    return dropped ? magnitude : magnitude | format.sign_mask();
  }
  switch (conversion.unsigned_policy) {
    case UnsignedPolicy::smallest: return 0;
    case UnsignedPolicy::nan: return format.nan_code();
    default: return magnitude;
  }
}

// Rebias, add half less one and the parity bit, shift: what an integer rounding without a NaN test leaves in the low bits.
FP4J_HOST_DEVICE std::uint32_t untested_nan(const FormatData& format, std::uint32_t bits) {
  const int shift = 23 - format.mantissa_bits;
  const std::uint32_t magnitude = bits & 0x7FFFFFFFu;
  const std::uint32_t odd = magnitude >> shift & 1u;
  const std::uint32_t rebiased = magnitude + (static_cast<std::uint32_t>(format.bias - 127) << 23);
  return (rebiased + (1u << (shift - 1)) - 1u + odd) >> shift & format.magnitude_mask();
}

FP4J_HOST_DEVICE std::uint32_t nan_code(const ConversionData& conversion, std::uint32_t bits) {
  const FormatData& format = conversion.format;
  const std::uint32_t sign = format.sign_mask();
  const std::uint32_t own_sign = bits >> 31 != 0 ? sign : 0u;
  switch (conversion.nan) {
    case NanPolicy::positive_max: return format.max_finite_code();
    case NanPolicy::signed_max: return format.max_finite_code() | own_sign;
    case NanPolicy::zero: return 0;
    case NanPolicy::negated_zero: return sign ^ own_sign;
    case NanPolicy::positive_nan: return format.nan_code();
    case NanPolicy::signed_nan: return format.nan_code() | own_sign;
    case NanPolicy::negative_nan: return format.nan_code() | sign;
    case NanPolicy::signed_quiet_nan:
      return (format.top == Top::ieee ? format.infinity_code() | 1u << (format.mantissa_bits - 1) : format.nan_code()) | own_sign;
    case NanPolicy::untested: return untested_nan(format, bits) | own_sign;
    default: return no_code;
  }
}

// remainder / 2^bits as a multiple of 2^-62, the lowest bit set when anything was cut off.
FP4J_HOST_DEVICE std::uint64_t fraction_62(std::uint64_t remainder, int bits) {
  if (bits <= 62) {
    return remainder << (62 - bits);
  }
  const int shift = bits - 62;
  const std::uint64_t cut = shift > 62 ? 0u : remainder >> shift;
  const bool sticky = shift > 62 ? remainder != 0 : cut << shift != remainder;
  return sticky ? cut | 1u : cut;
}

FP4J_HOST_DEVICE bool rounds_away(const ConversionData& conversion, bool negative, bool odd, std::uint64_t rest, std::uint32_t random) {
  constexpr std::uint64_t half = std::uint64_t{1} << 61;
  switch (conversion.rounding) {
    case Rounding::nearest_even: return rest > half || (rest == half && odd);
    case Rounding::nearest_away: return rest >= half;
    case Rounding::nearest_toward_zero: return rest > half;
    case Rounding::toward_zero: return false;
    case Rounding::up: return rest != 0 && !negative;
    case Rounding::down: return rest != 0 && negative;
    default: return ((rest >> (62 - conversion.random_bits)) + random) >> conversion.random_bits != 0;
  }
}

// The magnitude code of a positive finite number that is not zero; negative matters to directed roundings. The only place that rounds.
FP4J_HOST_DEVICE std::uint32_t round_and_pack(const ConversionData& conversion, bool negative, std::uint32_t magnitude, std::uint32_t random) {
  const FormatData& format = conversion.format;
  const int m = format.mantissa_bits;
  const std::uint32_t field = magnitude >> 23;
  const std::uint64_t significand = field == 0 ? magnitude : (magnitude & 0x7FFFFFu) | 0x800000u;
  const int exponent = (field == 0 ? 1 : static_cast<int>(field)) - 150;
  const int leading = exponent + bit_length(significand) - 1;
  const int binade = larger(leading, format.min_exponent());
  const int discarded = binade - m - exponent;  // how many low bits of the significand lie below the last kept bit
  std::uint64_t kept;
  std::uint64_t rest = 0;
  if (discarded <= 0) {
    kept = significand << -discarded;
  } else {
    kept = discarded > 62 ? 0u : significand >> discarded;
    rest = fraction_62(significand - (discarded > 62 ? 0u : kept << discarded), discarded);
  }
  std::int64_t code = (static_cast<std::int64_t>(binade - format.min_exponent()) << m) + static_cast<std::int64_t>(kept) -
                      (format.has_zero() ? 0 : std::int64_t{1} << m);
  if (rounds_away(conversion, negative, (code & 1) != 0, rest, random)) {
    code++;
  }
  code = larger(code, std::int64_t{0});  // a format without zero: everything below its smallest number becomes that
  return code > static_cast<std::int64_t>(format.max_finite_code()) ? overflow_code(conversion) : static_cast<std::uint32_t>(code);
}

// bits are those of the value, finite or infinite or NaN; of a NaN nan_bits.
FP4J_HOST_DEVICE_LARGE std::uint32_t encode_once(const ConversionData& conversion, std::uint32_t bits, std::uint32_t nan_bits, std::uint32_t random) {
  const FormatData& format = conversion.format;
  const std::uint32_t magnitude = bits & 0x7FFFFFFFu;
  bool negative = bits >> 31 != 0;
  if (magnitude > infinity_bits) {
    return nan_code(conversion, nan_bits);
  }
  if (magnitude == infinity_bits) {
    return with_sign(conversion, negative, infinity_code(conversion));
  }
  if (format.is_signed == 0 && (negative || (magnitude == 0 && !format.has_zero()))) {
    switch (conversion.unsigned_policy) {
      case UnsignedPolicy::smallest: return 0;
      case UnsignedPolicy::nan: return format.nan_code();
      default: negative = false;
    }
  }
  if (magnitude == 0) {
    return conversion.zero_sign == ZeroSign::keep && negative ? format.sign_mask() : 0u;
  }
  return with_sign(conversion, negative, round_and_pack(conversion, negative, magnitude, random));
}

}  // namespace detail

// The code of value; random holds the random bits of a stochastic rounding in its low end. no_code, with other bits perhaps, if the conversion refuses the value.
FP4J_HOST_DEVICE std::uint32_t encode(const ConversionData& conversion, float value, std::uint32_t random = 0) {
  const std::uint32_t bits = to_bits(value);
  std::uint32_t rounded = bits;
  if (conversion.pre_rounding.exponent_bits != 0 && (bits & 0x7FFFFFFFu) < infinity_bits) {
    ConversionData wider = cuda_conversion(conversion.pre_rounding);
    wider.overflow = conversion.pre_rounding.has_infinity() ? Overflow::to_infinity : Overflow::saturate;
    rounded = to_bits(decode(conversion.pre_rounding, detail::encode_once(wider, bits, bits, 0)));
  }
  return detail::encode_once(conversion, rounded, bits, random);
}

// value rounded to nearest-even in another format, overflow to its infinity.
FP4J_HOST_DEVICE float round_to(const FormatData& format, float value) {
  ConversionData conversion = cuda_conversion(format);
  conversion.overflow = format.has_infinity() ? Overflow::to_infinity : Overflow::saturate;
  return decode(format, detail::encode_once(conversion, to_bits(value), to_bits(value), 0));
}

}  // namespace fp4j
