// The host emulation in NVIDIA's cuda_fp4.h, cuda_fp6.h and cuda_fp8.h over arrays. Nothing is adjusted: a conversion is offered exactly under the policies that
// the headers follow, which for NaN are not the same for float and for double input.
#include <cuda_fp4.h>
#include <cuda_fp6.h>
#include <cuda_fp8.h>
#if __has_include(<cuda_runtime_api.h>)
#include <cuda_runtime_api.h>
#endif

#include "fp4j/decode.cuh"
#include "loops.h"

namespace fp4j::host {
namespace {

#include "packing.inc"

template <cudaRoundMode Rounding>
struct Fp4 {
  static std::uint8_t code(float value) { return __nv_cvt_float_to_fp4(value, __NV_E2M1, Rounding); }
  static std::uint8_t code(double value) { return __nv_cvt_double_to_fp4(value, __NV_E2M1, Rounding); }
};

template <__nv_fp6_interpretation_t Kind, cudaRoundMode Rounding>
struct Fp6 {
  static std::uint8_t code(float value) { return __nv_cvt_float_to_fp6(value, Kind, Rounding); }
  static std::uint8_t code(double value) { return __nv_cvt_double_to_fp6(value, Kind, Rounding); }
};

template <__nv_fp8_interpretation_t Kind, __nv_saturation_t Saturation>
struct Fp8 {
  static std::uint8_t code(float value) { return __nv_cvt_float_to_fp8(value, Saturation, Kind); }
  static std::uint8_t code(double value) { return __nv_cvt_double_to_fp8(value, Saturation, Kind); }
};

template <cudaRoundMode Rounding, __nv_saturation_t Saturation>
struct E8m0 {
  static std::uint8_t code(float value) { return __nv_cvt_float_to_e8m0(value, Saturation, Rounding); }
  static std::uint8_t code(double value) { return __nv_cvt_double_to_e8m0(value, Saturation, Rounding); }
};

template <class Conversion, class Real>
void encode_all(const Real* values, std::uint8_t* codes, std::size_t count, const Specials&) {
  for (std::size_t i = 0; i < count; i++) {
    codes[i] = Conversion::code(values[i]);
  }
}

// The headers decode to half or bfloat16; Nv's operator float widens that exactly, NaN with a payload of its own.
template <class Nv>
void decode_all(const std::uint8_t* codes, float* values, std::size_t count) {
  for (std::size_t i = 0; i < count; i++) {
    Nv code;
    code.__x = codes[i];
    const float value = static_cast<float>(code);
    values[i] = value == value ? value : from_bits<float>(canonical_nan_bits);
  }
}

// One conversion that the headers follow exactly, and from which input types.
struct Offer {
  fp4j_format format;
  std::int32_t rounding;
  std::int32_t overflow;
  std::int32_t nan;
  Encode32 f32;
  Encode64 f64;
};

// The double functions keep the sign of a NaN that the float functions drop. E8M0's double function goes by way of a truncated float, so that toward zero a
// finite number too large for that stays finite without saturation too.
constexpr Offer offers[] = {
    {FP4J_E2M1, FP4J_NEAREST_EVEN, FP4J_SATURATE, FP4J_NAN_POSITIVE_MAX, encode_all<Fp4<cudaRoundNearest>>, encode_all<Fp4<cudaRoundNearest>>},
    {FP4J_E2M1, FP4J_TOWARD_ZERO, FP4J_SATURATE, FP4J_NAN_POSITIVE_MAX, encode_all<Fp4<cudaRoundZero>>, encode_all<Fp4<cudaRoundZero>>},
    {FP4J_E2M3, FP4J_NEAREST_EVEN, FP4J_SATURATE, FP4J_NAN_POSITIVE_MAX, encode_all<Fp6<__NV_E2M3, cudaRoundNearest>>, encode_all<Fp6<__NV_E2M3, cudaRoundNearest>>},
    {FP4J_E2M3, FP4J_TOWARD_ZERO, FP4J_SATURATE, FP4J_NAN_POSITIVE_MAX, encode_all<Fp6<__NV_E2M3, cudaRoundZero>>, encode_all<Fp6<__NV_E2M3, cudaRoundZero>>},
    {FP4J_E3M2, FP4J_NEAREST_EVEN, FP4J_SATURATE, FP4J_NAN_POSITIVE_MAX, encode_all<Fp6<__NV_E3M2, cudaRoundNearest>>, encode_all<Fp6<__NV_E3M2, cudaRoundNearest>>},
    {FP4J_E3M2, FP4J_TOWARD_ZERO, FP4J_SATURATE, FP4J_NAN_POSITIVE_MAX, encode_all<Fp6<__NV_E3M2, cudaRoundZero>>, encode_all<Fp6<__NV_E3M2, cudaRoundZero>>},
    {FP4J_E4M3, FP4J_NEAREST_EVEN, FP4J_SATURATE, FP4J_NAN_POSITIVE, encode_all<Fp8<__NV_E4M3, __NV_SATFINITE>>, nullptr},
    {FP4J_E4M3, FP4J_NEAREST_EVEN, FP4J_SATURATE, FP4J_NAN_SIGNED, nullptr, encode_all<Fp8<__NV_E4M3, __NV_SATFINITE>>},
    {FP4J_E4M3, FP4J_NEAREST_EVEN, FP4J_OVERFLOW_TO_NAN, FP4J_NAN_POSITIVE, encode_all<Fp8<__NV_E4M3, __NV_NOSAT>>, nullptr},
    {FP4J_E4M3, FP4J_NEAREST_EVEN, FP4J_OVERFLOW_TO_NAN, FP4J_NAN_SIGNED, nullptr, encode_all<Fp8<__NV_E4M3, __NV_NOSAT>>},
    {FP4J_E5M2, FP4J_NEAREST_EVEN, FP4J_SATURATE, FP4J_NAN_POSITIVE, encode_all<Fp8<__NV_E5M2, __NV_SATFINITE>>, nullptr},
    {FP4J_E5M2, FP4J_NEAREST_EVEN, FP4J_SATURATE, FP4J_NAN_SIGNED_QUIET, nullptr, encode_all<Fp8<__NV_E5M2, __NV_SATFINITE>>},
    {FP4J_E5M2, FP4J_NEAREST_EVEN, FP4J_OVERFLOW_TO_INFINITY, FP4J_NAN_POSITIVE, encode_all<Fp8<__NV_E5M2, __NV_NOSAT>>, nullptr},
    {FP4J_E5M2, FP4J_NEAREST_EVEN, FP4J_OVERFLOW_TO_INFINITY, FP4J_NAN_SIGNED_QUIET, nullptr, encode_all<Fp8<__NV_E5M2, __NV_NOSAT>>},
    {FP4J_UE8M0, FP4J_UP, FP4J_SATURATE, FP4J_NAN_POSITIVE, encode_all<E8m0<cudaRoundPosInf, __NV_SATFINITE>>, encode_all<E8m0<cudaRoundPosInf, __NV_SATFINITE>>},
    {FP4J_UE8M0, FP4J_UP, FP4J_OVERFLOW_TO_NAN, FP4J_NAN_POSITIVE, encode_all<E8m0<cudaRoundPosInf, __NV_NOSAT>>, encode_all<E8m0<cudaRoundPosInf, __NV_NOSAT>>},
    {FP4J_UE8M0, FP4J_TOWARD_ZERO, FP4J_SATURATE, FP4J_NAN_POSITIVE, encode_all<E8m0<cudaRoundZero, __NV_SATFINITE>>, encode_all<E8m0<cudaRoundZero, __NV_SATFINITE>>},
    {FP4J_UE8M0, FP4J_TOWARD_ZERO, FP4J_OVERFLOW_TO_NAN, FP4J_NAN_POSITIVE, encode_all<E8m0<cudaRoundZero, __NV_NOSAT>>, nullptr},
    {FP4J_UE8M0, FP4J_TOWARD_ZERO, FP4J_SATURATE_FINITE, FP4J_NAN_POSITIVE, encode_all<E8m0<cudaRoundZero, __NV_NOSAT>>, encode_all<E8m0<cudaRoundZero, __NV_NOSAT>>},
};

bool same(const fp4j_format& a, const fp4j_format& b) {
  return a.exponent_bits == b.exponent_bits && a.mantissa_bits == b.mantissa_bits && a.bias == b.bias && a.is_signed == b.is_signed &&
         a.top_codes == b.top_codes && a.bottom_codes == b.bottom_codes;
}

Encoder encoder(const fp4j_conversion& conversion) {
  Encoder found = {nullptr, nullptr, {0, 0, 0}};
  const bool keeps_sign = conversion.format.is_signed != 0 ? conversion.zero_sign == FP4J_ZERO_KEEP_SIGN
                                                           : conversion.unsigned_policy == FP4J_UNSIGNED_MAGNITUDE;
  if (conversion.pre_rounding.exponent_bits != 0 || !keeps_sign) {
    return found;
  }
  for (const Offer& offer : offers) {
    if (same(offer.format, conversion.format) && offer.rounding == conversion.rounding && offer.overflow == conversion.overflow &&
        offer.nan == conversion.nan) {
      found.f32 = offer.f32;
      found.f64 = offer.f64;
    }
  }
  return found;
}

Decode decoder(const fp4j_format& format) {
  struct Entry {
    fp4j_format format;
    Decode decode;
  };
  constexpr Entry entries[] = {
      {FP4J_E2M1, decode_all<__nv_fp4_e2m1>}, {FP4J_E2M3, decode_all<__nv_fp6_e2m3>}, {FP4J_E3M2, decode_all<__nv_fp6_e3m2>},
      {FP4J_E4M3, decode_all<__nv_fp8_e4m3>}, {FP4J_E5M2, decode_all<__nv_fp8_e5m2>}, {FP4J_UE8M0, decode_all<__nv_fp8_e8m0>},
  };
  for (const Entry& entry : entries) {
    if (same(entry.format, format)) {
      return entry.decode;
    }
  }
  return nullptr;
}

#define FP4J_TEXT_OF(number) #number
#define FP4J_TEXT(number) FP4J_TEXT_OF(number)
#if defined(CUDART_VERSION)
#define FP4J_CUDA_TEXT " (CUDART_VERSION " FP4J_TEXT(CUDART_VERSION) ")"
#else
#define FP4J_CUDA_TEXT ""
#endif

}  // namespace

extern const Loops FP4J_LOOPS;
const Loops FP4J_LOOPS = {
    "nvidia-headers", "NVIDIA cuda_fp4.h, cuda_fp6.h, cuda_fp8.h, host emulation" FP4J_CUDA_TEXT ", " FP4J_INSTRUCTION_SET,
    encoder, decoder, pack, unpack};

}  // namespace fp4j::host
