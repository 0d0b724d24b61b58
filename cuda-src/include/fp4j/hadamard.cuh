// A randomised Hadamard transform of one group, y = (x * S) H / sqrt(n): the twin of io.github.fp4j.formats.block.Hadamard, in its order of operations. Signs;
// butterflies of distance 1, 2, 4, ... n/2; one multiplication by 1/sqrt(n) rounded to float32; then, if asked for, one rounding to bf16.
#pragma once

#include "fp4j/conversion.cuh"

namespace fp4j {

// TransformerEngine's and torchao's sign vector for 16 elements: bit i is set where the sign is minus.
inline constexpr std::uint64_t transformer_engine_signs = 0xD7E8u;

// The nearest bf16, ties to even; overflow gives infinity, NaN the canonical one.
FP4J_HOST_DEVICE float round_to_bf16(float value) {
  const std::uint32_t bits = to_bits(value);
  const std::uint32_t rounded = (bits + 0x7FFFu + (bits >> 16 & 1u)) & 0xFFFF0000u;
  return from_bits<float>(is_nan(value) ? canonical_nan_bits : rounded);
}

// 1/sqrt(2^log2_size) as float32: a power of two, or one times the nearest float to 1/sqrt(2).
FP4J_HOST_DEVICE float hadamard_factor(int log2_size) {
  const float scale = exact_float(1, -(log2_size / 2));
  return log2_size % 2 == 0 ? scale : mul_rn(scale, from_bits<float>(0x3F3504F3u));
}

FP4J_HOST_DEVICE float flip_sign(float value, std::uint64_t signs, int i) {
  return from_bits<float>(to_bits(value) ^ static_cast<std::uint32_t>(signs >> (i & 63) & 1u) << 31);
}

// Transforms 2^log2_size elements in place; signs has a 64-bit word for each 64 elements.
FP4J_HOST_DEVICE void hadamard(float* group, int log2_size, const std::uint64_t* signs, bool to_bf16) {
  const int size = 1 << log2_size;
  for (int i = 0; i < size; i++) {
    group[i] = flip_sign(group[i], signs[i >> 6], i);
  }
  for (int distance = 1; distance < size; distance *= 2) {
    for (int i = 0; i < size; i += 2 * distance) {
      for (int j = i; j < i + distance; j++) {
        const float a = group[j];
        const float b = group[j + distance];
        group[j] = add_rn(a, b);
        group[j + distance] = sub_rn(a, b);
      }
    }
  }
  const float factor = hadamard_factor(log2_size);
  for (int i = 0; i < size; i++) {
    const float value = mul_rn(group[i], factor);
    group[i] = to_bf16 ? round_to_bf16(value) : value;
  }
}

}  // namespace fp4j
