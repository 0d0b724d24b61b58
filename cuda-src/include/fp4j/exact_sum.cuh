// Sums of integers times powers of two, without rounding until the end.
#pragma once

#include "fp4j/platform.cuh"

namespace fp4j {

inline constexpr std::uint32_t accumulator_nan_bits = 0x7FFFFFFFu;  // NVIDIA's NaN

// The float bits of value * 2^exponent, rounded once: to nearest-even or toward zero. Zero gives +0, what rounds to zero keeps its sign, what reaches 2^128 is
// infinite under either rounding. value is above -2^63.
FP4J_HOST_DEVICE std::uint32_t round_to_float(std::int64_t value, int exponent, bool nearest) {
  if (value == 0) {
    return 0;
  }
  const std::uint64_t magnitude = static_cast<std::uint64_t>(value < 0 ? -value : value);
  const int binade = larger(bit_length(magnitude) - 1 + exponent, -126);
  const int discarded = binade - 23 - exponent;
  std::uint64_t kept = 0;  // where more than 63 are discarded the magnitude is less than half of the last place
  if (discarded <= 0) {
    kept = magnitude << -discarded;
  } else if (discarded <= 63) {
    kept = magnitude >> discarded;
    const std::uint64_t rest = magnitude - (kept << discarded);
    const std::uint64_t half = std::uint64_t{1} << (discarded - 1);
    kept += nearest && (rest > half || (rest == half && (kept & 1) != 0)) ? 1u : 0u;
  }
  // kept holds the hidden bit of a normal number, which lifts the exponent field from 0 to 1.
  const std::uint64_t bits = kept + (static_cast<std::uint64_t>(binade + 126) << 23);
  return static_cast<std::uint32_t>(smaller(bits, std::uint64_t{infinity_bits})) | (value < 0 ? 0x80000000u : 0u);
}

// A finite float's bits as an integer times a power of two.
FP4J_HOST_DEVICE std::int64_t float_significand(std::uint32_t bits) {
  const std::uint32_t mantissa = bits & 0x7FFFFFu;
  const std::int64_t significand = (bits >> 23 & 0xFFu) == 0 ? mantissa : mantissa | 0x800000u;
  return bits >> 31 != 0 ? -significand : significand;
}

FP4J_HOST_DEVICE int float_exponent(std::uint32_t bits) {
  return static_cast<int>(larger(bits >> 23 & 0xFFu, 1u)) - 127;
}

FP4J_HOST_DEVICE bool is_nan_bits(std::uint32_t bits) {
  return (bits & 0x7FFFFFFFu) > infinity_bits;
}

FP4J_HOST_DEVICE bool is_infinite_bits(std::uint32_t bits) {
  return (bits & 0x7FFFFFFFu) == infinity_bits;
}

// A fixed-point number wide enough for any sum of products of scaled E2M1 elements and a float: from 2^-262 to beyond 2^300, two's complement, low word first.
struct ExactSum {
  static constexpr int words = 9;
  static constexpr int lowest = -262;
  std::uint64_t word[words];
};

FP4J_HOST_DEVICE void clear(ExactSum* sum) {
  for (int i = 0; i < ExactSum::words; i++) {
    sum->word[i] = 0;
  }
}

// Adds value * 2^exponent; exponent is at least ExactSum::lowest.
FP4J_HOST_DEVICE void add(ExactSum* sum, std::int64_t value, int exponent) {
  const int place = exponent - ExactSum::lowest;
  const int first = place / 64;
  const int shift = place % 64;
  const std::uint64_t extension = value < 0 ? ~std::uint64_t{0} : 0u;
  const std::uint64_t low = static_cast<std::uint64_t>(value) << shift;
  const std::uint64_t high = shift == 0 ? extension : static_cast<std::uint64_t>(value >> (64 - shift));
  std::uint64_t carry = 0;
  for (int i = 0; i < ExactSum::words; i++) {
    const std::uint64_t addend = i < first ? 0u : i == first ? low : i == first + 1 ? high : extension;
    const std::uint64_t partial = sum->word[i] + addend;
    const std::uint64_t total = partial + carry;
    carry = (partial < addend ? 1u : 0u) + (total < partial ? 1u : 0u);
    sum->word[i] = total;
  }
}

// The float bits of the sum, rounded once.
FP4J_HOST_DEVICE std::uint32_t round_to_float(const ExactSum& sum, bool nearest) {
  const bool negative = sum.word[ExactSum::words - 1] >> 63 != 0;
  std::uint64_t magnitude[ExactSum::words];
  std::uint64_t carry = negative ? 1u : 0u;
  int top = -1;
  for (int i = 0; i < ExactSum::words; i++) {
    magnitude[i] = (negative ? ~sum.word[i] : sum.word[i]) + carry;
    carry = carry != 0 && magnitude[i] == 0 ? 1u : 0u;
    top = magnitude[i] != 0 ? i : top;
  }
  if (top < 0) {
    return 0;
  }
  // The highest 62 bits, the last one sticky.
  const int length = 64 * top + bit_length(magnitude[top]);
  const int drop = larger(length - 62, 0);
  const int word = drop / 64;
  const int shift = drop % 64;
  std::uint64_t kept = magnitude[word] >> shift;
  if (shift != 0 && word + 1 < ExactSum::words) {
    kept |= magnitude[word + 1] << (64 - shift);
  }
  bool lost = shift != 0 && magnitude[word] << (64 - shift) != 0;
  for (int i = 0; i < word; i++) {
    lost = lost || magnitude[i] != 0;
  }
  const std::int64_t value = static_cast<std::int64_t>(kept | (lost ? 1u : 0u));
  return round_to_float(negative ? -value : value, ExactSum::lowest + drop, nearest);
}

}  // namespace fp4j
