// Products on the tensor core's fragments and by models on the ordinary cores, against dot products of whole rows: partial tiles in every direction, C and alpha given or not,
// every scale code, two stages in flight. The fragments are played by shim/k64_step.h, which shares no code with fp4j/dot_product.cuh.
#include "fp4j/profiles.cuh"
#include "launch.h"

namespace {

using namespace launches;
using fp4j::OperandScale;
using fp4j::ScaleLayout;

long long expected_count = 0;

struct Operand {
  long long rows, k;
  std::vector<unsigned char> codes;
  std::vector<unsigned char> scales;    // linear
  std::vector<unsigned char> swizzled;  // 128x4
};

// Scales around 1, or any code; a NaN now and then, if wild.
Operand random_operand(OperandScale format, long long rows, long long k, bool wild, Random* random) {
  const long long block = fp4j::scale_block(format);
  Operand operand = {rows, k, {}, {}, {}};
  operand.codes.resize(static_cast<std::size_t>(rows * k / 2));
  operand.scales.resize(static_cast<std::size_t>(rows * k / block));
  for (auto& byte : operand.codes) {
    byte = random->byte();
  }
  for (auto& scale : operand.scales) {
    const std::uint32_t middle = format == OperandScale::ue4m3_16 ? 0x38u : 127u;
    scale = static_cast<unsigned char>(wild && random->below(4) == 0 ? random->bits() : middle - 8 + random->below(17));
    const bool nan = format == OperandScale::ue4m3_16 ? (scale & 0x7F) == 0x7F : scale == 0xFF;
    if (nan && random->below(16) != 0) {
      scale = static_cast<unsigned char>(middle);
    }
  }
  const std::size_t blocks = static_cast<std::size_t>(k / block);
  operand.swizzled.assign(fp4j::scale_bytes(ScaleLayout::swizzled_128x4, static_cast<std::size_t>(rows), blocks), 0);
  for (std::size_t r = 0; r < static_cast<std::size_t>(rows); r++) {
    for (std::size_t b = 0; b < blocks; b++) {
      operand.swizzled[fp4j::scale_offset(ScaleLayout::swizzled_128x4, r, b, blocks)] = operand.scales[r * blocks + b];
    }
  }
  return operand;
}

// The rows with zero codes and scales up to a multiple of the step.
Operand padded(OperandScale format, const Operand& from, long long step) {
  const long long k = (from.k + step - 1) / step * step;
  const long long block = fp4j::scale_block(format);
  Operand to = {from.rows, k, {}, {}, {}};
  to.codes.assign(static_cast<std::size_t>(from.rows * k / 2), 0);
  to.scales.assign(static_cast<std::size_t>(from.rows * k / block), 0);
  for (long long r = 0; r < from.rows; r++) {
    for (long long i = 0; i < from.k / 2; i++) {
      to.codes[static_cast<std::size_t>(r * k / 2 + i)] = from.codes[static_cast<std::size_t>(r * from.k / 2 + i)];
    }
    for (long long i = 0; i < from.k / block; i++) {
      to.scales[static_cast<std::size_t>(r * k / block + i)] = from.scales[static_cast<std::size_t>(r * from.k / block + i)];
    }
  }
  return to;
}

std::vector<float> product(const fp4j::AccumulationModel& model, OperandScale format, const Operand& a, const Operand& b, const std::vector<float>& c,
                           const float* alpha) {
  std::vector<float> d;
  const long long block = fp4j::scale_block(format);
  for (long long i = 0; i < a.rows; i++) {
    for (long long j = 0; j < b.rows; j++) {
      const fp4j::OperandRow row = {a.codes.data() + i * a.k / 2, a.scales.data() + i * a.k / block};
      const fp4j::OperandRow column = {b.codes.data() + j * b.k / 2, b.scales.data() + j * b.k / block};
      const float start = c.empty() ? 0.0f : c[static_cast<std::size_t>(i * b.rows + j)];
      const float sum = fp4j::from_bits<float>(fp4j::dot_product(model, format, row, column, static_cast<std::size_t>(a.k), fp4j::to_bits(start)));
      d.push_back(alpha == nullptr ? sum : *alpha * sum);
    }
  }
  return d;
}

std::vector<float> random_c(long long count, Random* random) {
  std::vector<float> c(static_cast<std::size_t>(count));
  for (float& value : c) {
    value = random->below(8) == 0 ? random->value() : static_cast<float>(static_cast<int>(random->below(2001)) - 1000);
  }
  return c;
}

template <class Launch>
void expect(const char* id, const std::vector<float>& expected, std::size_t skipped, const Launch& launch) {
  for (const shim::Schedule& schedule : schedules) {
    const Buffer<float> d(expected.size(), skipped);
    launch(schedule, d.data());
    same_bytes(id, d, expected);
    expected_count += static_cast<long long>(expected.size());
  }
}

void on_tensor_cores(OperandScale format, long long m, long long n, long long k, bool wild, std::uint64_t seed) {
  Random random(seed);
  const Operand a = random_operand(format, m, k, wild, &random);
  const Operand b = random_operand(format, n, k, wild, &random);
  const bool with_c = seed % 2 == 0;
  const float factor = 0.37f;
  const float* alpha = seed % 3 == 0 ? &factor : nullptr;
  const std::vector<float> c = with_c ? random_c(m * n, &random) : std::vector<float>();
  const fp4j::AccumulationModel f35 = {fp4j::Accumulation::fused_groups, 35, 0, 0, 0, 0};
  const std::vector<float> expected = product(f35, format, padded(format, a, 64), padded(format, b, 64), c, alpha);
  const std::size_t skipped = seed % 5 == 0 ? 1 : 0;
  const Buffer<unsigned char> a_codes(a.codes), b_codes(b.codes), a_scales(a.swizzled), b_scales(b.swizzled);
  const Buffer<float> c_values(c, skipped);
  const Buffer<float> alpha_value(std::vector<float>{factor});
  expect(format == OperandScale::ue4m3_16 ? "gemm_nvfp4_mma" : "gemm_mxfp4_mma", expected, skipped, [&](const shim::Schedule& schedule, float* d) {
    shim::launch(schedule, 1 + static_cast<unsigned>(seed % 3), 256, [&] {
      (format == OperandScale::ue4m3_16 ? fp4j_gemm_nvfp4_mma : fp4j_gemm_mxfp4_mma)(a_codes.data(), b_codes.data(), a_scales.data(), b_scales.data(),
                                                                                   with_c ? c_values.data() : nullptr, d, m, n, k,
                                                                                   alpha == nullptr ? nullptr : alpha_value.data());
    });
  });
}

void by_model(const fp4j::models::NamedModel& named, OperandScale format, long long m, long long n, long long k, std::uint64_t seed) {
  Random random(seed);
  const Operand a = random_operand(format, m, k, true, &random);
  const Operand b = random_operand(format, n, k, true, &random);
  const bool with_c = seed % 2 == 0;
  const float factor = -2.0f;
  const float* alpha = seed % 3 == 0 ? &factor : nullptr;
  const std::vector<float> c = with_c ? random_c(m * n, &random) : std::vector<float>();
  const std::vector<float> expected = product(named.model, format, a, b, c, alpha);
  const Buffer<unsigned char> a_codes(a.codes), b_codes(b.codes), a_scales(a.scales), b_scales(b.scales);
  const Buffer<float> c_values(c);
  const Buffer<float> alpha_value(std::vector<float>{factor});
  expect(named.id, expected, 0, [&](const shim::Schedule& schedule, float* d) {
    shim::launch(schedule, 1 + static_cast<unsigned>(seed % 4), 256, [&] {
      (format == OperandScale::ue4m3_16 ? fp4j_gemm_nvfp4_model : fp4j_gemm_mxfp4_model)(named.model, a_codes.data(), b_codes.data(), a_scales.data(),
                                                                                       b_scales.data(), with_c ? c_values.data() : nullptr, d, m, n, k,
                                                                                       alpha == nullptr ? nullptr : alpha_value.data());
    });
  });
}

}  // namespace

int main() {
  std::uint64_t seed = 0;
  for (OperandScale format : {OperandScale::ue4m3_16, OperandScale::ue8m0_32}) {
    constexpr long long shapes[][3] = {{1, 1, 32},   {1, 2, 64},     {16, 8, 64},    {17, 9, 96},  {128, 128, 128}, {129, 130, 160},
                                       {40, 260, 320}, {257, 30, 448}, {64, 33, 1024}, {3, 300, 192}, {100, 7, 256}};
    for (const auto& shape : shapes) {
      for (bool wild : {false, true}) {
        on_tensor_cores(format, shape[0], shape[1], shape[2], wild, ++seed);
      }
    }
  }
  for (const fp4j::models::NamedModel& named : fp4j::models::all) {
    constexpr long long shapes[][3] = {{1, 1, 64}, {5, 19, 192}, {16, 16, 256}, {33, 18, 320}, {2, 40, 576}};
    for (const auto& shape : shapes) {
      if (named.takes_nvfp4) {
        by_model(named, OperandScale::ue4m3_16, shape[0], shape[1], shape[2], ++seed);
      }
      if (named.takes_mxfp4) {
        by_model(named, OperandScale::ue8m0_32, shape[0], shape[1], shape[2], ++seed);
      }
    }
  }
  return check::summary("gemm", expected_count);
}
