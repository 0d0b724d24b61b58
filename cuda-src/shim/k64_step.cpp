#include "k64_step.h"

namespace shim {
namespace {

constexpr int fraction_bits = 35;
constexpr int zero_exponent = -126;
constexpr std::uint32_t nan_bits = 0x7FFFFFFFu;
constexpr int halves[8] = {0, 1, 2, 3, 4, 6, 8, 12};  // twice the value of an E2M1 magnitude

struct Scale {
  bool nan;
  int eighths;  // significand times 8
  int exponent;
};

Scale scale_of(ScaleFormat format, std::uint8_t code) {
  if (format == ScaleFormat::ue8m0) {
    return {code == 0xFF, 8, code - 127};
  }
  const int field = code >> 3 & 15;
  const int mantissa = code & 7;
  if (field == 0) {
    return {false, mantissa, mantissa == 0 ? zero_exponent : -6};
  }
  return {(code & 0x7F) == 0x7F, 8 + mantissa, field - 7};
}

int signed_halves(std::uint8_t code) { return (code & 8) != 0 ? -halves[code & 7] : halves[code & 7]; }

// value * 2^-places, toward zero.
long long cut(long long value, int places) {
  if (places >= 63) {
    return 0;
  }
  return value < 0 ? -(-value >> places) : value >> places;
}

// sum * 2^exponent, truncated to a float.
std::uint32_t truncate(long long sum, int exponent) {
  if (sum == 0) {
    return 0;
  }
  const std::uint32_t sign = sum < 0 ? 0x80000000u : 0u;
  unsigned long long magnitude = static_cast<unsigned long long>(sum < 0 ? -sum : sum);
  int top = 63;
  while ((magnitude >> top) == 0) {
    top--;
  }
  const int binade = top + exponent;
  if (binade > 127) {
    return sign | 0x7F800000u;
  }
  const int last_place = (binade < -126 ? -126 : binade) - 23;
  const int down = last_place - exponent;
  magnitude = down >= 64 ? 0 : down >= 0 ? magnitude >> down : magnitude << -down;
  const std::uint32_t field = binade < -126 ? 0u : static_cast<std::uint32_t>(binade + 127);
  return sign | (field << 23) | (static_cast<std::uint32_t>(magnitude) & 0x7FFFFFu);
}

}  // namespace

std::uint32_t k64_step(ScaleFormat format, int block, const std::uint8_t* a, const std::uint8_t* b, const std::uint8_t* a_scales, const std::uint8_t* b_scales,
                       std::uint32_t c) {
  long long terms[4];  // in units of 2^(exponent - 8)
  int exponents[4];
  const std::uint32_t c_field = c >> 23 & 0xFF;
  bool nan = c_field == 0xFF && (c & 0x7FFFFFu) != 0;
  for (int group = 0; group < 4; group++) {
    int quarters = 0;
    for (int i = 16 * group; i < 16 * group + 16; i++) {
      quarters += signed_halves(a[i]) * signed_halves(b[i]);
    }
    const Scale scale_a = scale_of(format, a_scales[16 * group / block]);
    const Scale scale_b = scale_of(format, b_scales[16 * group / block]);
    nan |= scale_a.nan || scale_b.nan;
    terms[group] = static_cast<long long>(quarters) * scale_a.eighths * scale_b.eighths;
    exponents[group] = scale_a.exponent + scale_b.exponent;
  }
  if (nan) {
    return nan_bits;
  }
  if (c_field == 0xFF) {
    return c;
  }
  const int c_exponent = c_field == 0 ? -126 : static_cast<int>(c_field) - 127;
  int largest = c_exponent;
  for (int exponent : exponents) {
    largest = exponent > largest ? exponent : largest;
  }
  long long significand = static_cast<long long>(c & 0x7FFFFFu) | (c_field == 0 ? 0 : 0x800000);
  significand = (c >> 31) != 0 ? -significand : significand;
  long long sum = cut(significand * (1LL << (fraction_bits - 23)), largest - c_exponent);
  for (int group = 0; group < 4; group++) {
    sum += cut(terms[group] * (1LL << (fraction_bits - 8)), largest - exponents[group]);
  }
  return truncate(sum, largest - fraction_bits);
}

}  // namespace shim
