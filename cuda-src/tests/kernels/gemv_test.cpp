// y = alpha W x against the order of operations that kernel_list.h promises, bit for bit.
#include <cmath>

#include "fp4j/decode.cuh"
#include "launch.h"

namespace {

using namespace launches;

long long expected_count = 0;

float row_product(int block, const unsigned char* codes, const unsigned char* scales, const std::vector<float>& x) {
  float lanes[32] = {};
  for (std::size_t chunk = 0; chunk < x.size() / 32; chunk++) {
    float& sum = lanes[chunk % 32];
    for (std::size_t first = 32 * chunk; first < 32 * chunk + 32; first += static_cast<std::size_t>(block)) {
      float products = 0.0f;
      for (std::size_t i = first; i < first + static_cast<std::size_t>(block); i++) {
        products = std::fma(fp4j::decode<fp4j::E2M1>(static_cast<unsigned>(codes[i / 2]) >> (4 * (i % 2)) & 15u), x[i], products);
      }
      const unsigned code = scales[first / static_cast<std::size_t>(block)];
      sum = std::fma(block == 16 ? fp4j::decode<fp4j::UE4M3>(code) : fp4j::decode_ue8m0(code), products, sum);
    }
  }
  for (int distance = 16; distance > 0; distance /= 2) {
    for (int lane = 0; lane < distance; lane++) {
      lanes[lane] = lanes[lane] + lanes[lane + distance];
    }
  }
  return lanes[0];
}

void gemv(int block, std::size_t rows, std::size_t k, std::uint64_t seed) {
  Random random(seed);
  std::vector<unsigned char> w(rows * k / 2);
  std::vector<unsigned char> scales(rows * k / static_cast<std::size_t>(block));
  std::vector<float> x(k);
  for (auto& byte : w) {
    byte = random.byte();
  }
  for (auto& scale : scales) {
    scale = static_cast<unsigned char>((block == 16 ? 0x30u : 120u) + random.below(16));
  }
  for (float& value : x) {
    value = static_cast<float>(static_cast<int>(random.bits())) * 0x1p-31f;
  }
  const float factor = 1.7f;
  const bool with_alpha = seed % 2 == 0;
  std::vector<float> y;
  for (std::size_t r = 0; r < rows; r++) {
    const float sum = row_product(block, w.data() + r * k / 2, scales.data() + r * k / static_cast<std::size_t>(block), x);
    y.push_back(with_alpha ? factor * sum : sum);
  }
  const Buffer<unsigned char> w_buffer(w), scale_buffer(scales);
  const Buffer<float> x_buffer(x), alpha(std::vector<float>{factor});
  for (const shim::Schedule& schedule : schedules) {
    const Buffer<float> result(rows);
    shim::launch(schedule, 1 + static_cast<unsigned>(seed % 3), 256, [&] {
      (block == 16 ? fp4j_gemv_nvfp4 : fp4j_gemv_mxfp4)(w_buffer.data(), scale_buffer.data(), x_buffer.data(), result.data(), static_cast<long long>(rows),
                                                        static_cast<long long>(k), with_alpha ? alpha.data() : nullptr);
    });
    same_bytes("gemv", result, y);
    expected_count += static_cast<long long>(rows);
  }
}

}  // namespace

int main() {
  std::uint64_t seed = 0;
  for (int block : {16, 32}) {
    for (std::size_t rows : {1, 3, 4, 31, 32, 33, 100}) {
      for (std::size_t k : {32, 64, 992, 1024, 1056, 4096}) {
        gemv(block, rows, k, ++seed);
      }
    }
  }
  return check::summary("gemv", expected_count);
}
