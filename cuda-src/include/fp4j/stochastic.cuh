// Philox4x32-10 and stochastic rounding of elements: the twin of io.github.fp4j.formats.block.Philox and StochasticRounding. Element i of a tensor gets the same
// bits for the same seed and offset, whatever the order, the threads or the device.
#pragma once

#include "fp4j/block_element.cuh"
#include "fp4j/hardware.cuh"

namespace fp4j {

struct PhiloxBlock {
  std::uint32_t words[4];
};

// Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011. Counter words 0 and 1 are low, 2 and 3 high; key word 0 is the key's low half.
FP4J_HOST_DEVICE PhiloxBlock philox(std::uint64_t low, std::uint64_t high, std::uint64_t key) {
  std::uint32_t c0 = static_cast<std::uint32_t>(low);
  std::uint32_t c1 = static_cast<std::uint32_t>(low >> 32);
  std::uint32_t c2 = static_cast<std::uint32_t>(high);
  std::uint32_t c3 = static_cast<std::uint32_t>(high >> 32);
  std::uint32_t k0 = static_cast<std::uint32_t>(key);
  std::uint32_t k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; round++) {
    const std::uint64_t product0 = std::uint64_t{0xD2511F53u} * c0;
    const std::uint64_t product1 = std::uint64_t{0xCD9E8D57u} * c2;
    c0 = static_cast<std::uint32_t>(product1 >> 32) ^ c1 ^ k0;
    c1 = static_cast<std::uint32_t>(product1);
    c2 = static_cast<std::uint32_t>(product0 >> 32) ^ c3 ^ k1;
    c3 = static_cast<std::uint32_t>(product0);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

// How random bits push a magnitude up.
enum class StochasticArithmetic : std::int32_t {
  carry_8,   // away from zero exactly when eight bits carry out of the discarded ones
  carry_32,  // the same with 32
  fma_8      // fma(r/256, step, |x|), rounded down to the grid: TransformerEngine's software fallback, E2M1 only
};

// Which byte of a 32-bit word goes to which of four consecutive elements.
enum class StochasticBytes : std::int32_t {
  element,  // byte i to element i
  ptx       // bytes 0 and 2 to elements 0 and 1, bytes 1 and 3 to elements 2 and 3 (PTX ISA 9.1, cvt.rs; the order within a pair is assumed)
};

// The layout of fp4j_stochastic in fp4j.h.
struct StochasticRounding {
  StochasticArithmetic arithmetic;
  StochasticBytes bytes;
  std::uint64_t seed;    // the generator's key
  std::uint64_t offset;  // which of its streams

  FP4J_HOST_DEVICE constexpr int elements_per_block() const { return arithmetic == StochasticArithmetic::carry_32 ? 4 : 16; }
};

// The four words that hold the bits of the element with this number, which they share with its neighbours.
FP4J_HOST_DEVICE PhiloxBlock random_block(const StochasticRounding& rounding, std::uint64_t element) {
  return philox(element / static_cast<unsigned>(rounding.elements_per_block()), rounding.offset, rounding.seed);
}

// How far a word is shifted down for element i of four.
FP4J_HOST_DEVICE int byte_shift(StochasticBytes bytes, int i) {
  return bytes == StochasticBytes::element ? 8 * i : 16 * (i & 1) + 8 * (i >> 1);
}

// The random bits of one element out of its block.
FP4J_HOST_DEVICE std::uint32_t random_bits(const StochasticRounding& rounding, const PhiloxBlock& block, std::uint64_t element) {
  if (rounding.arithmetic == StochasticArithmetic::carry_32) {
    return block.words[element % 4];
  }
  return block.words[element / 4 % 4] >> byte_shift(rounding.bytes, static_cast<int>(element % 4)) & 0xFFu;
}

namespace detail {

// E2M1 by carry from `bits` random bits. From 1 on the discarded bits are the low 22 of the pattern; below, the value in units of 2^-(1 + bits) is an integer
// plus a part that no carry can come from.
template <int Bits>
FP4J_HOST_DEVICE std::uint32_t carry_e2m1(float value, std::uint32_t random) {
  const std::uint32_t bits = to_bits(value);
  const std::uint32_t magnitude = bits & 0x7FFFFFFFu;
  const std::uint32_t sign = bits >> 28 & 8u;
  if (magnitude > infinity_bits) {
    return E2M1::max_finite_code;
  }
  if (magnitude >= 0x40C00000u) {  // 6
    return E2M1::max_finite_code | sign;
  }
  std::uint32_t code;
  if (magnitude >= 0x3F800000u) {
    const std::uint32_t pushed = magnitude + (Bits <= 22 ? random << (Bits <= 22 ? 22 - Bits : 0) : random >> (Bits <= 22 ? 0 : Bits - 22));
    code = (pushed >> 22) - (126u << 1);
  } else {
    // The significand counts 2^(field - 150), the target's unit is 2^-(1 + Bits).
    const std::uint32_t field = larger(magnitude >> 23, 1u);
    const std::uint64_t significand = magnitude >> 23 == 0 ? magnitude : (magnitude & 0x7FFFFFu) | 0x800000u;
    const int shift = static_cast<int>(field) - 149 + Bits;
    const std::uint64_t units = shift >= 0 ? significand << shift : shift > -64 ? significand >> -shift : 0u;
    code = static_cast<std::uint32_t>((units + random) >> Bits);
  }
  return smaller(code, E2M1::max_finite_code) | sign;
}

FP4J_HOST_DEVICE std::uint32_t fma_8(float value, std::uint32_t random) {
  const float size = magnitude(value);
  if (is_nan(value)) {
    return E2M1::max_finite_code;
  }
  const float step = size < 2.0f ? 0.5f : size < 4.0f ? 1.0f : 2.0f;
  // The product r/256 * step is exact, so that a sum rounds as the fma does.
  const float pushed = size < 6.0f ? add_rn(mul_rn(static_cast<float>(random) * 0.00390625f, step), size) : 6.0f;
  const float rounded = mul_rn(static_cast<float>(static_cast<std::int32_t>(div_rn(pushed, step))), step);
  return encode<E2M1>(from_bits<float>(to_bits(rounded) | (to_bits(value) & 0x80000000u)), satfinite<E2M1>());
}

}  // namespace detail

// The code of a scaled element with these random bits. The profile must convert elements (ElementCast::convert).
FP4J_HOST_DEVICE std::uint32_t stochastic_code(const Profile& profile, StochasticArithmetic arithmetic, float value, std::uint32_t random) {
  if (arithmetic == StochasticArithmetic::fma_8) {
    return detail::fma_8(value, random);
  }
  const ConversionData& deterministic = profile.element_conversion;
  const int bits = arithmetic == StochasticArithmetic::carry_32 ? 32 : 8;
  const bool is_nvidia = detail::is_plain_e2m1(deterministic) && deterministic.zero_sign == ZeroSign::keep && !is_nan(value);
  if (is_nvidia) {
    return bits == 8 ? detail::carry_e2m1<8>(value, random) : detail::carry_e2m1<32>(value, random);
  }
  ConversionData conversion = deterministic;
  conversion.rounding = Rounding::stochastic;
  conversion.random_bits = bits;
  return encode(conversion, value, random);
}

// Four E2M1 codes to 16 bits, element 0 in the lowest nibble, by carry with the word's bytes in the order StochasticBytes::ptx: cvt.rs where there is one.
FP4J_HOST_DEVICE std::uint32_t encode_stochastic_e2m1x4(float v0, float v1, float v2, float v3, std::uint32_t word) {
#if defined(FP4J_HAS_CVT_RS)
  unsigned short codes;
  asm("cvt.rs.satfinite.e2m1x4.f32 %0, {%4, %3, %2, %1}, %5;" : "=h"(codes) : "f"(v0), "f"(v1), "f"(v2), "f"(v3), "r"(word));
  return codes;
#else
  return detail::carry_e2m1<8>(v0, word & 0xFFu) | detail::carry_e2m1<8>(v1, word >> 16 & 0xFFu) << 4 |
         detail::carry_e2m1<8>(v2, word >> 8 & 0xFFu) << 8 | detail::carry_e2m1<8>(v3, word >> 24) << 12;
#endif
}

}  // namespace fp4j
