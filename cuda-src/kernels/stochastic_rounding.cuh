// Elements rounded stochastically: what a lane holds gets the same random bits as in any other order of work.
#pragma once

#include "block_part.cuh"

namespace fp4j {

FP4J_OUT_OF_LINE std::uint32_t stochastic_code_of(const Profile& profile, StochasticArithmetic arithmetic, float value, std::uint32_t random) {
  return stochastic_code(profile, arithmetic, value, random) & 15u;
}

FP4J_OUT_OF_LINE PhiloxBlock random_block_of(const StochasticRounding& rounding, std::uint64_t element) {
  return random_block(rounding, element);
}

// Word i of four, without an index into registers.
__device__ __forceinline__ std::uint32_t word_of(const PhiloxBlock& block, unsigned i) {
  const std::uint32_t low = (i & 1u) == 0 ? block.words[0] : block.words[1];
  const std::uint32_t high = (i & 1u) == 0 ? block.words[2] : block.words[3];
  return (i & 2u) == 0 ? low : high;
}

// Native: by cvt.rs.satfinite.e2m1x4, where four elements share a word of random bits and are converted as NVIDIA does.
template <bool Native>
struct Stochastic {
  // Random numbers in integers take the registers that more chunks would need, and more time than the memory.
  static constexpr int chunks_at_once = Native ? 4 : 1;

  const StochasticRounding& rounding;

  template <int Elements>
  __device__ __forceinline__ void encode(const Profile& profile, const Quantizer& quantizer, const ElementScale& scale, const float (&x)[Elements],
                                         long long first_element, unsigned (&words)[Elements / 8]) const {
    const std::uint64_t first = static_cast<std::uint64_t>(first_element);
    if (Native && quantizer.plain_e2m1 && first % 4 == 0 && rounding.arithmetic == StochasticArithmetic::carry_8 && rounding.bytes == StochasticBytes::ptx) {
#pragma unroll
      for (int i = 0; i < Elements; i += 4) {
        const std::uint64_t element = first + static_cast<std::uint64_t>(i);
        const std::uint32_t random = word_of(random_block_of(rounding, element), static_cast<unsigned>(element / 4));
        const unsigned four =
            encode_stochastic_e2m1x4(scaled(scale, x[i]), scaled(scale, x[i + 1]), scaled(scale, x[i + 2]), scaled(scale, x[i + 3]), random);
        words[i / 8] = (i % 8 == 0 ? 0u : words[i / 8]) | four << (4 * (i % 8));
      }
      return;
    }
    const std::uint64_t shared = static_cast<std::uint64_t>(rounding.elements_per_block());
    std::uint64_t number = first / shared;
    PhiloxBlock block = random_block_of(rounding, first);
#pragma unroll
    for (int i = 0; i < Elements; i++) {
      const std::uint64_t element = first + static_cast<std::uint64_t>(i);
      if (element / shared != number) {
        number = element / shared;
        block = random_block_of(rounding, element);
      }
      const bool wide = rounding.arithmetic == StochasticArithmetic::carry_32;
      const std::uint32_t word = word_of(block, static_cast<unsigned>(wide ? element : element / 4));
      const std::uint32_t random = wide ? word : word >> byte_shift(rounding.bytes, static_cast<int>(element % 4)) & 0xFFu;
      words[i / 8] = (i % 8 == 0 ? 0u : words[i / 8]) | stochastic_code_of(profile, rounding.arithmetic, scaled(scale, x[i]), random) << (4 * (i % 8));
    }
  }
};

}  // namespace fp4j
