// Dot products against the published vectors that tell accumulators apart, and the products of every instruction set against the plain ones.
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "check.h"
#include "dispatch.h"
#include "fp4j/profiles.cuh"
#include "gemm_loops.h"

namespace {

using namespace fp4j;
using namespace fp4j::host;

const GemmLoops* const levels[] = {
    &gemm_loops_baseline,
#if defined(FP4J_X86_64_LEVELS)
    &gemm_loops_avx2, &gemm_loops_avx512, &gemm_loops_avx512vnni
#endif
};

const AccumulationModel& model_named(const char* id) {
  for (const models::NamedModel& named : models::all) {
    if (std::strcmp(named.id, id) == 0) {
      return named.model;
    }
  }
  std::printf("no model %s\n", id);
  return models::all[0].model;
}

// One k64 step: elements and scales that are not named are 0 and 1.
struct Step {
  std::uint8_t a[32] = {};
  std::uint8_t b[32] = {};
  std::uint8_t scales_a[4] = {0x38, 0x38, 0x38, 0x38};
  std::uint8_t scales_b[4] = {0x38, 0x38, 0x38, 0x38};

  // Element `index` of a group, codes of both operands.
  Step& put(int group, int index, std::uint8_t code_a, std::uint8_t code_b) {
    const int at = group * 8 + index / 2;
    a[at] = static_cast<std::uint8_t>(a[at] | code_a << 4 * (index % 2));
    b[at] = static_cast<std::uint8_t>(b[at] | code_b << 4 * (index % 2));
    return *this;
  }

  Step& scale(int group, std::uint8_t code_a, std::uint8_t code_b) {
    scales_a[group] = code_a;
    scales_b[group] = code_b;
    return *this;
  }
};

constexpr std::uint8_t half = 1;
constexpr std::uint8_t one = 2;
constexpr std::uint8_t minus_one = 10;

// In this order: F35, zero ignored, F34, F36, F25, floor F35, BEAM 34/28, BEAM 36/36, exact RZ, exact RNE.
const char* const ids[] = {"nvfp4-gst-f35",   "nvfp4-gst-f35-zero-ignored", "nvfp4-f34",  "nvfp4-f36", "nvfp4-f25",
                           "nvfp4-f35-floor", "beam-34-28",                 "beam-36-36", "exact-rz",  "exact-rne"};

void expect(const char* what, const Step& step, float c, const std::uint32_t (&right)[10]) {
  for (int i = 0; i < 10; i++) {
    check::equal(what, static_cast<std::uint64_t>(i),
                 dot_product(model_named(ids[i]), OperandScale::ue4m3_16, {step.a, step.scales_a}, {step.b, step.scales_b}, 64, to_bits(c)), right[i]);
  }
}

void discriminators() {
  const Step cancelling = Step().put(0, 0, one, one).scale(0, 0x78, 0x78).put(1, 0, one, minus_one).scale(1, 0x78, 0x78).scale(2, 0x01, 0x01);
  Step v1 = cancelling;
  expect("V1", v1.put(2, 0, half, half), 0, {0, 0, 0, 0x35800000, 0, 0, 0, 0, 0x35800000, 0x35800000});
  Step v2 = cancelling;
  expect("V2", v2.put(2, 0, one, half), 0, {0x36000000, 0x36000000, 0, 0x36000000, 0, 0x36000000, 0, 0x36000000, 0x36000000, 0x36000000});
  Step v3 = cancelling;
  expect("V3", v3.put(2, 0, one, one), 0, {0x36800000, 0x36800000, 0x36800000, 0x36800000, 0, 0x36800000, 0, 0x36800000, 0x36800000, 0x36800000});
  Step v4 = cancelling;
  expect("V4", v4.put(2, 0, half, 9), 0, {0, 0, 0, 0xB5800000, 0, 0xB6000000, 0, 0, 0xB5800000, 0xB5800000});
  const Step v5 = Step().put(0, 0, one, one).put(0, 1, one, minus_one).scale(0, 0x78, 0x78).put(1, 0, half, half).scale(1, 0x01, 0x01);
  expect("V5", v5, 0, {0, 0x35800000, 0, 0x35800000, 0, 0, 0x35800000, 0x35800000, 0x35800000, 0x35800000});
  const Step v9 = Step().put(0, 0, one, 3);
  expect("V9", v9, 0x1p24f,
         {0x4B800000, 0x4B800000, 0x4B800000, 0x4B800000, 0x4B800000, 0x4B800000, 0x4B800000, 0x4B800000, 0x4B800000, 0x4B800001});
  const Step v11 = Step().put(0, 0, one, one).put(1, 0, one, one);
  const OperandRow a = {v11.a, v11.scales_a};
  const OperandRow b = {v11.b, v11.scales_b};
  check::equal("V11", 0, dot_product(model_named("nvfp4-gst-f35"), OperandScale::ue4m3_16, a, b, 64, to_bits(0x1p24f)), 0x4B800001);
  check::equal("V11", 1, dot_product(model_named("sequential-fp32"), OperandScale::ue4m3_16, a, b, 64, to_bits(0x1p24f)), 0x4B800000);
}

struct Bytes {
  std::vector<std::uint8_t> codes;
  std::vector<std::uint8_t> scales;
};

Bytes random_operand(std::size_t rows, std::size_t k, OperandScale scale, int kind, std::mt19937* random) {
  Bytes bytes;
  for (std::size_t i = 0; i < rows * k / 2; i++) {
    bytes.codes.push_back(static_cast<std::uint8_t>((*random)()));
  }
  for (std::size_t i = 0; i < rows * k / static_cast<std::size_t>(scale_block(scale)); i++) {
    const std::uint32_t any = (*random)() % 256;
    const std::uint32_t narrow = scale == OperandScale::ue4m3_16 ? any % 0x7F : 117 + any % 20;
    bytes.scales.push_back(static_cast<std::uint8_t>(kind != 1 ? narrow : any));  // of any byte one in 128 or 256 is NaN
  }
  return bytes;
}

long long compare_levels(std::size_t m, std::size_t n, std::size_t k, std::mt19937* random) {
  long long made = 0;
  for (const models::NamedModel& named : models::all) {
    for (OperandScale scale : {OperandScale::ue4m3_16, OperandScale::ue8m0_32}) {
      if (!(scale == OperandScale::ue4m3_16 ? named.takes_nvfp4 : named.takes_mxfp4)) {
        continue;
      }
      for (int kind = 0; kind < 3; kind++) {
        const Bytes a = random_operand(m, k, scale, kind, random);
        const Bytes b = random_operand(n, k, scale, kind, random);
        std::vector<float> c(m * n);
        for (float& value : c) {
          // any bits put the sum's last place anywhere: in half of them where it decides, a few binades around the sums of products
          const std::uint32_t bits = static_cast<std::uint32_t>((*random)());
          value = kind == 1 ? static_cast<float>(static_cast<int>(bits % 2001) - 1000) : from_bits<float>(bits % 2 == 0 ? bits : (bits & 0x87FFFFFFu) | 0x40000000u);
        }
        std::vector<float> right(m * n);
        const float* addend = kind == 0 ? nullptr : c.data();
        levels[0]->multiply(named.model, {scale, {a.codes.data(), a.scales.data(), m}, {b.codes.data(), b.scales.data(), n}, k, addend, right.data(), n});
        for (int level = 1; level <= static_cast<int>(usable_level()); level++) {
          std::vector<float> d(m * n);
          levels[level]->multiply(named.model, {scale, {a.codes.data(), a.scales.data(), m}, {b.codes.data(), b.scales.data(), n}, k, addend, d.data(), n});
          for (std::size_t i = 0; i < d.size(); i++) {
            check::equal(named.id, i, to_bits(d[i]), to_bits(right[i]));
            made++;
          }
        }
      }
    }
  }
  return made;
}

}  // namespace

int main() {
  discriminators();
  std::mt19937 random(2025);
  const long long levels_compared = compare_levels(3, 5, 64, &random) + compare_levels(9, 33, 448, &random) + compare_levels(17, 70, 128, &random);
  const long long outputs = 3 * 5 + 9 * 33 + 17 * 70;
  const long long problems = 21 * 3;  // models that take each format, each under any scales, and under narrow ones without and with C
  const long long expected = outputs * problems * static_cast<int>(usable_level());
  check::equal("compared", 0, static_cast<std::uint32_t>(levels_compared), static_cast<std::uint32_t>(expected));
  return check::summary("gemm", 6 * 10 + 2 + expected + 1);
}
