// Decoding to float, exact for every format here, without a branch.
#pragma once

#include "fp4j/format.cuh"
#include "fp4j/platform.cuh"

namespace fp4j {

// The value of the low bits of code. Subnormals are made as the difference of two normal numbers, so that flushing subnormals to zero changes nothing.
template <class F>
FP4J_HOST_DEVICE float decode(std::uint32_t code) {
  constexpr int shift = 23 - F::mantissa_bits;
  constexpr std::uint32_t rebias = static_cast<std::uint32_t>(127 - F::bias) << 23;
  constexpr std::uint32_t smallest_normal = rebias + (1u << 23);

  const std::uint32_t magnitude = code & F::magnitude_mask;
  const std::uint32_t sign = F::is_signed ? (code & F::sign_mask) << (31 - F::magnitude_bits) : 0u;
  const std::uint32_t normal = (magnitude << shift) + rebias;
  const std::uint32_t subnormal = to_bits(from_bits<float>(normal + (1u << 23)) - from_bits<float>(smallest_normal));
  std::uint32_t bits = magnitude >> F::mantissa_bits == 0 ? subnormal : normal;
  if (F::has_infinity) {
    bits = magnitude == F::infinity_code ? 0x7F800000u : bits;
  }
  bits |= sign;
  if (F::has_nan) {
    bits = magnitude > F::max_finite_code + (F::has_infinity ? 1u : 0u) ? canonical_nan_bits : bits;
  }
  return from_bits<float>(bits);
}

// 2^(code - 127), a subnormal float for code 0; 0xFF is NaN.
FP4J_HOST_DEVICE float decode_ue8m0(std::uint32_t code) {
  const std::uint32_t low = code & 0xFFu;
  const std::uint32_t bits = low == 0 ? 0x00400000u : low << 23;
  return from_bits<float>(low == UE8M0::nan_code ? canonical_nan_bits : bits);
}

}  // namespace fp4j
