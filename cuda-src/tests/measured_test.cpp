// Quantising with the errors measured, of every instruction set that this processor has, against the plain loops over float32 and sums written out.
#include <cmath>
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

const MeasuredLoops* const levels[] = {
    &measured_loops_baseline,
#if defined(FP4J_X86_64_LEVELS)
    &measured_loops_avx2, &measured_loops_avx512, &measured_loops_avx512vnni
#endif
};

// Two rows that no slice of 8192 elements divides.
constexpr std::size_t rows = 2;
constexpr std::size_t columns = 8192 + 192;
constexpr std::size_t count = rows * columns;

float value_of(ValueType type, const std::uint8_t* bytes) {
  std::uint32_t word = 0;
  std::memcpy(&word, bytes, type == ValueType::float32 ? 4 : 2);
  if (type == ValueType::float16) {
    const std::uint32_t quiet_nan = (word & 0x8000u) << 16 | 0x7FC00000u | (word & 0x3FFu) << 13;
    return (word & 0x7FFFu) > 0x7C00u ? from_bits<float>(quiet_nan) : inputs::from_half(word);
  }
  return from_bits<float>(type == ValueType::float32 ? word : word << 16);
}

std::uint64_t bits_of(double value) {
  std::uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

fp4j_error_figures figures_of(const Profile& profile, const std::vector<float>& x, const std::vector<float>& y, const std::vector<std::uint8_t>& codes) {
  fp4j_error_figures figures = {};
  double sums[3][8] = {};
  const std::size_t size = static_cast<std::size_t>(profile.block_size);
  for (std::size_t i = 0; i < count; i++) {
    if (!std::isfinite(x[i]) || !std::isfinite(y[i])) {
      figures.non_finite++;
      continue;
    }
    const double before = static_cast<double>(x[i]);
    const double error = std::fabs(static_cast<double>(y[i]) - before);
    const std::size_t lane = i % columns % 8;
    sums[0][lane] += before * before;
    sums[1][lane] += error * error;
    sums[2][lane] += error;
    figures.max_error = std::fmax(figures.max_error, error);
    const int element = static_cast<int>(i % size);
    const std::size_t byte = i / size * (size / static_cast<std::size_t>(profile.codes_per_byte())) + static_cast<std::size_t>(byte_of(profile, element));
    const std::uint32_t magnitude = static_cast<std::uint32_t>(codes[byte] >> shift_of(profile, element)) & profile.element().magnitude_mask();
    if (std::fabs(y[i]) < std::fabs(x[i])) {
      figures.underflowed += y[i] == 0.0f ? 1 : 0;
      figures.saturated += y[i] != 0.0f && magnitude == profile.element().max_finite_code() ? 1 : 0;
    }
  }
  double totals[3] = {};
  for (int sum = 0; sum < 3; sum++) {
    for (int lane = 0; lane < 8; lane++) {
      totals[sum] += sums[sum][lane];
    }
  }
  figures.signal_energy = totals[0];
  figures.error_energy = totals[1];
  figures.error_sum = totals[2];
  return figures;
}

void equal64(const char* what, std::uint64_t actual, std::uint64_t expected) {
  check::equal(what, 0, static_cast<std::uint32_t>(actual), static_cast<std::uint32_t>(expected));
  check::equal(what, 1, static_cast<std::uint32_t>(actual >> 32), static_cast<std::uint32_t>(expected >> 32));
}

long long compare(const profiles::NamedProfile& named, ValueType type, const std::vector<std::uint8_t>& bytes) {
  const Profile& profile = named.profile;
  std::vector<float> x(count);
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i < count; i++) {
    x[i] = value_of(type, bytes.data() + i * (type == ValueType::float32 ? 4 : 2));
    largest = fold_magnitude(profile, largest, x[i]);
  }
  const float amax = amax_of(largest);
  const float t = 0.7f * stored_tensor_scale(profile, amax);  // too small for the largest blocks
  const std::size_t code_bytes = columns / static_cast<std::size_t>(profile.codes_per_byte());
  const std::size_t scale_bytes = columns / static_cast<std::size_t>(profile.block_size);
  std::vector<std::uint8_t> codes(rows * code_bytes);
  std::vector<std::uint8_t> scales(rows * scale_bytes);
  std::vector<float> y(count);
  block_loops_baseline.quantize(profile, t, {x.data(), columns, 1, rows, columns}, columns, {codes.data(), code_bytes, scales.data(), scale_bytes});
  block_loops_baseline.dequantize(profile, t, {codes.data(), code_bytes, scales.data(), scale_bytes}, y.data(), columns, rows, columns);
  const fp4j_error_figures expected = figures_of(profile, x, y, codes);
  const int usable = static_cast<int>(usable_level()) + 1;
  for (int level = 0; level < usable; level++) {
    check::equal(named.id, 0, to_bits(levels[level]->largest(profile, {type, bytes.data()}, count)), to_bits(amax));
    std::vector<std::uint8_t> own_codes(codes.size());
    std::vector<std::uint8_t> own_scales(scales.size());
    fp4j_error_figures figures;
    levels[level]->quantize(profile, t, {type, bytes.data()}, rows, columns, columns, {own_codes.data(), own_scales.data()}, &figures);
    check::equal(named.id, 1, own_codes == codes, 1);
    check::equal(named.id, 2, own_scales == scales, 1);
    equal64(named.id, figures.non_finite, expected.non_finite);
    equal64(named.id, figures.saturated, expected.saturated);
    equal64(named.id, figures.underflowed, expected.underflowed);
    equal64(named.id, bits_of(figures.signal_energy), bits_of(expected.signal_energy));
    equal64(named.id, bits_of(figures.error_energy), bits_of(expected.error_energy));
    equal64(named.id, bits_of(figures.error_sum), bits_of(expected.error_sum));
    equal64(named.id, bits_of(figures.max_error), bits_of(expected.max_error));
  }
  return usable * (3 + 2 * 7);
}

}  // namespace

int main() {
  std::mt19937 random(7);
  long long expected = 0;
  for (const profiles::NamedProfile& named : profiles::all) {
    for (const ValueType type : {ValueType::float32, ValueType::bfloat16, ValueType::float16}) {
      for (const bool any : {false, true}) {
        // Any bits at all, or those of numbers of ordinary size: the exponent's field between 1/4 and 3/4 of its range.
        std::vector<std::uint8_t> bytes(count * (type == ValueType::float32 ? 4 : 2));
        const std::size_t size = bytes.size() / count;
        for (std::size_t i = 0; i < bytes.size(); i++) {
          bytes[i] = static_cast<std::uint8_t>(random());
          if (!any && i % size == size - 1) {
            bytes[i] = static_cast<std::uint8_t>((bytes[i] & 0x83u) | 0x3Cu);
          }
        }
        expected += compare(named, type, bytes);
      }
    }
  }
  return check::summary("measured", expected);
}
