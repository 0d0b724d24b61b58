// An optimizer's kernels against plain loops over one element at a time, in the order that fp4j_optim.h promises.
#include <cmath>

#include "codebooks.h"
#include "fp4j/optim.cuh"
#include "launch.h"

namespace {

using namespace launches;

long long expected_count = 0;

constexpr std::size_t chunk_size = 4096;

const fp4j::AdamStep steps[] = {
    {{INFINITY, 1.0f, 1.0f, .99999f, .9f, .1f, .999f, .001f, 1e-3f, 1.3f, 1e-8f}, 1},
    {{.5f, .25f, 3.0f, 1.0f, .9f, .1f, .999f, .001f, 4e-4f, 1.0f, 1e-8f}, 0},
};

std::size_t ceil_div(std::size_t a, std::size_t b) { return (a + b - 1) / b; }
long long signed_of(std::size_t n) { return static_cast<long long>(n); }

std::vector<float> values_of(std::size_t count, std::uint64_t seed, bool with_specials) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& value : values) {
    value = random.value();
    if (!with_specials && !(fp4j::magnitude(value) < 0x1p60f)) {
      value = 1.0f;
    }
  }
  return values;
}

std::vector<float> magnitudes_of(std::vector<float> values) {
  for (float& value : values) {
    value = fp4j::magnitude(value);
  }
  return values;
}

void same_doubles(const char* what, const Buffer<double>& actual, const std::vector<double>& expected) {
  for (std::size_t i = 0; i < expected.size(); i++) {
    const double a = actual.data()[i];
    const double e = expected[i];
    const std::uint64_t a_bits = a != a ? 1 : fp4j::to_bits(a);
    const std::uint64_t e_bits = e != e ? 1 : fp4j::to_bits(e);
    check::equal(what, i, static_cast<std::uint32_t>(a_bits ^ a_bits >> 32), static_cast<std::uint32_t>(e_bits ^ e_bits >> 32));
  }
  expected_count += signed_of(expected.size());
}

template <class T>
void same_codes(const char* what, const Buffer<T>& actual, const std::vector<T>& expected) {
  same_bytes(what, actual, expected);
  expected_count += signed_of(expected.size());
}

void same_floats(const char* what, const Buffer<float>& actual, const std::vector<float>& expected) {
  same_values(what, actual, expected);
  expected_count += signed_of(expected.size());
}

template <class Body>
void launch(const shim::Schedule& schedule, unsigned grid, const Body& body) {
  shim::launch(schedule, grid, 256, body);
}

struct Statistics {
  std::vector<unsigned> magnitudes;
  std::vector<double> squares;
  std::vector<int> clipped;
};

Statistics statistics_of(const std::vector<float>& gradient, float threshold, float ratio) {
  Statistics all;
  for (std::size_t first = 0; first < gradient.size(); first += chunk_size) {
    double lanes[32] = {};
    unsigned largest = 0;
    int clipped = 0;
    for (std::size_t i = first; i < gradient.size() && i < first + chunk_size; i++) {
      largest = fp4j::larger(largest, fp4j::magnitude_bits(gradient[i]));
      const bool above = std::fabs(gradient[i]) > threshold;
      clipped += above ? 1 : 0;
      const float g = above ? gradient[i] * ratio : gradient[i];
      lanes[(i - first) % 32] += static_cast<double>(g) * static_cast<double>(g);
    }
    for (int half = 16; half > 0; half /= 2) {
      for (int lane = 0; lane < half; lane++) {
        lanes[lane] += lanes[lane + half];
      }
    }
    all.magnitudes.push_back(largest);
    all.squares.push_back(lanes[0]);
    all.clipped.push_back(clipped);
  }
  return all;
}

void statistics(std::size_t count, bool with_specials) {
  const std::vector<float> values = values_of(count, count + 1, with_specials);
  const Buffer<float> gradient(values, count % 2);
  const std::size_t chunks = ceil_div(count, chunk_size);
  const Statistics whole = statistics_of(values, INFINITY, 1.0f);
  const float threshold = 2.0f;
  const float ratio = .3f;
  const Statistics after = statistics_of(values, threshold, ratio);
  for (const shim::Schedule& schedule : schedules) {
    const Buffer<unsigned> magnitudes(chunks);
    const Buffer<double> squares(chunks);
    launch(schedule, 2, [&] { fp4j_optim_scan(gradient.data(), signed_of(count), magnitudes.data(), squares.data()); });
    same_codes("largest magnitudes", magnitudes, whole.magnitudes);
    same_doubles("squares", squares, whole.squares);
    Buffer<int> clipped(chunks);
    const Buffer<double> all_squares(chunks);
    launch(schedule, 1, [&] { fp4j_optim_clip(gradient.data(), signed_of(count), threshold, ratio, nullptr, all_squares.data(), clipped.data()); });
    same_doubles("clipped squares", all_squares, after.squares);
    same_codes("clipped elements", clipped, after.clipped);
    clipped.clear();
    launch(schedule, 3, [&] {
      fp4j_optim_clip(gradient.data(), signed_of(count), threshold, ratio, magnitudes.data(), squares.data(), clipped.data());
    });
    same_doubles("squares, chunks above the threshold clipped", squares, after.squares);  // the others' squares are the same either way
    same_codes("clipped elements of chunks above the threshold", clipped, after.clipped);
  }
}

// A chunk that does not reach above the threshold is not read again: its sum stays, whatever it is.
void chunks_below_the_threshold_stay() {
  std::vector<float> values(3 * chunk_size, .5f);
  values[chunk_size + 7] = 4.0f;
  const Buffer<float> gradient(values);
  const Buffer<unsigned> magnitudes(std::vector<unsigned>{0x3F000000u, 0x40800000u, 0x3F000000u});
  const Buffer<double> squares(std::vector<double>{-1.0, -1.0, -1.0});
  const Buffer<int> clipped(3);
  launch(schedules[0], 1, [&] { fp4j_optim_clip(gradient.data(), 3 * chunk_size, 1.0f, .25f, magnitudes.data(), squares.data(), clipped.data()); });
  same_doubles("sums of chunks", squares, {-1.0, 4095 * .25 + 1.0, -1.0});
  same_codes("clipped of chunks", clipped, {0, 1, 0});
}

struct Moments {
  std::vector<float> parameters, first, second;
};

// One update, by the formulas of fp4j_optim.h.
void update(const fp4j::AdamStep& step, const std::vector<float>& gradient, Moments* state) {
  const fp4j::AdamCoefficients& c = step.coefficients;
  for (std::size_t i = 0; i < gradient.size(); i++) {
    const float g = gradient[i];
    const float a = (std::fabs(g) > c.threshold ? g * c.ratio : g) * c.gain;
    float& m = state->first[i];
    float& v = state->second[i];
    float& p = state->parameters[i];
    m = step.lerp != 0 ? m + (a - m) * c.one_minus_beta1 : m * c.beta1 + a * c.one_minus_beta1;
    v = v * c.beta2 + a * c.one_minus_beta2 * a;
    p = p * c.decay - m * c.step_size / (std::sqrt(v) * c.inverse_root_correction2 + c.epsilon);
  }
}

void adam(std::size_t count, std::size_t skipped) {
  const std::vector<float> gradient = values_of(count, count + 3, true);
  const Moments start = {values_of(count, count + 4, false), values_of(count, count + 5, false), magnitudes_of(values_of(count, count + 6, false))};
  for (const fp4j::AdamStep& step : steps) {
    Moments end = start;
    update(step, gradient, &end);
    std::vector<float> conditioned;
    for (const float g : gradient) {
      conditioned.push_back((std::fabs(g) > step.coefficients.threshold ? g * step.coefficients.ratio : g) * step.coefficients.gain);
    }
    const Buffer<float> g(gradient, skipped);
    for (const shim::Schedule& schedule : schedules) {
      const Buffer<float> p(start.parameters, skipped), m(start.first, skipped), v(start.second, 2 * skipped), target(count, skipped), in_place(gradient, skipped);
      launch(schedule, 3, [&] { fp4j_optim_adam(step, p.data(), g.data(), m.data(), v.data(), signed_of(count)); });
      same_floats("parameters", p, end.parameters);
      same_floats("first moments", m, end.first);
      same_floats("second moments", v, end.second);
      launch(schedule, 1, [&] { fp4j_optim_condition(step, g.data(), target.data(), signed_of(count)); });
      same_floats("conditioned", target, conditioned);
      launch(schedule, 2, [&] { fp4j_optim_condition(step, in_place.data(), in_place.data(), signed_of(count)); });
      same_floats("conditioned in place", in_place, conditioned);
    }
  }
}

struct Codebook {
  std::vector<float> values;
  int bits;
  int zero_code;

  int code(float x) const {
    std::size_t code = 0;
    while (code + 1 < values.size() && x > (values[code] + values[code + 1]) * .5f) {
      code++;
    }
    return static_cast<int>(code);
  }
  std::size_t bytes(std::size_t count) const { return bits == 8 ? count : (count + 1) / 2; }
};

const Codebook all_codebooks[] = {{codebooks::dynamic4, 4, codebooks::dynamic4_zero}, {codebooks::linear(16), 4, 0}, {codebooks::linear(256), 8, 0}};

struct Packed {
  std::vector<unsigned char> codes;
  std::vector<float> scales;
};

// scales: one to an element.
std::vector<unsigned char> encoded(const Codebook& codebook, const std::vector<float>& values, const std::vector<float>& scales) {
  std::vector<unsigned char> packed(codebook.bytes(values.size()));
  for (std::size_t i = 0; i < values.size(); i++) {
    const int code = scales[i] == 0.0f ? codebook.zero_code : codebook.code(values[i] / scales[i]);
    unsigned char& byte = packed[codebook.bits == 8 ? i : i / 2];
    byte = static_cast<unsigned char>(codebook.bits == 8 || i % 2 == 0 ? code : byte | code << 4);
  }
  if (codebook.bits == 4 && values.size() % 2 != 0) {
    packed.back() = static_cast<unsigned char>(packed.back() | codebook.zero_code << 4);
  }
  return packed;
}

std::vector<float> spread(const std::vector<float>& scales, std::size_t block_size, std::size_t count) {
  std::vector<float> all(count);
  for (std::size_t i = 0; i < count; i++) {
    all[i] = scales[i / block_size];
  }
  return all;
}

Packed encoded_blocks(const Codebook& codebook, std::size_t block_size, const std::vector<float>& values) {
  Packed packed;
  for (std::size_t first = 0; first < values.size(); first += block_size) {
    unsigned largest = 0;
    for (std::size_t i = first; i < values.size() && i < first + block_size; i++) {
      largest = fp4j::larger(largest, fp4j::magnitude_bits(values[i]));
    }
    packed.scales.push_back(fp4j::from_bits<float>(largest));
  }
  packed.codes = encoded(codebook, values, spread(packed.scales, block_size, values.size()));
  return packed;
}

std::vector<float> decoded(const Codebook& codebook, const std::vector<unsigned char>& packed, const std::vector<float>& scales) {
  std::vector<float> values;
  for (std::size_t i = 0; i < scales.size(); i++) {
    const int code = codebook.bits == 8 ? packed[i] : packed[i / 2] >> (4 * (i % 2)) & 15;
    values.push_back(codebook.values[static_cast<std::size_t>(code)] * scales[i]);
  }
  return values;
}

void states(const Codebook& codebook, std::size_t block_size, std::size_t count, bool with_specials) {
  std::vector<float> values = values_of(count, count + block_size, with_specials);
  for (std::size_t i = 0; i < values.size() && i < block_size; i++) {
    values[i] = 0.0f;  // a block under a zero scale
  }
  const Packed blocks = encoded_blocks(codebook, block_size, values);
  const std::vector<float> element_scales = magnitudes_of(values_of(count, count + 9, with_specials));
  const std::vector<unsigned char> with_element_scales = encoded(codebook, values, element_scales);
  const Buffer<float> table(codebook.values), from(values), scales_of_elements(element_scales);
  const long long n = signed_of(count);
  for (const shim::Schedule& schedule : schedules) {
    Buffer<unsigned char> packed(blocks.codes.size());
    const Buffer<float> scales(blocks.scales.size()), back(count);
    launch(schedule, 2, [&] {
      fp4j_optim_encode_blocks(table.data(), codebook.bits, codebook.zero_code, signed_of(block_size), from.data(), n, packed.data(), scales.data());
    });
    same_codes("codes of blocks", packed, blocks.codes);
    same_floats("scales of blocks", scales, blocks.scales);
    launch(schedule, 1, [&] { fp4j_optim_decode_blocks(table.data(), codebook.bits, signed_of(block_size), packed.data(), scales.data(), back.data(), n); });
    same_floats("values of blocks", back, decoded(codebook, blocks.codes, spread(blocks.scales, block_size, count)));
    packed.clear();
    launch(schedule, 3, [&] {
      fp4j_optim_encode(table.data(), codebook.bits, codebook.zero_code, from.data(), scales_of_elements.data(), packed.data(), n);
    });
    same_codes("codes", packed, with_element_scales);
    launch(schedule, 2, [&] { fp4j_optim_decode(table.data(), codebook.bits, packed.data(), scales_of_elements.data(), back.data(), n); });
    same_floats("values", back, decoded(codebook, with_element_scales, element_scales));
  }
}

// Both moments decoded, updated, encoded: the same as by one after the other.
void adam_4bit(std::size_t count, std::size_t skipped) {
  const Codebook& first = all_codebooks[0];
  const Codebook& second = all_codebooks[1];
  const std::vector<float> gradient = values_of(count, count + 20, count % 3 == 0);
  const Packed m = encoded_blocks(first, 128, values_of(count, count + 21, false));
  const Packed v = encoded_blocks(second, 128, magnitudes_of(values_of(count, count + 22, false)));
  const std::vector<float> parameters = values_of(count, count + 23, false);
  for (const fp4j::AdamStep& step : steps) {
    Moments state = {parameters, decoded(first, m.codes, spread(m.scales, 128, count)), decoded(second, v.codes, spread(v.scales, 128, count))};
    update(step, gradient, &state);
    const Packed new_m = encoded_blocks(first, 128, state.first);
    const Packed new_v = encoded_blocks(second, 128, state.second);
    const Buffer<float> g(gradient, skipped), first_table(first.values), second_table(second.values);
    for (const shim::Schedule& schedule : schedules) {
      const Buffer<float> p(parameters, skipped), m_scales(m.scales), v_scales(v.scales);
      const Buffer<unsigned char> m_codes(m.codes, skipped), v_codes(v.codes);
      launch(schedule, 2, [&] {
        fp4j_optim_adam_4bit(step, p.data(), g.data(), first_table.data(), first.zero_code, m_codes.data(), m_scales.data(), second_table.data(),
                             second.zero_code, v_codes.data(), v_scales.data(), signed_of(count));
      });
      same_floats("parameters over 4 bits", p, state.parameters);
      same_codes("first moments' codes", m_codes, new_m.codes);
      same_floats("first moments' scales", m_scales, new_m.scales);
      same_codes("second moments' codes", v_codes, new_v.codes);
      same_floats("second moments' scales", v_scales, new_v.scales);
    }
  }
}

void maxima(std::size_t count, std::size_t skipped) {
  const std::vector<float> values = values_of(count, count + 30, count % 2 == 0);
  const std::vector<float> start = magnitudes_of(values_of(count, count + 31, true));
  std::vector<float> raised, limited;
  unsigned largest = 0;
  for (std::size_t i = 0; i < count; i++) {
    largest = fp4j::larger(largest, fp4j::magnitude_bits(values[i]));
    raised.push_back(fp4j::from_bits<float>(fp4j::larger(fp4j::magnitude_bits(values[i]), fp4j::to_bits(start[i]))));
    limited.push_back(start[i] != start[i] ? start[i] : std::fmin(1.25f, start[i]));
  }
  const Buffer<float> from(values, skipped), bounds(start, skipped);
  for (const shim::Schedule& schedule : schedules) {
    const Buffer<float> most(start, skipped), scales(count);
    const Buffer<unsigned> largest_bits(std::vector<unsigned>{0});
    launch(schedule, 2, [&] { fp4j_optim_raise_maxima(from.data(), most.data(), signed_of(count), largest_bits.data()); });
    same_floats("maxima", most, raised);
    same_codes("largest of all", largest_bits, {largest});
    launch(schedule, 1, [&] { fp4j_optim_limit_scales(1.25f, bounds.data(), scales.data(), signed_of(count)); });
    same_floats("limited scales", scales, limited);
  }
}

}  // namespace

int main() {
  for (const std::size_t count : {std::size_t{1}, std::size_t{31}, std::size_t{33}, chunk_size - 1, chunk_size, chunk_size + 1, 9 * chunk_size + 77}) {
    statistics(count, false);
    statistics(count, true);
  }
  chunks_below_the_threshold_stay();
  for (const std::size_t count : {std::size_t{1}, std::size_t{3}, std::size_t{4}, std::size_t{1023}, std::size_t{1024}, std::size_t{5003}}) {
    adam(count, 0);
    adam(count, 1);
    maxima(count, 0);
    maxima(count, 1);
  }
  for (const Codebook& codebook : all_codebooks) {
    for (const std::size_t count : {std::size_t{1}, std::size_t{2}, std::size_t{129}, std::size_t{1280}, std::size_t{4099}}) {
      for (const std::size_t block_size : {std::size_t{2}, std::size_t{128}, std::size_t{256}}) {
        if (count > 129 && block_size == 2) {
          continue;  // a warp-wide maximum to every block is slow here
        }
        states(codebook, block_size, count, false);
        states(codebook, block_size, count, true);
      }
    }
  }
  for (const std::size_t count : {std::size_t{1}, std::size_t{2}, std::size_t{127}, std::size_t{128}, std::size_t{130}, std::size_t{2563}}) {
    adam_4bit(count, 0);
    adam_4bit(count, 1);
  }
  return check::summary("optim", expected_count);
}
