// The conversions of include/fp4j against a search over all codes in double arithmetic, which shares nothing with them, and the loops of every instruction set
// that this processor has against the conversions.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "check.h"
#include "fp4j/decode.cuh"
#include "fp4j/encode.cuh"
#include "inputs.h"
#include "loops.h"

namespace {

using namespace fp4j;

// The value of a magnitude code straight from the definition, the numbers going on through the top codes.
template <class F>
double value_of(std::uint32_t magnitude) {
  const int field = static_cast<int>(magnitude >> F::mantissa_bits);
  const double fraction = static_cast<double>(magnitude & ((1u << F::mantissa_bits) - 1u)) / (1 << F::mantissa_bits);
  return field == 0 ? std::ldexp(fraction, 1 - F::bias) : std::ldexp(1 + fraction, field - F::bias);
}

template <class F>
std::uint32_t searched(double value, bool is_nan, bool negative, const Specials& specials) {
  const std::uint32_t sign = negative ? F::sign_mask : 0u;
  if (is_nan) {
    return specials.nan ^ (sign & specials.nan_sign_mask);
  }
  const double magnitude = std::fabs(value);
  std::uint32_t code = 0;
  while (code <= F::max_finite_code) {
    const double middle = (value_of<F>(code) + value_of<F>(code + 1)) / 2;
    if (magnitude < middle || (magnitude == middle && code % 2 == 0)) {
      return code | sign;
    }
    code++;
  }
  return specials.overflow | sign;
}

template <class F, class Real>
void compare_with_search(const char* what, const std::vector<Real>& values, const Specials& specials) {
  for (Real value : values) {
    const auto bits = to_bits(value);
    check::equal(what, bits, encode<F>(value, specials), searched<F>(static_cast<double>(value), std::isnan(value), std::signbit(value), specials));
  }
}

template <class F>
long long compare_format(const char* what, const std::vector<float>& sixteen_bit) {
  const long long before = check::made;
  const std::vector<float> floats = inputs::thresholds<F, float>();
  const std::vector<double> doubles = inputs::thresholds<F, double>();
  compare_with_search<F>(what, sixteen_bit, satfinite<F>());
  compare_with_search<F>(what, floats, satfinite<F>());
  compare_with_search<F>(what, doubles, satfinite<F>());
  if constexpr (F::has_nan) {
    compare_with_search<F>(what, sixteen_bit, nosat<F>());
    compare_with_search<F>(what, floats, nosat<F>());
    compare_with_search<F>(what, doubles, nosat<F>());
    compare_with_search<F>(what, sixteen_bit, Specials{F::max_finite_code, F::quiet_nan_code, F::sign_mask});
  }
  for (std::uint32_t code = 0; code <= 255; code++) {
    const std::uint32_t magnitude = code & F::magnitude_mask;
    const double expected = F::has_infinity && magnitude == F::infinity_code ? static_cast<double>(INFINITY) : value_of<F>(magnitude);
    const bool nan = magnitude > F::max_finite_code && !(F::has_infinity && magnitude == F::infinity_code);
    const double with_sign = (code & F::sign_mask) != 0 ? -expected : expected;
    check::equal(what, code, to_bits(decode<F>(code)), nan ? canonical_nan_bits : to_bits(static_cast<float>(with_sign)));
  }
  return check::made - before;
}

template <ScaleRounding Rounding>
std::uint32_t searched_scale(double magnitude, const Specials& specials) {
  for (int code = 0; code < 255; code++) {
    const double low = std::ldexp(1.0, code - 127);
    const double middle = 1.5 * low;
    const bool stays = Rounding == ScaleRounding::up            ? magnitude <= low
                       : Rounding == ScaleRounding::toward_zero ? magnitude < 2 * low
                       : Rounding == ScaleRounding::ties_away   ? magnitude < middle
                                                                : magnitude < middle || (magnitude == middle && code % 2 == 0);
    if (stays) {
      return static_cast<std::uint32_t>(code);
    }
  }
  return specials.overflow;
}

template <ScaleRounding Rounding>
void compare_scales(const std::vector<float>& floats, const std::vector<double>& doubles) {
  for (const Specials& specials : {Specials{0xFE, 0xFF, 0}, Specials{0xFF, 0xFF, 0}}) {
    for (float value : floats) {
      const double magnitude = std::fabs(static_cast<double>(value));
      check::equal("ue8m0", to_bits(value), encode_ue8m0<Rounding>(value, specials),
                   std::isnan(value) ? specials.nan : searched_scale<Rounding>(magnitude, specials));
    }
    for (double value : doubles) {
      check::equal("ue8m0 from double", to_bits(value), encode_ue8m0<Rounding>(value, specials),
                   std::isnan(value) ? specials.nan : searched_scale<Rounding>(std::fabs(value), specials));
    }
  }
}

// E2M1's seven midpoints as they are written down, not as they are computed: each goes to the even code, its neighbours to either side.
void compare_ties() {
  const float ties[] = {0.25f, 0.75f, 1.25f, 1.75f, 2.5f, 3.5f, 5.0f};
  std::uint32_t below = 0;
  for (float tie : ties) {
    for (std::uint32_t sign : {0u, 8u}) {
      const float direction = sign == 0 ? 1.0f : -1.0f;
      const std::uint32_t even = below % 2 == 0 ? below : below + 1;
      const Specials specials = satfinite<E2M1>();
      check::equal("tie", to_bits(tie), encode<E2M1>(direction * tie, specials), even | sign);
      check::equal("tie - ulp", to_bits(tie), encode<E2M1>(direction * std::nextafter(tie, 0.0f), specials), below | sign);
      check::equal("tie + ulp", to_bits(tie), encode<E2M1>(direction * std::nextafter(tie, 9.0f), specials), (below + 1) | sign);
    }
    below++;
  }
}

void compare_named_inputs() {
  // A detour through float would give the codes 0, 6, 2 and 0x7E.
  check::equal("0.25 + 2^-54", 0, encode<E2M1>(0x1.0000000000001p-2, satfinite<E2M1>()), 1);
  check::equal("5 + 2^-50", 0, encode<E2M1>(0x1.4000000000001p+2, satfinite<E2M1>()), 7);
  check::equal("0.75 - 2^-53", 0, encode<E2M1>(0x1.7ffffffffffffp-1, satfinite<E2M1>()), 1);
  check::equal("464 + 2^-44", 0, encode<E4M3>(0x1.d000000000001p+8, nosat<E4M3>()), 0x7F);
  check::equal("464", 0, encode<E4M3>(464.0f, nosat<E4M3>()), 0x7E);
  check::equal("-464 - ulp", 0, encode<E4M3>(std::nextafter(-464.0f, -500.0f), nosat<E4M3>()), 0xFF);
  check::equal("61440", 0, encode<E5M2>(61440.0f, nosat<E5M2>()), 0x7C);
  check::equal("-infinity", 0, encode<E4M3>(-INFINITY, satfinite<E4M3>()), 0xFE);
  check::equal("-NaN", 0, encode<E4M3>(-NAN, satfinite<E4M3>()), 0x7F);
  check::equal("-0", 0, encode<E2M1>(-0.0f, satfinite<E2M1>()), 8);
}

fp4j_conversion conversion_to(fp4j_format format, std::int32_t rounding, std::int32_t nan) {
  return {format, rounding, 0, FP4J_SATURATE, nan, FP4J_ZERO_KEEP_SIGN, FP4J_UNSIGNED_MAGNITUDE, {0, 0, 0, 0, 0, 0}};
}

// Every instruction set's loop over all the floats at once and, for its tail, over each of the first lengths.
template <class Body>
void compare_loops(const char* what, const fp4j_conversion& conversion, const std::vector<float>& values, Body body) {
  std::vector<std::uint8_t> codes(values.size());
  for (const host::Loops* const* loops = host::usable_loops(); *loops != nullptr; loops++) {
    const host::Encoder encoder = (*loops)->encoder(conversion);
    encoder.f32(values.data(), codes.data(), values.size(), encoder.specials);
    for (std::size_t i = 0; i < values.size(); i++) {
      check::equal(what, to_bits(values[i]), codes[i], body(values[i]));
    }
    for (std::size_t length = 0; length < 200; length++) {
      const std::size_t start = 0x3E80 + length;
      std::memset(codes.data(), 0xA5, 256);
      encoder.f32(values.data() + start, codes.data() + 1, length, encoder.specials);
      for (std::size_t i = 0; i < 256; i++) {
        const bool inside = i >= 1 && i < 1 + length;
        check::equal("tail", i, codes[i], inside ? body(values[start + i - 1]) : 0xA5u);
      }
    }
  }
}

// The float loops of a format under every policy that they know, over numbers and NaNs mixed.
template <class F>
void compare_policies(const char* what, const fp4j_format& format, const std::vector<float>& sixteen_bit) {
  std::vector<float> values = inputs::thresholds<F, float>();
  for (std::size_t i = 0; i < sixteen_bit.size(); i += 7) {
    values.push_back(sixteen_bit[i]);
  }
  std::vector<std::uint8_t> codes(values.size());
  for (const host::Loops* const* loops = host::usable_loops(); *loops != nullptr; loops++) {
    for (std::int32_t overflow : {FP4J_SATURATE, FP4J_OVERFLOW_TO_NAN, FP4J_OVERFLOW_TO_INFINITY}) {
      for (std::int32_t nan = FP4J_NAN_POSITIVE_MAX; nan <= FP4J_NAN_REFUSE; nan++) {
        fp4j_conversion conversion = conversion_to(format, FP4J_NEAREST_EVEN, nan);
        conversion.overflow = overflow;
        const host::Encoder encoder = (*loops)->encoder(conversion);
        if (encoder.f32 == nullptr) {
          continue;
        }
        encoder.f32(values.data(), codes.data(), values.size(), encoder.specials);
        std::uint32_t different = 0;
        for (std::size_t i = 0; i < values.size(); i++) {
          different += codes[i] != encode<F>(values[i], encoder.specials) ? 1u : 0u;
        }
        check::equal(what, static_cast<std::uint64_t>(nan), different, 0);
      }
    }
  }
}

constexpr long long decoded_ranges = 18 * 4;

// Every instruction set's decoding loop at offsets from a line: every code, tails, and results so long that they go past the caches.
template <class Body>
void compare_decoding(const char* what, const fp4j_format& format, Body body) {
  std::vector<std::uint8_t> codes((1u << 20) + 100);
  std::vector<float> right;
  for (std::size_t i = 0; i < codes.size(); i++) {
    codes[i] = static_cast<std::uint8_t>(i * 2654435761u >> 11);
    right.push_back(body(codes[i]));
  }
  std::vector<float> decoded(codes.size() + 64);
  for (const host::Loops* const* loops = host::usable_loops(); *loops != nullptr; loops++) {
    const host::Decode decoder = (*loops)->decoder(format);
    for (std::size_t offset = 0; offset < 18; offset++) {
      for (std::size_t length : {offset, 47 + offset, 256 + offset, codes.size() - offset}) {
        std::fill(decoded.begin(), decoded.end(), 7e33f);
        decoder(codes.data() + offset, decoded.data() + offset, length);
        std::uint32_t different = std::memcmp(decoded.data() + offset, right.data() + offset, length * sizeof(float)) != 0 ? 1u : 0u;
        for (std::size_t i = 0; i < decoded.size(); i++) {
          different += (i < offset || i >= offset + length) && decoded[i] != 7e33f ? 1u : 0u;
        }
        check::equal(what, length, different, 0);
      }
    }
  }
}

template <class F>
void compare_format_loops(const char* what, const fp4j_format& format, const std::vector<float>& sixteen_bit) {
  compare_policies<F>(what, format, sixteen_bit);
  compare_decoding(what, format, [](std::uint8_t code) { return decode<F>(code); });
}

int count_usable() {
  int count = 0;
  while (host::usable_loops()[count] != nullptr) {
    std::printf("loops: %s\n", host::usable_loops()[count]->description);
    count++;
  }
  return count;
}

}  // namespace

int main() {
  const std::vector<float> values = inputs::sixteen_bit_values();
  const long long n = 2 << 16;
  long long expected = 0;

  // 12 thresholds a code; formats with NaN are asked under three policies, of which two with thresholds.
  const auto with_nan = [n](long long codes) { return 3 * n + 4 * 12 * codes + 256; };
  const auto without_nan = [n](long long codes) { return n + 2 * 12 * codes + 256; };
  compare_format<E2M1>("e2m1", values);
  compare_format<E2M3>("e2m3", values);
  compare_format<E3M2>("e3m2", values);
  compare_format<E4M3>("e4m3", values);
  compare_format<UE4M3>("ue4m3", values);
  compare_format<E5M2>("e5m2", values);
  compare_format<E4M3Ieee>("e4m3-ieee", values);
  compare_format<UE5M3>("ue5m3", values);
  expected += without_nan(8) + 2 * without_nan(32) + 2 * with_nan(127) + with_nan(124) + with_nan(120) + with_nan(255);

  std::vector<double> scales;
  for (int code = 0; code <= 255; code++) {
    inputs::add_with_neighbours(&scales, std::ldexp(1.0, code - 127));
    inputs::add_with_neighbours(&scales, std::ldexp(1.5, code - 127));
  }
  scales.insert(scales.end(), {0.0, -0.0, static_cast<double>(INFINITY), static_cast<double>(NAN), 5e-324, 1e308});
  std::vector<float> float_scales = values;
  for (double scale : scales) {
    float_scales.push_back(static_cast<float>(scale));
  }
  compare_scales<ScaleRounding::up>(float_scales, scales);
  compare_scales<ScaleRounding::toward_zero>(float_scales, scales);
  compare_scales<ScaleRounding::ties_away>(float_scales, scales);
  compare_scales<ScaleRounding::ties_even>(float_scales, scales);
  expected += 4 * 2 * (n + 2 * (256 * 12 + 6));

  for (std::uint32_t code = 0; code < 256; code++) {
    check::equal("ue8m0 decode", code, to_bits(decode_ue8m0(code)),
                 code == 255 ? canonical_nan_bits : to_bits(static_cast<float>(std::ldexp(1.0, static_cast<int>(code) - 127))));
  }
  expected += 256;

  compare_ties();
  compare_named_inputs();
  expected += 7 * 2 * 3 + 10;

  const int levels = count_usable();
  compare_loops("e2m1 loop", conversion_to(FP4J_E2M1, FP4J_NEAREST_EVEN, FP4J_NAN_POSITIVE_MAX), values,
                [](float value) { return encode<E2M1>(value, satfinite<E2M1>()); });
  compare_loops("e4m3 loop", conversion_to(FP4J_E4M3, FP4J_NEAREST_EVEN, FP4J_NAN_POSITIVE), values,
                [](float value) { return encode<E4M3>(value, satfinite<E4M3>()); });
  compare_loops("e5m2 loop", conversion_to(FP4J_E5M2, FP4J_NEAREST_EVEN, FP4J_NAN_POSITIVE), values,
                [](float value) { return encode<E5M2>(value, satfinite<E5M2>()); });
  compare_loops("ue8m0 loop", conversion_to(FP4J_UE8M0, FP4J_UP, FP4J_NAN_POSITIVE), values,
                [](float value) { return encode_ue8m0<ScaleRounding::up>(value, Specials{0xFE, 0xFF, 0}); });
  expected += 4ll * levels * (n + 200 * 256);

  compare_format_loops<E2M1>("e2m1 policies", FP4J_E2M1, values);
  compare_format_loops<E2M3>("e2m3 policies", FP4J_E2M3, values);
  compare_format_loops<E3M2>("e3m2 policies", FP4J_E3M2, values);
  compare_format_loops<E4M3>("e4m3 policies", FP4J_E4M3, values);
  compare_format_loops<UE4M3>("ue4m3 policies", FP4J_UE4M3, values);
  compare_format_loops<E5M2>("e5m2 policies", FP4J_E5M2, values);
  compare_format_loops<E4M3Ieee>("e4m3-ieee policies", FP4J_E4M3_IEEE, values);
  compare_format_loops<UE5M3>("ue5m3 policies", FP4J_UE5M3, values);
  compare_decoding("ue8m0 decoding loop", FP4J_UE8M0, [](std::uint8_t code) { return decode_ue8m0(code); });
  // Three formats without NaN can saturate only, with four codes for it; the others have two overflows and eight.
  expected += levels * (3 * 4 + 5 * 2 * 8 + 9 * decoded_ranges);

  return check::summary("conversions", expected);
}
