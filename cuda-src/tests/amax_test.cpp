// Largest magnitudes, of every instruction set that this processor has, against the scalar body: every length to 200 from every offset to 17, numbers, zeros,
// subnormals, infinities and NaNs at every place, of float32, bf16 and fp16.
#include <cstring>
#include <random>
#include <vector>

#include "block_loops.h"
#include "check.h"
#include "dispatch.h"
#include "fp4j/profiles.cuh"
#include "inputs.h"
#include "measured_loops.h"

namespace {

using namespace fp4j;
using namespace fp4j::host;

const BlockLoops* const block_levels[] = {
    &block_loops_baseline,
#if defined(FP4J_X86_64_LEVELS)
    &block_loops_avx2, &block_loops_avx512, &block_loops_avx512vnni
#endif
};

const MeasuredLoops* const measured_levels[] = {
    &measured_loops_baseline,
#if defined(FP4J_X86_64_LEVELS)
    &measured_loops_avx2, &measured_loops_avx512, &measured_loops_avx512vnni
#endif
};

constexpr std::size_t longest = 200;
constexpr std::size_t offsets = 18;
constexpr std::size_t room = offsets + longest;

// What the numbers are: of ordinary size, of any bits, or special ones, alone or among the ordinary.
enum Kind { ordinary, any_bits, minus_zeros, subnormals, infinities, some_nans, only_nans, kinds };

std::uint32_t word_of(Kind kind, std::mt19937* random) {
  const std::uint32_t bits = static_cast<std::uint32_t>((*random)());
  const std::uint32_t sign = bits & 0x80000000u;
  const std::uint32_t number = sign | (0x3E000000u + (bits & 0x01FFFFFFu));
  const bool seldom = bits % 37 == 0;
  switch (kind) {
    case ordinary: return number;
    case any_bits: return bits;
    case minus_zeros: return seldom ? bits & 0x8000FFFFu : 0x80000000u;
    case subnormals: return bits & 0x807FFFFFu;
    case infinities: return seldom ? sign | infinity_bits : number;
    case some_nans: return seldom ? sign | infinity_bits | (bits & 0x7FFFFFu) | 0x10000u : number;
    default: return sign | infinity_bits | (bits & 0x7FFFFFu) | 0x10000u;
  }
}

// The upper half of a float32 word is a bf16; an fp16 has its sign and three exponent bits fewer, which leaves infinities and NaNs what they are.
std::uint16_t half_of(ValueType type, std::uint32_t word) {
  const std::uint32_t upper = word >> 16;
  const std::uint32_t exponent = upper >> 7 & 0xFFu;
  const std::uint32_t fp16 = (upper & 0x8000u) | (exponent == 0xFFu ? 0x7C00u : exponent % 31 << 10) | (upper & 0x7Fu) << 3;
  return static_cast<std::uint16_t>(type == ValueType::bfloat16 ? upper : fp16);
}

float value_of(ValueType type, std::uint16_t half) {
  return type == ValueType::bfloat16 ? from_bits<float>(std::uint32_t{half} << 16) : inputs::from_half(half);
}

std::uint32_t largest_of(const Profile& profile, const float* values, std::size_t stride, std::size_t rows, std::size_t columns) {
  std::uint32_t largest = 0;
  for (std::size_t row = 0; row < rows; row++) {
    for (std::size_t column = 0; column < columns; column++) {
      largest = fold_magnitude(profile, largest, values[row * stride + column]);
    }
  }
  return largest;
}

// One row, and as dense and as spaced rows of 7; a number that is larger than all others lies on both sides of it.
long long rows_of_floats(const Profile& profile, const std::vector<float>& values, int usable) {
  long long compared = 0;
  for (std::size_t offset = 0; offset < offsets; offset++) {
    for (std::size_t length = 0; length <= longest; length++) {
      std::vector<float> bounded(values);
      float* const x = bounded.data() + 1 + offset;
      x[-1] = x[length] = from_bits<float>(infinity_bits);
      const Source sources[] = {{x, length, 1, 1, length}, {x, 7, 1, length / 7, 7}, {x, 7, 1, length / 7, 5}};
      for (const Source& source : sources) {
        const std::uint32_t right = largest_of(profile, x, source.row_step, source.rows, source.columns);
        for (int level = 0; level < usable; level++) {
          check::equal("float32", offset << 32 | length, block_levels[level]->largest(profile, source), right);
          compared++;
        }
      }
      const std::uint32_t right = to_bits(amax_of(largest_of(profile, x, length, 1, length)));
      for (int level = 0; level < usable; level++) {
        const Values bytes = {ValueType::float32, reinterpret_cast<const std::uint8_t*>(x)};
        check::equal("float32, measured", offset << 32 | length, to_bits(measured_levels[level]->largest(profile, bytes, length)), right);
        compared++;
      }
    }
  }
  return compared;
}

long long halves(const Profile& profile, ValueType type, const std::vector<std::uint16_t>& values, int usable) {
  long long compared = 0;
  for (std::size_t offset = 0; offset < offsets; offset++) {
    for (std::size_t length = 0; length <= longest; length++) {
      std::vector<std::uint16_t> bounded(values);
      std::uint16_t* const x = bounded.data() + 1 + offset;
      x[-1] = x[length] = type == ValueType::bfloat16 ? 0x7F80 : 0x7C00;
      std::uint32_t largest = 0;
      for (std::size_t i = 0; i < length; i++) {
        largest = fold_magnitude(profile, largest, value_of(type, x[i]));
      }
      for (int level = 0; level < usable; level++) {
        const Values bytes = {type, reinterpret_cast<const std::uint8_t*>(x)};
        check::equal("16 bits", offset << 32 | length, to_bits(measured_levels[level]->largest(profile, bytes, length)), to_bits(amax_of(largest)));
        compared++;
      }
    }
  }
  return compared;
}

// A NaN alone among smaller numbers, and the largest number alone among NaNs, at every place of every length.
long long one_at_every_place(const Profile& profile, int usable) {
  long long compared = 0;
  for (const std::uint32_t single : {0xFF800001u, 0xC0400000u, 0x7F800000u, 0x00000001u}) {
    const float others = single == 0xC0400000u ? from_bits<float>(0xFFC01234u) : single == 1u ? -0.0f : 1.5f;
    for (std::size_t length = 1; length <= longest; length++) {
      std::vector<float> x(length, others);
      for (std::size_t at = 0; at < length; at++) {
        x[at] = from_bits<float>(single);
        const std::uint32_t right = largest_of(profile, x.data(), length, 1, length);
        for (int level = 0; level < usable; level++) {
          check::equal("one", at << 32 | length, block_levels[level]->largest(profile, {x.data(), length, 1, 1, length}), right);
          compared++;
        }
        x[at] = others;
      }
    }
  }
  return compared;
}

}  // namespace

int main() {
  std::mt19937 random(31);
  const int usable = static_cast<int>(usable_level()) + 1;
  std::printf("instruction sets: %d\n", usable);
  long long compared = 0;
  for (const std::int32_t keeps_nan : {0, 1}) {
    Profile profile = profiles::te_2_15;
    profile.keeps_nan_in_amax = keeps_nan;
    for (int kind = 0; kind < kinds; kind++) {
      std::vector<float> values;
      std::vector<std::uint16_t> half_words[2];
      for (std::size_t i = 0; i < room + 2; i++) {
        const std::uint32_t word = word_of(static_cast<Kind>(kind), &random);
        values.push_back(from_bits<float>(word));
        half_words[0].push_back(half_of(ValueType::bfloat16, word));
        half_words[1].push_back(half_of(ValueType::float16, word));
      }
      compared += rows_of_floats(profile, values, usable);
      compared += halves(profile, ValueType::bfloat16, half_words[0], usable);
      compared += halves(profile, ValueType::float16, half_words[1], usable);
    }
    compared += one_at_every_place(profile, usable);
  }
  constexpr long long places = 4 * (longest * (longest + 1) / 2);
  constexpr long long expected = 2 * (kinds * offsets * (longest + 1) * (4 + 1 + 1) + places);
  check::equal("cases", 0, static_cast<std::uint32_t>(compared), static_cast<std::uint32_t>(expected * usable));
  return check::summary("amax", expected * usable + 1);
}
