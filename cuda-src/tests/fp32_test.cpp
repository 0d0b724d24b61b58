// Products under fp32 of every instruction set against a chain of fused multiply-adds over elements that powers of two and tables give.
#include <cmath>
#include <cstring>
#include <initializer_list>
#include <random>
#include <vector>

#include "check.h"
#include "dispatch.h"
#include "fp32_loops.h"
#include "fp4j/platform.cuh"

namespace {

using namespace fp4j;
using namespace fp4j::host;

const Fp32Loops* const levels[] = {
    &fp32_loops_baseline,
#if defined(FP4J_X86_64_LEVELS)
    &fp32_loops_avx2, &fp32_loops_avx512, &fp32_loops_avx512vnni
#endif
};

alignas(scratch_alignment) unsigned char scratch[scratch_bytes];

constexpr OperandFormat formats[] = {OperandFormat::nvfp4, OperandFormat::mxfp4, OperandFormat::mxfp8_e4m3, OperandFormat::bf16};

float e4m3(std::uint32_t code, bool has_sign) {
  const std::uint32_t magnitude = code & 127u;
  const float mantissa = static_cast<float>(magnitude & 7u) / 8.0f;
  const int field = static_cast<int>(magnitude >> 3);
  const float value = magnitude == 127u ? NAN : field == 0 ? std::ldexp(mantissa, -6) : std::ldexp(1.0f + mantissa, field - 7);
  return has_sign && code >= 128u ? -value : value;
}

float e8m0(std::uint32_t code) {
  return code == 255u ? NAN : std::ldexp(1.0f, static_cast<int>(code) - 127);
}

struct Operand {
  OperandFormat format;
  std::size_t rows;
  std::size_t k;
  std::vector<std::uint8_t> codes;
  std::vector<std::uint8_t> scales;

  float value(std::size_t row, std::size_t i) const {
    static const float e2m1[] = {0.0f, 0.5f, 1.0f, 1.5f, 2.0f, 3.0f, 4.0f, 6.0f, -0.0f, -0.5f, -1.0f, -1.5f, -2.0f, -3.0f, -4.0f, -6.0f};
    const std::size_t at = row * k + i;
    switch (format) {
      case OperandFormat::bf16: return from_bits<float>(static_cast<std::uint32_t>(codes[2 * at] | codes[2 * at + 1] << 8) << 16);
      case OperandFormat::mxfp8_e4m3: return e4m3(codes[at], true) * e8m0(scales[at / 32]);
      case OperandFormat::mxfp4: return e2m1[codes[at / 2] >> 4 * (at % 2) & 15] * e8m0(scales[at / 32]);
      default: return e2m1[codes[at / 2] >> 4 * (at % 2) & 15] * e4m3(scales[at / 16], false);
    }
  }

  CodedRows coded() const { return {format, codes.data(), scales.data(), rows}; }
};

// Any codes; in every fourth row any scales, elsewhere scales around one.
Operand random_operand(OperandFormat format, std::size_t rows, std::size_t k, std::mt19937* random) {
  Operand operand = {format, rows, k, {}, {}};
  for (std::size_t i = 0; i < rows * k * 4 / elements_per_word(format); i++) {
    operand.codes.push_back(static_cast<std::uint8_t>((*random)()));
  }
  const std::size_t block = scaled_block(format);
  for (std::size_t i = 0; block != 0 && i < rows * k / block; i++) {
    const std::uint32_t one = format == OperandFormat::nvfp4 ? 0x38u : 127u;
    const std::uint32_t scale = i / (k / block) % 4 == 3 ? static_cast<std::uint32_t>((*random)()) : one - 12u + static_cast<std::uint32_t>((*random)() % 25u);
    operand.scales.push_back(static_cast<std::uint8_t>(scale));
  }
  return operand;
}

struct Weights {
  OperandFormat format;
  std::size_t rows;
  std::vector<std::uint32_t> codes;
  std::vector<std::uint8_t> scales;

  PackedRows packed() const { return {format, codes.data(), scales.data(), rows}; }
};

Weights pack(const Operand& operand) {
  const std::size_t words = operand.k / elements_per_word(operand.format);
  const std::size_t blocks = operand.k / scaled_block(operand.format);
  const std::size_t groups = (operand.rows + 15) / 16;
  Weights weights = {operand.format, operand.rows, std::vector<std::uint32_t>(groups * words * 16), std::vector<std::uint8_t>(groups * blocks * 16)};
  for (std::size_t row = 0; row < operand.rows; row++) {
    for (std::size_t i = 0; i < 4 * words; i++) {
      weights.codes[(row / 16 * words + i / 4) * 16 + row % 16] |= static_cast<std::uint32_t>(operand.codes[row * 4 * words + i]) << 8 * (i % 4);
    }
    for (std::size_t i = 0; i < blocks; i++) {
      weights.scales[(row / 16 * blocks + i) * 16 + row % 16] = operand.scales[row * blocks + i];
    }
  }
  return weights;
}

struct Shape {
  std::size_t m;
  std::size_t n;
  std::size_t k;
};

// Single rows and columns; parts of vectors, groups, tiles, panels and blocks of rows; one block of k, and chunks with a rest.
constexpr Shape shapes[] = {{1, 1, 32}, {1, 100, 608}, {2, 31, 32}, {3, 49, 64}, {4, 70, 96}, {5, 16, 32}, {9, 33, 160}, {17, 113, 544}, {530, 3, 64}};

constexpr float special[] = {0.0f, -0.0f, INFINITY, -INFINITY, NAN, 0x1p-149f, -0x1p-149f, 0x1p-126f, 0x1.FFFFFEp127f, -0x1.FFFFFEp127f};

float random_float(std::size_t row, std::mt19937* random) {
  const float value = static_cast<float>(static_cast<std::int32_t>((*random)())) * 0x1p-31f;
  return row % 5 == 4 && (*random)() % 20 == 0 ? special[(*random)() % 10] : value;
}

std::uint32_t stored_bits(float value) {
  return std::isnan(value) ? 0x7FFFFFFFu : to_bits(value);
}

constexpr std::size_t gap = 3;  // floats between rows of D, which no function may touch
constexpr float untouched = -12345.0f;

void compare(const char* what, const Shape& shape, const std::vector<float>& d, const std::vector<std::uint32_t>& right) {
  for (std::size_t i = 0; i < shape.m; i++) {
    for (std::size_t j = 0; j < shape.n; j++) {
      check::equal(what, i * shape.n + j, to_bits(d[i * (shape.n + gap) + j]), right[i * shape.n + j]);
    }
    for (std::size_t j = shape.n; j < shape.n + gap; j++) {
      check::equal("gap", i, to_bits(d[i * (shape.n + gap) + j]), to_bits(untouched));
    }
  }
}

long long coded_products(const Shape& shape, std::mt19937* random) {
  long long compared = 0;
  for (OperandFormat left : formats) {
    for (OperandFormat right_format : formats) {
      const bool plain = left == OperandFormat::bf16 && right_format == OperandFormat::bf16;
      const Shape now = {shape.m, shape.n, plain ? shape.k - 1 : shape.k};  // an odd k
      const Operand a = random_operand(left, now.m, now.k, random);
      const Operand b = random_operand(right_format, now.n, now.k, random);
      std::vector<float> c(now.m * (now.n + gap), untouched);
      std::vector<std::uint32_t> right(now.m * now.n);
      const bool has_c = left == right_format;
      for (std::size_t i = 0; i < now.m; i++) {
        for (std::size_t j = 0; j < now.n; j++) {
          float sum = has_c ? random_float(i, random) : 0.0f;
          c[i * (now.n + gap) + j] = sum;
          for (std::size_t x = 0; x < now.k; x++) {
            sum = std::fma(a.value(i, x), b.value(j, x), sum);
          }
          right[i * now.n + j] = stored_bits(sum);
        }
      }
      for (int level = 0; level <= static_cast<int>(usable_level()); level++) {
        std::vector<float> d(c.size(), untouched);
        levels[level]->multiply_coded(a.coded(), b.coded(), now.k, has_c ? c.data() : nullptr, {d.data(), now.n + gap}, &scratch);
        compare("fp32 coded", now, d, right);
        d = c;
        levels[level]->multiply_coded(a.coded(), b.coded(), now.k, has_c ? d.data() : nullptr, {d.data(), now.n + gap}, &scratch);
        compare("fp32 coded in place", now, d, right);
        compared += 2 * static_cast<long long>(now.m * (now.n + gap));
      }
    }
  }
  return compared;
}

long long weights_products(const Shape& shape, std::mt19937* random) {
  long long compared = 0;
  for (OperandFormat format : {OperandFormat::nvfp4, OperandFormat::mxfp4, OperandFormat::mxfp8_e4m3}) {
    const Operand b = random_operand(format, shape.n, shape.k, random);
    const Weights weights = pack(b);
    const std::size_t stride = shape.k + 5;
    std::vector<float> a(shape.m * stride, NAN);
    for (std::size_t i = 0; i < shape.m; i++) {
      for (std::size_t x = 0; x < shape.k; x++) {
        a[i * stride + x] = random_float(i, random);
      }
    }
    const float alpha = -0.7f;
    std::vector<std::uint32_t> right(shape.m * shape.n);
    for (std::size_t i = 0; i < right.size(); i++) {
      float sum = 0.0f;
      for (std::size_t x = 0; x < shape.k; x++) {
        sum = std::fma(a[i / shape.n * stride + x], b.value(i % shape.n, x), sum);
      }
      right[i] = stored_bits(alpha * sum);
    }
    for (int level = 0; level <= static_cast<int>(usable_level()); level++) {
      std::vector<float> d(shape.m * (shape.n + gap), untouched);
      levels[level]->multiply_weights({a.data(), stride, shape.m}, weights.packed(), shape.k, alpha, {d.data(), shape.n + gap},
                                      shape.m > direct_rows ? &scratch : nullptr);
      compare("fp32 weights", shape, d, right);
      compared += static_cast<long long>(shape.m * (shape.n + gap));
    }
  }
  return compared;
}

}  // namespace

int main() {
  std::mt19937 random(2026);
  long long compared = 0;
  long long expected = 0;
  for (const Shape& shape : shapes) {
    compared += coded_products(shape, &random) + weights_products(shape, &random);
    // every pair of formats twice, three formats of weights once
    expected += (2 * 16 + 3) * static_cast<long long>(shape.m * (shape.n + gap)) * (static_cast<int>(usable_level()) + 1);
  }
  check::equal("compared", 0, static_cast<std::uint32_t>(compared), static_cast<std::uint32_t>(expected));
  return check::summary("fp32", expected + 1);
}
