// The loops of an optimizer step of every instruction set against plain loops over one element at a time, bit for bit.
#include <cmath>
#include <random>
#include <type_traits>
#include <vector>

#include "check.h"
#include "codebooks.h"
#include "dispatch.h"
#include "optim_loops.h"

namespace {

using namespace fp4j;
using namespace fp4j::host;

const OptimLoops* const levels[] = {
    &optim_loops_baseline,
#if defined(FP4J_X86_64_LEVELS)
    &optim_loops_avx2, &optim_loops_avx512, &optim_loops_avx512vnni
#endif
};

constexpr std::size_t chunk_size = 4096;
constexpr std::size_t counts[] = {0, 1, 15, 16, 31, 33, 1000, 4095, 4096, 4097, 3 * 4096 + 50};

// The bits of a number; one value for all NaN.
template <class Real>
std::uint32_t digest(Real value) {
  const std::uint64_t bits = value != value ? 1 : to_bits(value);
  return static_cast<std::uint32_t>(bits ^ bits >> 32);
}

template <class T>
void same(const char* what, const std::vector<T>& actual, const std::vector<T>& expected) {
  for (std::size_t i = 0; i < expected.size(); i++) {
    if constexpr (std::is_floating_point<T>::value) {
      check::equal(what, i, digest(actual[i]), digest(expected[i]));
    } else {
      check::equal(what, i, static_cast<std::uint32_t>(actual[i]), static_cast<std::uint32_t>(expected[i]));
    }
  }
}

std::vector<float> values_of(std::size_t count, unsigned seed, bool with_specials) {
  std::mt19937 random(seed);
  std::vector<float> values(count);
  for (float& value : values) {
    switch (random() % 16) {
      case 0: value = 0.0f; break;
      case 1: value = static_cast<float>(static_cast<int>(random() % 33) - 16) * .0625f; break;
      case 2: value = from_bits<float>(static_cast<std::uint32_t>(random()) & 0xBFFFFFFFu); break;  // magnitudes below 2
      case 3: value = with_specials ? from_bits<float>(static_cast<std::uint32_t>(random())) : 1.0f; break;
      default: value = static_cast<float>(static_cast<int>(random())) * 0x1p-31f;
    }
  }
  return values;
}

std::vector<float> magnitudes_of(std::vector<float> values) {
  for (float& value : values) {
    value = magnitude(value);
  }
  return values;
}

double squares(const std::vector<float>& gradient, std::size_t first, float threshold, float ratio) {
  double lanes[32] = {};
  for (std::size_t i = first; i < gradient.size() && i < first + chunk_size; i++) {
    const float g = std::fabs(gradient[i]) > threshold ? gradient[i] * ratio : gradient[i];
    lanes[(i - first) % 32] += static_cast<double>(g) * static_cast<double>(g);
  }
  for (int half = 16; half > 0; half /= 2) {
    for (int lane = 0; lane < half; lane++) {
      lanes[lane] += lanes[lane + half];
    }
  }
  return lanes[0];
}

void statistics(const OptimLoops& loops, const std::vector<float>& gradient) {
  std::vector<std::int32_t> largest;
  std::vector<double> sums;
  for (std::size_t first = 0; first < gradient.size(); first += chunk_size) {
    std::uint32_t most = 0;
    for (std::size_t i = first; i < gradient.size() && i < first + chunk_size; i++) {
      most = larger(most, magnitude_bits(gradient[i]));
    }
    largest.push_back(static_cast<std::int32_t>(most));
    sums.push_back(squares(gradient, first, INFINITY, 1.0f));
  }
  std::vector<std::int32_t> magnitudes(largest.size());
  std::vector<double> sums_of_loops(sums.size());
  loops.scan(gradient.data(), gradient.size(), magnitudes.data(), sums_of_loops.data());
  same("largest magnitudes", magnitudes, largest);
  same("squares", sums_of_loops, sums);
  std::int64_t above = 0;
  for (const float g : gradient) {
    above += std::fabs(g) > .5f ? 1 : 0;
  }
  const std::vector<float> chunk(gradient.begin(), gradient.begin() + static_cast<long>(smaller(gradient.size(), chunk_size)));
  same("clipped squares", std::vector<double>{loops.squares_clipped(chunk.data(), chunk.size(), .5f, .3f)}, {squares(chunk, 0, .5f, .3f)});
  same("elements above", std::vector<std::int64_t>{loops.count_above(gradient.data(), gradient.size(), .5f)}, {above});
}

void updates(const OptimLoops& loops, const std::vector<float>& gradient) {
  const AdamCoefficients c = {.5f, .25f, 3.0f, .9999f, .9f, .1f, .999f, .001f, 4e-4f, 1.3f, 1e-8f};
  const std::size_t count = gradient.size();
  for (const bool lerp : {false, true}) {
    std::vector<float> p = values_of(count, 5, false), m = values_of(count, 6, false), v = magnitudes_of(values_of(count, 7, false)), target(count);
    std::vector<float> p_loops = p, m_loops = m, v_loops = v, conditioned(count);
    for (std::size_t i = 0; i < count; i++) {
      const float a = (std::fabs(gradient[i]) > c.threshold ? gradient[i] * c.ratio : gradient[i]) * c.gain;
      conditioned[i] = a;
      m[i] = lerp ? m[i] + (a - m[i]) * c.one_minus_beta1 : m[i] * c.beta1 + a * c.one_minus_beta1;
      v[i] = v[i] * c.beta2 + a * c.one_minus_beta2 * a;
      p[i] = p[i] * c.decay - m[i] * c.step_size / (std::sqrt(v[i]) * c.inverse_root_correction2 + c.epsilon);
    }
    loops.condition(c, gradient.data(), target.data(), count);
    (lerp ? loops.adam_lerp : loops.adam_blend)(c, p_loops.data(), gradient.data(), m_loops.data(), v_loops.data(), count);
    same("conditioned", target, conditioned);
    same("parameters", p_loops, p);
    same("first moments", m_loops, m);
    same("second moments", v_loops, v);
  }
}

std::size_t bytes_of(const CodeTable& table, std::size_t count) {
  return table.bits == 8 ? count : (count + 1) / 2;
}

CodeTable table_of(const std::vector<float>& values, int bits, int zero_code) {
  CodeTable table;
  table.values = values.data();
  table.bits = bits;
  table.zero_code = zero_code;
  for (std::size_t i = 0; i + 1 < values.size(); i++) {
    table.midpoints[i] = (values[i] + values[i + 1]) * .5f;
  }
  return table;
}

void codes(const OptimLoops& loops, const std::vector<float>& codebook, int bits, int zero_code, std::size_t block_size, const std::vector<float>& values) {
  const CodeTable table = table_of(codebook, bits, zero_code);
  const std::size_t count = values.size();
  const std::size_t bytes = bytes_of(table, count);
  std::vector<float> scales, scale_of(count), restored(count);
  for (std::size_t first = 0; first < count; first += block_size) {
    std::uint32_t most = 0;
    for (std::size_t i = first; i < count && i < first + block_size; i++) {
      most = larger(most, magnitude_bits(values[i]));
    }
    scales.push_back(from_bits<float>(most));
  }
  std::vector<std::uint8_t> packed(bytes);
  for (std::size_t i = 0; i < count; i++) {
    scale_of[i] = scales[i / block_size];
    int code = zero_code;
    if (scale_of[i] != 0.0f) {
      const float x = values[i] / scale_of[i];
      for (code = 0; code < (1 << bits) - 1 && x > table.midpoints[code]; code++) {
      }
    }
    restored[i] = codebook[static_cast<std::size_t>(code)] * scale_of[i];
    std::uint8_t& byte = packed[bits == 8 ? i : i / 2];
    byte = static_cast<std::uint8_t>(bits == 8 || i % 2 == 0 ? code : byte | code << 4);
  }
  if (bits == 4 && count % 2 != 0) {
    packed.back() = static_cast<std::uint8_t>(packed.back() | zero_code << 4);
  }
  std::vector<std::uint8_t> packed_by_loops(bytes);
  std::vector<float> scales_by_loops(scales.size()), back(count);
  loops.encode_blocks(table, block_size, values.data(), count, packed_by_loops.data(), scales_by_loops.data());
  same("codes of blocks", packed_by_loops, packed);
  same("scales of blocks", scales_by_loops, scales);
  loops.decode_blocks(table, block_size, packed.data(), scales.data(), back.data(), count);
  same("values of blocks", back, restored);
  std::vector<std::uint8_t> packed_by_element(bytes);
  loops.encode(table, values.data(), scale_of.data(), packed_by_element.data(), count);
  same("codes", packed_by_element, packed);
  loops.decode(table, packed.data(), scale_of.data(), back.data(), count);
  same("values", back, restored);
}

// Numbers within four ulps of where a block's codes change, under scales of every exponent, subnormal ones too.
std::vector<float> values_near_boundaries(const std::vector<float>& codebook, std::size_t blocks, std::size_t block_size, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<float> values;
  for (std::size_t block = 0; block < blocks; block++) {
    const float scale = std::ldexp(1.0f + static_cast<float>(random() % (1u << 23)) * 0x1p-23f, static_cast<int>(random() % 276) - 149);
    values.push_back(scale);
    while (values.size() % block_size != 0) {
      const std::size_t code = random() % (codebook.size() - 1);
      const float x = (codebook[code] + codebook[code + 1]) * .5f * scale;
      const std::uint32_t magnitude = magnitude_bits(x) + static_cast<std::uint32_t>(random() % 9);
      values.push_back(std::copysign(from_bits<float>(magnitude < 4 ? 0 : std::min(magnitude - 4, magnitude_bits(scale))), x));
    }
  }
  return values;
}

// A block of 16 whose quotients lie in the middle between a subnormal boundary and the next number.
std::vector<float> ties_above_subnormal_boundaries() {
  std::vector<float> values = {4.0f};
  for (int i = -7; i < 8; i++) {
    values.push_back(static_cast<float>(4 * (2 * i + 1) + 2) * 0x1p-149f);
  }
  return values;
}

// Zeros in one block of each `period`, whose scale will be 0.
std::vector<float> with_zero_blocks(std::vector<float> values, std::size_t block_size, std::size_t period) {
  for (std::size_t i = 0; i < values.size(); i++) {
    values[i] = i / block_size % period == 1 ? 0.0f : values[i];
  }
  return values;
}

// Updates of moments in codes against the three loops that they join.
void coded_updates(const OptimLoops& loops, const std::vector<float>& all_gradients, const CodeTable (&tables)[2], std::size_t block_size, bool conditioned) {
  AdamCoefficients c = {.5f, .25f, 3.0f, .9999f, .9f, .1f, .999f, .001f, 4e-4f, 1.3f, 1e-8f};
  if (!conditioned) {
    c.threshold = INFINITY;
    c.gain = 1;
  }
  const OptimLoops& plain = *levels[0];
  const std::vector<float> gradient = with_zero_blocks(all_gradients, block_size, 3);
  const std::size_t count = gradient.size();
  for (const bool lerp : {false, true}) {
    std::vector<float> p = values_of(count, 5, false), values[] = {with_zero_blocks(values_of(count, 6, false), block_size, 3),
                                                                      with_zero_blocks(magnitudes_of(values_of(count, 7, false)), block_size, 6)};
    std::vector<std::uint8_t> codes[2], codes_of_loops[2];
    std::vector<float> scales[2], scales_of_loops[2];
    for (int moment = 0; moment < 2; moment++) {
      codes[moment].resize(bytes_of(tables[moment], count));
      scales[moment].resize((count + block_size - 1) / block_size);
      plain.encode_blocks(tables[moment], block_size, values[moment].data(), count, codes[moment].data(), scales[moment].data());
      if (moment == 0 && scales[0].size() > 4) {
        scales[0][3] = INFINITY;  // and the second moment's is a number
      }
      codes_of_loops[moment] = codes[moment];
      scales_of_loops[moment] = scales[moment];
      plain.decode_blocks(tables[moment], block_size, codes[moment].data(), scales[moment].data(), values[moment].data(), count);
    }
    std::vector<float> p_loops = p;
    (lerp ? plain.adam_lerp : plain.adam_blend)(c, p.data(), gradient.data(), values[0].data(), values[1].data(), count);
    const CodedMoment coded[] = {{&tables[0], codes_of_loops[0].data(), scales_of_loops[0].data()}, {&tables[1], codes_of_loops[1].data(), scales_of_loops[1].data()}};
    (lerp ? loops.adam_blocks_lerp : loops.adam_blocks_blend)(c, p_loops.data(), gradient.data(), coded[0], coded[1], block_size, count);
    same("parameters of a coded update", p_loops, p);
    for (int moment = 0; moment < 2; moment++) {
      plain.encode_blocks(tables[moment], block_size, values[moment].data(), count, codes[moment].data(), scales[moment].data());
      same("codes of a coded update", codes_of_loops[moment], codes[moment]);
      same("scales of a coded update", scales_of_loops[moment], scales[moment]);
    }
  }
}

void rank_one(const OptimLoops& loops, const std::vector<float>& values) {
  const std::size_t count = values.size();
  std::vector<float> maxima = magnitudes_of(values_of(count, 9, true)), raised(count), scales(count), limited(count);
  std::uint32_t most = 0;
  for (std::size_t i = 0; i < count; i++) {
    most = larger(most, magnitude_bits(values[i]));
    raised[i] = from_bits<float>(larger(magnitude_bits(values[i]), to_bits(maxima[i])));
    limited[i] = maxima[i] != maxima[i] ? maxima[i] : std::fmin(.25f, maxima[i]);
  }
  loops.limit_scales(.25f, maxima.data(), scales.data(), count);
  same("limited scales", scales, limited);
  same("largest", std::vector<float>{loops.raise_maxima(values.data(), maxima.data(), count)}, {from_bits<float>(most)});
  same("maxima", maxima, raised);
}

}  // namespace

int main() {
  const std::vector<float> linear4 = codebooks::linear(16), linear8 = codebooks::linear(256);
  const CodeTable dynamic = table_of(codebooks::dynamic4, 4, codebooks::dynamic4_zero), linear = table_of(linear4, 4, 0), wide = table_of(linear8, 8, 0);
  const CodeTable pairs[][2] = {{dynamic, linear}, {dynamic, wide}, {linear, dynamic}};
  const int usable = static_cast<int>(usable_level()) + 1;
  long long expected = 0;
  for (int level = 0; level < usable; level++) {
    for (const std::size_t count : counts) {
      for (const bool with_specials : {false, true}) {
        const std::vector<float> values = values_of(count, static_cast<unsigned>(count) + 1, with_specials);
        statistics(*levels[level], values);
        updates(*levels[level], values);
        rank_one(*levels[level], values);
        for (const std::size_t block_size : {std::size_t{2}, std::size_t{128}, std::size_t{2048}}) {
          codes(*levels[level], codebooks::dynamic4, 4, codebooks::dynamic4_zero, block_size, values);
          codes(*levels[level], codebooks::linear(16), 4, 0, block_size, values);
          codes(*levels[level], codebooks::linear(256), 8, 0, block_size, values);
          const std::size_t blocks = (count + block_size - 1) / block_size;
          expected += static_cast<long long>(3 * (blocks + 2 * count) + 2 * (2 * ((count + 1) / 2) + count));
        }
        for (const std::size_t block_size : {std::size_t{2}, std::size_t{32}, std::size_t{64}, std::size_t{128}, std::size_t{1024}, std::size_t{2048}}) {
          const std::size_t blocks = (count + block_size - 1) / block_size;
          for (const auto& tables : pairs) {
            coded_updates(*levels[level], values, tables, block_size, true);
            coded_updates(*levels[level], values, tables, block_size, false);
            expected += static_cast<long long>(4 * (count + 2 * blocks + bytes_of(tables[0], count) + bytes_of(tables[1], count)));
          }
        }
        expected += static_cast<long long>(2 * ((count + chunk_size - 1) / chunk_size) + 2 + 8 * count + 2 * count + 1);
      }
    }
  }
  for (int level = 0; level < usable; level++) {
    for (const std::size_t block_size : {std::size_t{16}, std::size_t{128}}) {
      const std::size_t blocks = (1u << 20) / block_size;
      for (const std::vector<float>& codebook : {codebooks::linear(16), codebooks::dynamic4, codebooks::around_zero}) {
        codes(*levels[level], codebook, 4, 0, block_size, values_near_boundaries(codebook, blocks, block_size, 11));
        expected += static_cast<long long>(blocks + (2 << 20) + (2 << 19));
      }
    }
  }
  for (int level = 0; level < usable; level++) {
    codes(*levels[level], codebooks::subnormal(), 4, 7, 16, ties_above_subnormal_boundaries());
    expected += 1 + 2 * 16 + 2 * 8;
  }
  std::printf("optim: %d instruction sets\n", usable);
  return check::summary("optim", expected);
}
