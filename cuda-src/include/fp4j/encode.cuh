// Nearest-even encoding of a float or double, rounded once: one body for every format with zero and subnormals, without a branch, so that compilers vectorise it.
#pragma once

#include "fp4j/format.cuh"
#include "fp4j/platform.cuh"

#if !defined(__CUDA_ARCH__) && defined(__FLT_EVAL_METHOD__) && __FLT_EVAL_METHOD__ != 0
#error "float arithmetic with excess precision rounds twice: compile for SSE2, or with -ffp-contract=off -mfpmath=sse"
#endif

namespace fp4j {

// The code of value. Let e be the exponent of the value, or of the format's smallest normal number if that is larger. The sum value + 2^(e + M - m), with M and m
// the mantissa bits of Real and of the format, has the same exponent as its power of two and its last place at 2^(e - m), the last place that the code keeps: the
// addition rounds there, nearest-even, and the integer difference of the bit patterns is the significand in units of 2^(e - m). Both summands are normal numbers
// wherever the result is not zero, so that flushing subnormals to zero changes nothing.
template <class F, class Real>
FP4J_HOST_DEVICE std::uint32_t encode(Real value, const Specials& specials) {
  using B = Binary<Real>;
  using Bits = typename B::Bits;
  constexpr Bits infinity = ((Bits{1} << (B::width - 1 - B::mantissa_bits)) - 1) << B::mantissa_bits;
  constexpr Bits min_field = F::min_exponent + B::bias;
  constexpr Bits beyond = Bits{F::max_exponent + 1 + B::bias} << B::mantissa_bits;  // the first power of two above every number
  constexpr Bits to_last_place = Bits{B::mantissa_bits - F::mantissa_bits} << B::mantissa_bits;

  const Bits bits = to_bits(value);
  const Bits magnitude = bits & ~(Bits{1} << (B::width - 1));
  const Bits clamped = smaller(magnitude, beyond);
  const Bits exponent = larger(clamped, Bits{min_field << B::mantissa_bits}) & infinity;
  const Bits unit = exponent + to_last_place;
  const Bits sum = to_bits(from_bits<Real>(clamped) + from_bits<Real>(unit));
  // sum - unit, and the binade above the smallest, (exponent field - min_field) << m, with the constants of both put together.
  const Bits rounded = sum - exponent + (exponent >> (B::mantissa_bits - F::mantissa_bits)) - (to_last_place + (min_field << F::mantissa_bits));

  const std::uint32_t sign = static_cast<std::uint32_t>(bits >> (B::width - 1 - F::magnitude_bits)) & F::sign_mask;
  const std::uint32_t code = static_cast<std::uint32_t>(rounded);
  const std::uint32_t finite = smaller(code, specials.overflow) | sign;
  return magnitude > infinity ? specials.nan ^ (sign & specials.nan_sign_mask) : finite;
}

// Where a power of two between two powers of two goes, in terms of magnitudes: the four roundings that are published for E8M0.
enum class ScaleRounding {
  up,           // to the larger (CUDA's class __nv_fp8_e8m0, RCEIL)
  toward_zero,  // to the smaller (OCP MX, CUDA's cudaRoundZero)
  ties_away,    // to the nearer, 1.5 * 2^n upward (torch, ml_dtypes)
  ties_even     // to the nearer, 1.5 * 2^n to the even code (gfloat)
};

// The code of |value| in E8M0. Zero and all below 2^-127 become code 0. Integers only.
template <ScaleRounding Rounding, class Real>
FP4J_HOST_DEVICE std::uint32_t encode_ue8m0(Real value, const Specials& specials) {
  using B = Binary<Real>;
  using Bits = typename B::Bits;
  constexpr Bits infinity = ((Bits{1} << (B::width - 1 - B::mantissa_bits)) - 1) << B::mantissa_bits;
  constexpr Bits one = Bits{1} << B::mantissa_bits;
  constexpr Bits half = one >> 1;
  constexpr Bits lowest_field = B::bias - 127;  // exponent field of 2^-127; for float that is the field of its subnormals

  const Bits magnitude = to_bits(value) & ~(Bits{1} << (B::width - 1));
  Bits field;
  Bits fraction;  // of the way from 2^field to 2^(field + 1), in units of the last mantissa bit
  if (lowest_field == 0) {
    // A subnormal float from 2^-127 on is 2^-127 * (1 + fraction) with its leading one where a normal number's half is.
    const Bits subnormal = (larger(magnitude, half) - half) << 1;
    field = magnitude >> B::mantissa_bits;
    fraction = field == 0 ? subnormal : magnitude & (one - 1);
  } else {
    const Bits clamped = larger(magnitude, Bits{lowest_field << B::mantissa_bits});
    field = (clamped >> B::mantissa_bits) - lowest_field;
    fraction = clamped & (one - 1);
  }
  Bits addend = 0;
  switch (Rounding) {
    case ScaleRounding::up: addend = one - 1; break;
    case ScaleRounding::toward_zero: addend = 0; break;
    case ScaleRounding::ties_away: addend = half; break;
    case ScaleRounding::ties_even: addend = half - 1 + (field & 1); break;
  }
  const Bits code = field + ((fraction + addend) >> B::mantissa_bits);
  const std::uint32_t finite = code > UE8M0::max_finite_code ? specials.overflow : static_cast<std::uint32_t>(code);
  return magnitude > infinity ? specials.nan : finite;
}

}  // namespace fp4j
