// The optional functions of fp4j_blocks.h and fp4j_gemm.h as a caller sees them: bad arguments are refused with the code that the headers name, and nothing is written;
// scale layouts of every shape lie where scale_offset says.
#include <cstring>
#include <vector>

#include "check.h"
#include "fp4j/fp4j_blocks.h"
#include "fp4j/fp4j_gemm.h"
#include "fp4j/profiles.cuh"
#include "fp4j/scale_layout.cuh"

namespace {

constexpr size_t rows = 4;
constexpr size_t columns = 64;
constexpr size_t huge = ~size_t{0};

// Everything that a function may be told to write, filled with a pattern.
struct Targets {
  alignas(64) uint8_t codes[rows * columns];
  alignas(64) uint8_t scales[rows * columns];
  alignas(64) uint8_t other_codes[rows * columns];
  alignas(64) uint8_t other_scales[rows * columns];
  alignas(64) float floats[rows * columns];
  alignas(64) uint8_t tiles[128 * 4];
};

Targets targets;
Targets untouched;
alignas(64) float values[rows * columns + 1];
alignas(64) uint8_t bytes[4 * rows * columns + 1];
alignas(64) uint32_t words[rows * columns];
const uint64_t signs[2] = {0xD7E8, 0};

fp4j_profile profile_of(const fp4j::Profile& profile) {
  fp4j_profile data;
  static_assert(sizeof data == sizeof profile, "the C ABI's struct");
  std::memcpy(&data, &profile, sizeof data);
  return data;
}

const fp4j_profile profile = profile_of(fp4j::profiles::te_2_15);

void refused(const char* what, int32_t actual, int32_t expected) {
  check::equal(what, 0, static_cast<std::uint32_t>(actual), static_cast<std::uint32_t>(expected));
  check::equal(what, 1, std::memcmp(&targets, &untouched, sizeof targets) == 0, 1);
}

template <class T>
T* misaligned(T* array) {
  return reinterpret_cast<T*>(reinterpret_cast<uintptr_t>(array) + 1);
}

// The same mistakes in each function that quantises.
template <class Quantize>
void quantising(Quantize quantize) {
  const fp4j_profile* p = &profile;
  uint8_t* const codes = targets.codes;
  uint8_t* const scales = targets.scales;
  refused("null profile", quantize(nullptr, values, columns, rows, columns, codes, 32, scales, 4), FP4J_BAD_ARGUMENT);
  refused("null values", quantize(p, nullptr, columns, rows, columns, codes, 32, scales, 4), FP4J_BAD_ARGUMENT);
  refused("null codes", quantize(p, values, columns, rows, columns, nullptr, 32, scales, 4), FP4J_BAD_ARGUMENT);
  refused("null scales", quantize(p, values, columns, rows, columns, codes, 32, nullptr, 4), FP4J_BAD_ARGUMENT);
  refused("misaligned values", quantize(p, misaligned(values), columns, rows, columns, codes, 32, scales, 4), FP4J_BAD_ARGUMENT);
  refused("rows that overlap", quantize(p, values, columns - 1, rows, columns, codes, 32, scales, 4), FP4J_BAD_ARGUMENT);
  refused("rows of codes that overlap", quantize(p, values, columns, rows, columns, codes, 1, scales, 4), FP4J_BAD_ARGUMENT);
  refused("rows of scales that overlap", quantize(p, values, columns, rows, columns, codes, 32, scales, 0), FP4J_BAD_ARGUMENT);
  refused("too many bytes", quantize(p, values, huge, 2, columns, codes, 32, scales, 4), FP4J_BAD_ARGUMENT);
  refused("too many rows", quantize(p, values, columns, huge / 8, columns, codes, 32, scales, 4), FP4J_BAD_ARGUMENT);
  refused("too many bytes of codes", quantize(p, values, columns, rows, columns, codes, huge / 2, scales, 4), FP4J_BAD_ARGUMENT);
  refused("no rows", quantize(p, nullptr, columns, 0, columns, nullptr, 0, nullptr, 0), FP4J_OK);
  fp4j_profile unknown = profile;
  unknown.scale_formula = -1;
  refused("unknown profile", quantize(&unknown, values, columns, rows, columns, codes, 32, scales, 4), FP4J_UNSUPPORTED);
}

constexpr int of_quantising = 13;

void blocks() {
  const fp4j_profile* p = &profile;
  quantising([](auto... arguments) {
    return [](const fp4j_profile* q, auto... rest) { return fp4j_quantize(q, 1.0f, rest...); }(arguments...);
  });
  quantising([](auto... arguments) {
    return [](const fp4j_profile* q, auto... rest) { return fp4j_quantize_tiles(q, 1.0f, rest...); }(arguments...);
  });
  const fp4j_stochastic rounding = {FP4J_STOCHASTIC_CARRY_8, FP4J_BYTES_ELEMENT, 1, 2};
  quantising([&](auto... arguments) {
    return [&](const fp4j_profile* q, auto... rest) { return fp4j_quantize_stochastic(q, 1.0f, &rounding, 0, columns, rest...); }(arguments...);
  });
  refused("null rounding", fp4j_quantize_stochastic(p, 1.0f, nullptr, 0, columns, values, columns, rows, columns, targets.codes, 32, targets.scales, 4), FP4J_BAD_ARGUMENT);
  const fp4j_stochastic negative = {-1, FP4J_BYTES_ELEMENT, 1, 2};
  refused("negative arithmetic", fp4j_quantize_stochastic(p, 1.0f, &negative, 0, columns, values, columns, rows, columns, targets.codes, 32, targets.scales, 4),
          FP4J_UNSUPPORTED);
  // Four rows are no whole block of the transpose.
  refused("ragged transpose", fp4j_quantize_transposed(p, 1.0f, values, columns, rows, columns, targets.codes, 2, targets.scales, 1), FP4J_BAD_ARGUMENT);
  refused("transpose of nothing", fp4j_quantize_transposed(p, 1.0f, nullptr, huge, 0, huge, nullptr, 0, nullptr, 0), FP4J_OK);
  refused("ragged half",
          fp4j_quantize_both(p, 1.0f, values, columns, rows, columns, targets.codes, 32, targets.scales, 4, targets.other_codes, 2, targets.other_scales, 1),
          FP4J_BAD_ARGUMENT);
  refused("null half", fp4j_quantize_both(p, 1.0f, values, 16, 16, 16, targets.codes, 8, targets.scales, 1, nullptr, 8, targets.other_scales, 1), FP4J_BAD_ARGUMENT);
  refused("ragged columns", fp4j_quantize(p, 1.0f, values, columns, rows, columns - 1, targets.codes, 32, targets.scales, 4), FP4J_BAD_ARGUMENT);
  refused("null amax", fp4j_amax(p, values, columns, rows, columns, nullptr), FP4J_BAD_ARGUMENT);
  refused("misaligned amax", fp4j_amax(p, values, columns, rows, columns, misaligned(targets.floats)), FP4J_BAD_ARGUMENT);
  refused("amax of overlapping rows", fp4j_amax(p, values, columns - 1, rows, columns, targets.floats), FP4J_BAD_ARGUMENT);
  refused("null codes to restore", fp4j_dequantize(p, 1.0f, nullptr, 32, bytes, 4, targets.floats, columns, rows, columns), FP4J_BAD_ARGUMENT);
  refused("null target", fp4j_dequantize(p, 1.0f, bytes, 32, bytes, 4, nullptr, columns, rows, columns), FP4J_BAD_ARGUMENT);
  refused("misaligned target", fp4j_dequantize(p, 1.0f, bytes, 32, bytes, 4, misaligned(targets.floats), columns, rows, columns), FP4J_BAD_ARGUMENT);
  check::equal("supports null", 0, static_cast<std::uint32_t>(fp4j_supports_profile(nullptr)), 0);
  check::equal("supports null", 1, static_cast<std::uint32_t>(fp4j_supports_stochastic(&profile, nullptr)), 0);
}

void hadamard() {
  float* const x = targets.floats;
  for (int32_t size : {-16, 0, 1, 3, 48, 131072, -2147483647 - 1}) {
    refused("size", fp4j_hadamard(size, signs, nullptr, x, columns, rows, columns), FP4J_BAD_ARGUMENT);
  }
  refused("null signs", fp4j_hadamard(16, nullptr, nullptr, x, columns, rows, columns), FP4J_BAD_ARGUMENT);
  refused("misaligned signs", fp4j_hadamard(16, misaligned(signs), nullptr, x, columns, rows, columns), FP4J_BAD_ARGUMENT);
  refused("null values", fp4j_hadamard(16, signs, nullptr, nullptr, columns, rows, columns), FP4J_BAD_ARGUMENT);
  refused("misaligned values", fp4j_hadamard(16, signs, nullptr, misaligned(x), columns, rows, columns), FP4J_BAD_ARGUMENT);
  refused("no whole groups", fp4j_hadamard(16, signs, nullptr, x, columns, rows, columns - 8), FP4J_BAD_ARGUMENT);
  refused("too many bytes", fp4j_hadamard(16, signs, nullptr, x, huge, rows, columns), FP4J_BAD_ARGUMENT);
  const fp4j_format negative = {8, -1, 127, 1, FP4J_TOP_IEEE, FP4J_BOTTOM_ZERO_AND_SUBNORMALS};
  refused("negative mantissa", fp4j_hadamard(16, signs, &negative, x, columns, rows, columns), FP4J_UNSUPPORTED);
}

void layouts() {
  for (int32_t layout : {-1, 3, 2147483647}) {
    refused("layout", fp4j_swizzle(layout, rows, columns, bytes, targets.codes), FP4J_BAD_ARGUMENT);
    refused("layout", fp4j_unswizzle(layout, rows, columns, bytes, targets.codes), FP4J_BAD_ARGUMENT);
  }
  for (int32_t layout : {FP4J_SCALES_LINEAR, FP4J_SCALES_SWIZZLED_128X4, FP4J_SCALES_SWIZZLED_8X4}) {
    refused("null source", fp4j_swizzle(layout, 1, 1, nullptr, targets.tiles), FP4J_BAD_ARGUMENT);
    refused("null target", fp4j_unswizzle(layout, 1, 1, bytes, nullptr), FP4J_BAD_ARGUMENT);
    refused("too many", fp4j_swizzle(layout, huge, 1, bytes, targets.tiles), FP4J_BAD_ARGUMENT);
    refused("too many", fp4j_unswizzle(layout, huge / 2, 3, bytes, targets.tiles), FP4J_BAD_ARGUMENT);
    refused("nothing", fp4j_swizzle(layout, 0, 0, nullptr, nullptr), FP4J_OK);
  }
}

void products() {
  float* const d = targets.floats;
  const auto gemm = [&](const char* model, int32_t operand, size_t m, size_t k, const uint8_t* a, const float* c, float* to) {
    return fp4j_gemm(model, operand, m, 2, k, a, bytes, bytes, bytes, c, to);
  };
  refused("null model", gemm(nullptr, 0, 2, 64, bytes, nullptr, d), FP4J_BAD_ARGUMENT);
  refused("unknown model", gemm("none", 0, 2, 64, bytes, nullptr, d), FP4J_UNSUPPORTED);
  for (int32_t operand : {-1, 2, 4}) {
    refused("operand", gemm("own", operand, 2, 64, bytes, nullptr, d), FP4J_UNSUPPORTED);
  }
  refused("null codes", gemm("own", 0, 2, 64, nullptr, nullptr, d), FP4J_BAD_ARGUMENT);
  refused("null d", gemm("own", 0, 2, 64, bytes, nullptr, nullptr), FP4J_BAD_ARGUMENT);
  refused("misaligned d", gemm("own", 0, 2, 64, bytes, nullptr, misaligned(d)), FP4J_BAD_ARGUMENT);
  refused("misaligned c", gemm("own", 0, 2, 64, bytes, misaligned(values), d), FP4J_BAD_ARGUMENT);
  refused("no k", gemm("own", 0, 2, 0, bytes, nullptr, d), FP4J_BAD_ARGUMENT);
  refused("part of a block", gemm("own", 0, 2, 24, bytes, nullptr, d), FP4J_BAD_ARGUMENT);
  refused("part of a step", gemm("nvfp4-gst-f35", 0, 2, 48, bytes, nullptr, d), FP4J_BAD_ARGUMENT);
  refused("too many rows", gemm("own", 0, huge / 4, 64, bytes, nullptr, d), FP4J_BAD_ARGUMENT);

  const auto coded = [&](int32_t a, int32_t b, size_t m, size_t k, const uint8_t* scales, const float* c, float* to, size_t stride) {
    return fp4j_gemm_fp32(a, b, m, 2, k, bytes, scales, bytes, bytes, c, to, stride);
  };
  refused("operand", coded(-1, 0, 2, 32, bytes, nullptr, d, 2), FP4J_UNSUPPORTED);
  refused("operand", coded(0, 4, 2, 32, bytes, nullptr, d, 2), FP4J_UNSUPPORTED);
  refused("null scales", coded(0, 0, 2, 32, nullptr, nullptr, d, 2), FP4J_BAD_ARGUMENT);
  refused("part of a block", coded(0, 1, 2, 48, bytes, nullptr, d, 2), FP4J_BAD_ARGUMENT);
  refused("no k", coded(3, 3, 2, 0, nullptr, nullptr, d, 2), FP4J_BAD_ARGUMENT);
  refused("null d", coded(0, 0, 2, 32, bytes, nullptr, nullptr, 2), FP4J_BAD_ARGUMENT);
  refused("misaligned d", coded(0, 0, 2, 32, bytes, nullptr, misaligned(d), 2), FP4J_BAD_ARGUMENT);
  refused("misaligned c", coded(0, 0, 2, 32, bytes, misaligned(values), d, 2), FP4J_BAD_ARGUMENT);
  refused("rows that overlap", coded(0, 0, 2, 32, bytes, nullptr, d, 1), FP4J_BAD_ARGUMENT);
  refused("too many rows", coded(0, 0, huge / 16, 32, bytes, nullptr, d, 2), FP4J_BAD_ARGUMENT);

  const auto weights = [&](int32_t operand, size_t m, size_t n, size_t k, const float* a, size_t a_stride, const uint32_t* codes, float* to, size_t stride) {
    return fp4j_gemm_weights(operand, m, n, k, a, a_stride, codes, bytes, 1.0f, to, stride);
  };
  refused("weights", weights(-1, 1, 2, 32, values, 32, words, d, 2), FP4J_UNSUPPORTED);
  refused("bf16 weights", weights(FP4J_OPERAND_BF16, 1, 2, 32, values, 32, words, d, 2), FP4J_UNSUPPORTED);
  refused("null activations", weights(0, 1, 2, 32, nullptr, 32, words, d, 2), FP4J_BAD_ARGUMENT);
  refused("misaligned activations", weights(0, 1, 2, 32, misaligned(values), 32, words, d, 2), FP4J_BAD_ARGUMENT);
  refused("activations that overlap", weights(0, 2, 2, 32, values, 31, words, d, 2), FP4J_BAD_ARGUMENT);
  refused("null weights", weights(0, 1, 2, 32, values, 32, nullptr, d, 2), FP4J_BAD_ARGUMENT);
  refused("misaligned weights", weights(0, 1, 2, 32, values, 32, misaligned(words), d, 2), FP4J_BAD_ARGUMENT);
  refused("part of a block", weights(1, 1, 2, 48, values, 48, words, d, 2), FP4J_BAD_ARGUMENT);
  refused("null d", weights(0, 1, 2, 32, values, 32, words, nullptr, 2), FP4J_BAD_ARGUMENT);
  refused("misaligned d", weights(0, 1, 2, 32, values, 32, words, misaligned(d), 2), FP4J_BAD_ARGUMENT);
  refused("too many weights", weights(0, 1, huge - 1, 32, values, 32, words, d, huge - 1), FP4J_BAD_ARGUMENT);
  refused("no rows", weights(0, 0, 2, 32, nullptr, 32, words, nullptr, 2), FP4J_OK);
}

// There and back, with guards behind the last byte.
long long scales_of_every_shape() {
  long long shapes = 0;
  std::vector<uint8_t> linear(300 * 70);
  for (size_t i = 0; i < linear.size(); i++) {
    linear[i] = static_cast<uint8_t>(1 + i % 251);
  }
  for (fp4j::ScaleLayout layout : {fp4j::ScaleLayout::linear, fp4j::ScaleLayout::swizzled_128x4, fp4j::ScaleLayout::swizzled_8x4}) {
    for (size_t height : {1, 3, 7, 8, 9, 31, 127, 128, 129, 256, 300}) {
      for (size_t width = 1; width <= 70; width++) {
        std::vector<uint8_t> right(fp4j::scale_bytes(layout, height, width) + 1);
        for (size_t i = 0; i < height * width; i++) {
          right[fp4j::scale_offset(layout, i / width, i % width, width)] = linear[i];
        }
        right.back() = 0xA5;
        std::vector<uint8_t> swizzled(right.size(), 0xA5);
        std::vector<uint8_t> back(height * width + 1, 0xA5);
        fp4j_swizzle(static_cast<int32_t>(layout), height, width, linear.data(), swizzled.data());
        fp4j_unswizzle(static_cast<int32_t>(layout), height, width, right.data(), back.data());
        check::equal("swizzled", height * 1000 + width, swizzled == right, 1);
        check::equal("back", height * 1000 + width, std::memcmp(back.data(), linear.data(), height * width) == 0 && back.back() == 0xA5, 1);
        shapes++;
      }
    }
  }
  return shapes;
}

}  // namespace

int main() {
  std::memset(&targets, 0xA5, sizeof targets);
  std::memset(&untouched, 0xA5, sizeof untouched);
  std::memset(bytes, 0x38, sizeof bytes);
  blocks();
  hadamard();
  layouts();
  products();
  const long long shapes = scales_of_every_shape();
  check::equal("shapes", 0, static_cast<std::uint32_t>(shapes), 3 * 11 * 70);
  const long long of_blocks = 2 * (3 * of_quantising + 13) + 2;
  return check::summary("optional functions", of_blocks + 2 * (7 + 7) + 2 * (2 * 3 + 5 * 3) + 2 * (13 + 10 + 12) + 2 * 3 * 11 * 70 + 1);
}
