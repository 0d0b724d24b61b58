// fp4j's own conversions over arrays. Compiled several times with FP4J_LOOPS naming the table and other instruction sets switched on: everything but the table
// has internal linkage, so that no copy made for one instruction set can serve another.
#include <type_traits>

#include "fp4j/decode.cuh"
#include "fp4j/encode.cuh"
#include "loops.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace fp4j::host {
namespace {

#include "packing.inc"

#include "vector_stores.h"

#include "e2m1_vectors.h"

#include "conversion_vectors.h"

template <class F, class Real>
void encode_all(const Real* values, std::uint8_t* codes, std::size_t count, const Specials& specials) {
  const Specials local = specials;
  std::size_t i = 0;
#if defined(FP4J_CONVERSION_VECTORS)
  if constexpr (std::is_same_v<Real, float>) {
    for (; i + encoded_at_once <= count; i += encoded_at_once) {
      encode_at_once<F>(values + i, codes + i, local);
    }
  }
#endif
  for (; i < count; i++) {
    codes[i] = static_cast<std::uint8_t>(encode<F>(values[i], local));
  }
}

template <ScaleRounding Rounding, class Real>
void encode_all_ue8m0(const Real* values, std::uint8_t* codes, std::size_t count, const Specials& specials) {
  const Specials local = specials;
  for (std::size_t i = 0; i < count; i++) {
    codes[i] = static_cast<std::uint8_t>(encode_ue8m0<Rounding>(values[i], local));
  }
}

#if defined(__AVX512VBMI__)

// The tables are made once.
template <class F>
const DecodingTables& tables_of() {
  static const DecodingTables tables([](std::uint32_t code) { return decode<F>(code); });
  return tables;
}

template <>
const DecodingTables& tables_of<UE8M0>() {
  static const DecodingTables tables([](std::uint32_t code) { return decode_ue8m0(code); });
  return tables;
}

template <class F>
std::size_t decode_in_vectors(const std::uint8_t* codes, float* values, std::size_t count) {
  return count >= least_streamed ? decode_by_tables<StreamedStores>(tables_of<F>(), codes, values, count)
                                 : decode_by_tables<PlainStores>(tables_of<F>(), codes, values, count);
}

#elif defined(FP4J_CONVERSION_VECTORS)

template <class F>
std::size_t decode_in_vectors(const std::uint8_t* codes, float* values, std::size_t count) {
  return count >= least_streamed ? decode_by_halves<F, StreamedStores>(codes, values, count) : decode_by_halves<F, PlainStores>(codes, values, count);
}

template <>
std::size_t decode_in_vectors<UE8M0>(const std::uint8_t*, float*, std::size_t) {
  return 0;
}

#else

template <class F>
std::size_t decode_in_vectors(const std::uint8_t*, float*, std::size_t) {
  return 0;
}

#endif

template <class F>
void decode_all(const std::uint8_t* codes, float* values, std::size_t count) {
  for (std::size_t i = decode_in_vectors<F>(codes, values, count); i < count; i++) {
    values[i] = decode<F>(codes[i]);
  }
}

void decode_all_ue8m0(const std::uint8_t* codes, float* values, std::size_t count) {
  for (std::size_t i = decode_in_vectors<UE8M0>(codes, values, count); i < count; i++) {
    values[i] = decode_ue8m0(codes[i]);
  }
}

constexpr Encoder none = {nullptr, nullptr, {0, 0, 0}};

template <class F>
bool matches(const fp4j_format& format) {
  constexpr std::int32_t top = F::top == Top::numbers ? FP4J_TOP_NUMBERS : F::top == Top::single_nan ? FP4J_TOP_SINGLE_NAN : FP4J_TOP_IEEE;
  return format.exponent_bits == F::exponent_bits && format.mantissa_bits == F::mantissa_bits && format.bias == F::bias &&
         (format.is_signed != 0) == F::is_signed && format.top_codes == top && format.bottom_codes == FP4J_BOTTOM_ZERO_AND_SUBNORMALS;
}

bool is_ue8m0(const fp4j_format& format) {
  constexpr fp4j_format ue8m0 = FP4J_UE8M0;
  return format.exponent_bits == ue8m0.exponent_bits && format.mantissa_bits == ue8m0.mantissa_bits && format.bias == ue8m0.bias &&
         format.is_signed == 0 && format.top_codes == ue8m0.top_codes && format.bottom_codes == ue8m0.bottom_codes;
}

// The codes of a format that a conversion can choose among.
struct SpecialCodes {
  bool has_nan;
  bool has_infinity;
  std::uint32_t max;
  std::uint32_t infinity;
  std::uint32_t nan;
  std::uint32_t quiet_nan;
  std::uint32_t sign;
};

template <class F>
constexpr SpecialCodes special_codes = {F::has_nan, F::has_infinity, F::max_finite_code, F::infinity_code, F::nan_code, F::quiet_nan_code, F::sign_mask};

template <>
constexpr SpecialCodes special_codes<UE8M0> = {true, false, UE8M0::max_finite_code, 0, UE8M0::nan_code, UE8M0::nan_code, 0};

// What the conversion makes of overflow and NaN; false where the format has no such code or the loops cannot make it.
bool specials_of(const fp4j_conversion& conversion, const SpecialCodes& codes, Specials* into) {
  switch (conversion.overflow) {
    case FP4J_SATURATE: into->overflow = codes.max; break;
    case FP4J_OVERFLOW_TO_NAN: into->overflow = codes.nan; break;
    case FP4J_OVERFLOW_TO_INFINITY: into->overflow = codes.infinity; break;
    default: return false;
  }
  bool needs_nan = conversion.overflow == FP4J_OVERFLOW_TO_NAN;
  into->nan_sign_mask = 0;
  switch (conversion.nan) {
    case FP4J_NAN_POSITIVE_MAX: into->nan = codes.max; break;
    case FP4J_NAN_SIGNED_MAX: into->nan = codes.max; into->nan_sign_mask = codes.sign; break;
    case FP4J_NAN_ZERO: into->nan = 0; break;
    case FP4J_NAN_NEGATED_ZERO: into->nan = codes.sign; into->nan_sign_mask = codes.sign; break;
    case FP4J_NAN_POSITIVE: into->nan = codes.nan; needs_nan = true; break;
    case FP4J_NAN_SIGNED: into->nan = codes.nan; into->nan_sign_mask = codes.sign; needs_nan = true; break;
    case FP4J_NAN_NEGATIVE: into->nan = codes.nan | codes.sign; needs_nan = true; break;
    case FP4J_NAN_SIGNED_QUIET: into->nan = codes.quiet_nan; into->nan_sign_mask = codes.sign; needs_nan = true; break;
    default: return false;
  }
  return (codes.has_nan || !needs_nan) && (codes.has_infinity || conversion.overflow != FP4J_OVERFLOW_TO_INFINITY) && into->overflow <= codes.max + 1;
}

template <class F>
bool encoder_of(const fp4j_conversion& conversion, Encoder* into) {
  if (!matches<F>(conversion.format)) {
    return false;
  }
  Encoder encoder = {encode_all<F, float>, encode_all<F, double>, {0, 0, 0}};
  const bool known = conversion.rounding == FP4J_NEAREST_EVEN &&
                     (F::is_signed ? conversion.zero_sign == FP4J_ZERO_KEEP_SIGN : conversion.unsigned_policy == FP4J_UNSIGNED_MAGNITUDE) &&
                     specials_of(conversion, special_codes<F>, &encoder.specials);
  *into = known ? encoder : none;
  return true;
}

template <ScaleRounding Rounding>
constexpr Encoder ue8m0_loops = {encode_all_ue8m0<Rounding, float>, encode_all_ue8m0<Rounding, double>, {0, 0, 0}};

Encoder ue8m0_encoder(const fp4j_conversion& conversion) {
  Encoder encoder = none;
  switch (conversion.rounding) {
    case FP4J_UP: encoder = ue8m0_loops<ScaleRounding::up>; break;
    case FP4J_TOWARD_ZERO: encoder = ue8m0_loops<ScaleRounding::toward_zero>; break;
    case FP4J_NEAREST_AWAY: encoder = ue8m0_loops<ScaleRounding::ties_away>; break;
    case FP4J_NEAREST_EVEN: encoder = ue8m0_loops<ScaleRounding::ties_even>; break;
    default: return none;
  }
  const bool known = conversion.unsigned_policy == FP4J_UNSIGNED_MAGNITUDE && specials_of(conversion, special_codes<UE8M0>, &encoder.specials);
  return known ? encoder : none;
}

Encoder encoder(const fp4j_conversion& conversion) {
  Encoder found = none;
  if (conversion.pre_rounding.exponent_bits != 0) {
    return none;
  }
  if (is_ue8m0(conversion.format)) {
    return ue8m0_encoder(conversion);
  }
  const bool matched = encoder_of<E2M1>(conversion, &found) || encoder_of<E4M3>(conversion, &found) || encoder_of<UE4M3>(conversion, &found) ||
                       encoder_of<E5M2>(conversion, &found) || encoder_of<E2M3>(conversion, &found) || encoder_of<E3M2>(conversion, &found) ||
                       encoder_of<E4M3Ieee>(conversion, &found) || encoder_of<UE5M3>(conversion, &found);
  return matched ? found : none;
}

template <class F>
bool decoder_of(const fp4j_format& format, Decode* into) {
  if (matches<F>(format)) {
    *into = decode_all<F>;
    return true;
  }
  return false;
}

Decode decoder(const fp4j_format& format) {
  if (is_ue8m0(format)) {
    return decode_all_ue8m0;
  }
  Decode found = nullptr;
  const bool matched = decoder_of<E2M1>(format, &found) || decoder_of<E4M3>(format, &found) || decoder_of<UE4M3>(format, &found) ||
                       decoder_of<E5M2>(format, &found) || decoder_of<E2M3>(format, &found) || decoder_of<E3M2>(format, &found) ||
                       decoder_of<E4M3Ieee>(format, &found) || decoder_of<UE5M3>(format, &found);
  return matched ? found : nullptr;
}

}  // namespace

extern const Loops FP4J_LOOPS;
const Loops FP4J_LOOPS = {"host", "fp4j C++ conversions " FP4J_VERSION ", " FP4J_INSTRUCTION_SET, encoder, decoder, pack, unpack};

}  // namespace fp4j::host
