// Dot products of two rows of scaled E2M1 codes under a published accumulation model: the twin of io.github.fp4j.formats.gemm. Products of a group of 16 are
// summed exactly in integers; what follows is the model.
#pragma once

#include "fp4j/exact_sum.cuh"

namespace fp4j {

// The families of models; AccumulationModel says which member.
enum class Accumulation : std::int32_t {
  fused_groups,         // k64: four groups of 16 and C aligned by the scales' exponents, cut, summed, truncated
  two_stage_groups,     // k64: four groups aligned by their magnitudes, cut, summed; then cut below C's exponent and added, truncated
  fused_products,       // k32: 32 products and C aligned by their factors' exponents, cut, summed, truncated; zero products do not count
  exact,                // all of K and C, rounded once
  sequential_products,  // one product after the other from C on, every sum rounded to nearest-even
  sequential_groups     // one exact group of 16 after the other from zero on, every sum rounded to nearest-even; C last
};

struct AccumulationModel {
  Accumulation accumulation;
  std::int32_t fraction_bits;  // F: bits kept right of the largest exponent, where terms are cut
  std::int32_t addend_bits;    // the same against C, where it is added in a second stage
  std::int32_t floors;         // cut toward minus infinity, else toward zero
  std::int32_t zero_ignored;   // a zero term has exponent -126, else that of its scales
  std::int32_t nearest;        // round to nearest-even, else toward zero

  // What K must be a multiple of.
  FP4J_HOST_DEVICE constexpr int step() const {
    return accumulation == Accumulation::fused_groups || accumulation == Accumulation::two_stage_groups ? 64
           : accumulation == Accumulation::fused_products                                               ? 32
           : accumulation == Accumulation::sequential_groups                                            ? 16
                                                                                                        : 2;
  }
};

// The operands' scales: NVFP4 has a UE4M3 code for 16 elements, whose top bit is ignored, MXFP4 a UE8M0 code for 32.
enum class OperandScale : std::int32_t { ue4m3_16, ue8m0_32 };

FP4J_HOST_DEVICE constexpr int scale_block(OperandScale scale) {
  return scale == OperandScale::ue4m3_16 ? 16 : 32;
}

// One row of an operand: codes two to a byte along K, the earlier one low, and its scales.
struct OperandRow {
  const std::uint8_t* codes;
  const std::uint8_t* scales;
};

inline constexpr int zero_exponent = -126;  // of a zero to which terms are aligned
inline constexpr int group_unit = -8;       // a group's sum counts quarters, two significands count eighths

// A scale as significand / 8 * 2^exponent; a subnormal UE4M3 keeps the exponent -6, a zero has significand 0.
struct ScaleParts {
  int significand;
  int exponent;
  bool nan;
};

FP4J_HOST_DEVICE ScaleParts scale_parts(OperandScale scale, std::uint32_t code) {
  if (scale == OperandScale::ue8m0_32) {
    const bool nan = code == 0xFFu;
    return {nan ? 0 : 8, nan ? zero_exponent : static_cast<int>(code) - 127, nan};
  }
  const std::uint32_t magnitude = code & 0x7Fu;
  const bool nan = magnitude == 0x7Fu;
  if (nan || magnitude == 0) {
    return {0, zero_exponent, nan};
  }
  const int field = static_cast<int>(magnitude >> 3);
  return {static_cast<int>(magnitude & 7u) + (field == 0 ? 0 : 8), larger(field, 1) - 7, false};
}

// Twice the value of an E2M1 code: an integer of at most 12.
FP4J_HOST_DEVICE int doubled_e2m1(std::uint32_t code) {
  const int magnitude = static_cast<int>(0xC8643210u >> 4 * (code & 7u) & 15u);
  return (code & 8u) != 0 ? -magnitude : magnitude;
}

// Four codes in 16 bits as four signed bytes, doubled.
FP4J_HOST_DEVICE std::uint32_t doubled_e2m1x4(std::uint32_t codes) {
#if defined(__CUDA_ARCH__)
  const std::uint32_t select = codes & 0x7777u;
  const std::uint32_t signs = codes >> 3 & 0x1111u;
  const std::uint32_t bytes = (signs & 1u) | (signs & 0x10u) << 4 | (signs & 0x100u) << 8 | (signs & 0x1000u) << 12;
  const std::uint32_t mask = bytes * 0xFFu;
  return (__byte_perm(0x03020100u, 0x0C080604u, select) & ~mask) | (__byte_perm(0xFDFEFF00u, 0xF4F8FAFCu, select) & mask);
#else
  std::uint32_t bytes = 0;
  for (int i = 0; i < 4; i++) {
    bytes |= (static_cast<std::uint32_t>(doubled_e2m1(codes >> 4 * i)) & 0xFFu) << 8 * i;
  }
  return bytes;
#endif
}

// Four times the sum of products of 16 elements from 8 bytes of codes each; below 2^12.
FP4J_HOST_DEVICE int group_sum(const std::uint8_t* a, const std::uint8_t* b) {
  int sum = 0;
#if defined(__CUDA_ARCH__)
  for (int i = 0; i < 8; i += 2) {
    const std::uint32_t x = a[i] | static_cast<std::uint32_t>(a[i + 1]) << 8;
    const std::uint32_t y = b[i] | static_cast<std::uint32_t>(b[i + 1]) << 8;
    sum = __dp4a(static_cast<int>(doubled_e2m1x4(x)), static_cast<int>(doubled_e2m1x4(y)), sum);
  }
#else
  for (int i = 0; i < 8; i++) {
    sum += doubled_e2m1(a[i]) * doubled_e2m1(b[i]) + doubled_e2m1(a[i] >> 4) * doubled_e2m1(b[i] >> 4);
  }
#endif
  return sum;
}

// A group of 16 with its scales: value * 2^(exponent + group_unit).
struct GroupTerm {
  std::int64_t value;
  int exponent;
  bool nan;
};

FP4J_HOST_DEVICE GroupTerm group_term(OperandScale scale, const OperandRow& a, const OperandRow& b, std::size_t group) {
  const std::size_t block = scale == OperandScale::ue4m3_16 ? group : group / 2;
  const ScaleParts sa = scale_parts(scale, a.scales[block]);
  const ScaleParts sb = scale_parts(scale, b.scales[block]);
  const int sum = group_sum(a.codes + 8 * group, b.codes + 8 * group);
  return {static_cast<std::int64_t>(sum) * (sa.significand * sb.significand), sa.exponent + sb.exponent, sa.nan || sb.nan};
}

namespace detail {

// value / 2^places: its magnitude is cut, or the value itself where the model floors.
FP4J_HOST_DEVICE std::int64_t cut(std::int64_t value, int places, bool floors) {
  const int shift = smaller(places, 63);
  return floors || value >= 0 ? value >> shift : -(-value >> shift);
}

FP4J_HOST_DEVICE std::uint32_t fused_groups_step(const AccumulationModel& model, const GroupTerm* terms, std::uint32_t accumulator) {
  const bool floors = model.floors != 0;
  const int fraction = model.fraction_bits;
  int largest = float_exponent(accumulator);
  int exponents[4];
  for (int i = 0; i < 4; i++) {
    exponents[i] = model.zero_ignored != 0 && terms[i].value == 0 ? zero_exponent : terms[i].exponent;
    largest = larger(largest, exponents[i]);
  }
  const std::int64_t unit = std::int64_t{1} << (fraction + group_unit);
  std::int64_t sum = cut(float_significand(accumulator) * (std::int64_t{1} << (fraction - 23)), largest - float_exponent(accumulator), floors);
  for (int i = 0; i < 4; i++) {
    sum += cut(terms[i].value * unit, largest - exponents[i], floors);
  }
  return round_to_float(sum, largest - fraction, false);
}

// Two UE4M3 scales are at least 2^-12 apart from their significands: terms are multiples of this power of two and below 2^28.
inline constexpr int two_stage_unit = -12 + group_unit;

FP4J_HOST_DEVICE std::uint32_t two_stage_step(const AccumulationModel& model, const GroupTerm* terms, std::uint32_t accumulator) {
  std::int64_t values[4];
  std::int64_t largest = 0;
  for (int i = 0; i < 4; i++) {
    values[i] = terms[i].value == 0 ? 0 : terms[i].value * (std::int64_t{1} << (terms[i].exponent + 12));
    largest = larger(largest, values[i] < 0 ? -values[i] : values[i]);
  }
  const int places = larger(bit_length(static_cast<std::uint64_t>(largest)) - 1 - model.fraction_bits, 0);
  std::int64_t sum = 0;
  for (int i = 0; i < 4; i++) {
    sum += cut(values[i], places, false) * (std::int64_t{1} << places);
  }
  const std::int64_t significand = float_significand(accumulator);
  if (significand == 0) {
    return round_to_float(sum, two_stage_unit, false);
  }
  const int below = smaller(larger(float_exponent(accumulator) - model.addend_bits - two_stage_unit, 0), 62);
  ExactSum exact;
  clear(&exact);
  add(&exact, cut(sum, below, false) * (std::int64_t{1} << below), two_stage_unit);
  add(&exact, significand, float_exponent(accumulator) - 23);
  return round_to_float(exact, false);
}

// Exponent of the highest bit of |E2M1|, at least 0, the smallest normal number's.
FP4J_HOST_DEVICE int e2m1_alignment(int doubled) {
  const int size = doubled < 0 ? -doubled : doubled;
  return larger(bit_length(static_cast<std::uint32_t>(size)) - 2, 0);
}

FP4J_HOST_DEVICE int element_of(const std::uint8_t* codes, std::size_t index) {
  return doubled_e2m1(static_cast<std::uint32_t>(codes[index / 2]) >> 4 * (index % 2));
}

FP4J_HOST_DEVICE std::uint32_t fused_products_step(
    const AccumulationModel& model, OperandScale scale, const OperandRow& a, const OperandRow& b, std::size_t from, std::uint32_t accumulator) {
  const std::size_t block = static_cast<std::size_t>(scale_block(scale));
  int largest = float_significand(accumulator) == 0 ? zero_exponent : float_exponent(accumulator);
  for (std::size_t k = from; k < from + 32; k++) {
    const int x = element_of(a.codes, k);
    const int y = element_of(b.codes, k);
    const int scales = scale_parts(scale, a.scales[k / block]).exponent + scale_parts(scale, b.scales[k / block]).exponent;
    largest = larger(largest, x == 0 || y == 0 ? zero_exponent : e2m1_alignment(x) + e2m1_alignment(y) + scales);
  }
  const int quantum = largest - model.fraction_bits;
  const int places = quantum - (float_exponent(accumulator) - 23);
  const std::int64_t c = float_significand(accumulator);
  std::int64_t sum = places >= 0 ? cut(c, places, false) : c == 0 ? 0 : c * (std::int64_t{1} << -places);
  for (std::size_t k = from; k < from + 32; k++) {
    const std::int64_t product = element_of(a.codes, k) * element_of(b.codes, k);
    if (product != 0) {
      const int scales = scale_parts(scale, a.scales[k / block]).exponent + scale_parts(scale, b.scales[k / block]).exponent;
      const int shift = quantum - (scales - 2);
      sum += shift >= 0 ? cut(product, shift, false) : product * (std::int64_t{1} << -shift);
    }
  }
  return round_to_float(sum, quantum, false);
}

// The value of a scale as a double, exactly.
FP4J_HOST_DEVICE double scale_double(const ScaleParts& parts) {
  return parts.significand == 0 ? 0.0 : parts.significand * from_bits<double>(static_cast<std::uint64_t>(parts.exponent - 3 + 1023) << 52);
}

// A sum of two numbers of at most 24 bits that is rounded to double first rounds to the same float as at once: 53 >= 2 * 24 + 2 (Figueroa).
FP4J_HOST_DEVICE float add_once(float sum, double term) {
  return static_cast<float>(add_rn(static_cast<double>(sum), term));
}

FP4J_HOST_DEVICE std::uint32_t nan_or_bits(float value) {
  return is_nan(value) ? accumulator_nan_bits : to_bits(value);
}

}  // namespace detail

// The dot product of two rows of k elements, k a multiple of the scales' block and of the model's step; bits of C in, bits of D out. A NaN among scales or C gives
// 0x7FFFFFFF; an infinite C, or a step that overflows, stays.
FP4J_HOST_DEVICE std::uint32_t dot_product(
    const AccumulationModel& model, OperandScale scale, const OperandRow& a, const OperandRow& b, std::size_t k, std::uint32_t c) {
  const std::size_t block = static_cast<std::size_t>(scale_block(scale));
  bool nan = is_nan_bits(c);
  for (std::size_t i = 0; i < k / block; i++) {
    nan = nan || scale_parts(scale, a.scales[i]).nan || scale_parts(scale, b.scales[i]).nan;
  }
  if (nan) {
    return accumulator_nan_bits;
  }
  const std::size_t groups = k / 16;
  std::uint32_t bits = c;
  switch (model.accumulation) {
    case Accumulation::fused_groups:
    case Accumulation::two_stage_groups:
      for (std::size_t group = 0; group < groups && !is_infinite_bits(bits); group += 4) {
        GroupTerm terms[4];
        for (std::size_t i = 0; i < 4; i++) {
          terms[i] = group_term(scale, a, b, group + i);
        }
        bits = model.accumulation == Accumulation::fused_groups ? detail::fused_groups_step(model, terms, bits)
                                                                : detail::two_stage_step(model, terms, bits);
      }
      return bits;
    case Accumulation::fused_products:
      for (std::size_t from = 0; from < k && !is_infinite_bits(bits); from += 32) {
        bits = detail::fused_products_step(model, scale, a, b, from, bits);
      }
      return bits;
    case Accumulation::exact: {
      if (is_infinite_bits(c)) {
        return c;
      }
      ExactSum sum;
      clear(&sum);
      add(&sum, float_significand(c), float_exponent(c) - 23);
      for (std::size_t group = 0; group < groups; group++) {
        const GroupTerm term = group_term(scale, a, b, group);
        if (term.value != 0) {
          add(&sum, term.value, term.exponent + group_unit);
        }
      }
      return round_to_float(sum, model.nearest != 0);
    }
    case Accumulation::sequential_products: {
      float sum = from_bits<float>(c);
      for (std::size_t i = 0; i < k; i++) {
        const double scales = mul_rn(detail::scale_double(scale_parts(scale, a.scales[i / block])), detail::scale_double(scale_parts(scale, b.scales[i / block])));
        const double product = mul_rn(detail::element_of(a.codes, i) * detail::element_of(b.codes, i) * 0.25, scales);
        sum = detail::add_once(sum, add_rn(product, 0.0));  // + 0: a zero sum is +0
      }
      return detail::nan_or_bits(sum);
    }
    default: {
      float sum = 0.0f;
      for (std::size_t group = 0; group < groups; group++) {
        const GroupTerm term = group_term(scale, a, b, group);
        const double unit = from_bits<double>(static_cast<std::uint64_t>(term.exponent + group_unit + 1023) << 52);
        sum = detail::add_once(sum, mul_rn(static_cast<double>(term.value), unit));
      }
      return detail::nan_or_bits(add_rn(sum, from_bits<float>(c)));
    }
  }
}

}  // namespace fp4j
