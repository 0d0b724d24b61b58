// One mma.sync for each step, nothing else between the bits given and the bits that come back.
#include "tensor_core.cuh"

namespace fp4j {
namespace {

// Lanes load their own fragments: registers as tensor_core.cuh describes them.
template <class Mma>
__device__ __forceinline__ void probe(const unsigned char* a, const unsigned char* b, const unsigned char* a_scales, const unsigned char* b_scales,
                                      const float* c, float* d, long long count) {
  constexpr int scales = 2 * Mma::scale_tiles;  // for 64 elements
  const int t = static_cast<int>(threadIdx.x) % 4;
  const int g = static_cast<int>(threadIdx.x) / 4;
  const auto word = [](const unsigned char* from) {
    return static_cast<unsigned>(from[0] | from[1] << 8 | from[2] << 16) | static_cast<unsigned>(from[3]) << 24;
  };
  const auto scale_word = [](const unsigned char* from) {
    unsigned four = 0;
    for (int i = 0; i < scales; i++) {
      four |= static_cast<unsigned>(from[i]) << (8 * i);
    }
    return four;
  };
  for (long long step = first_unit(); step < count; step += unit_step()) {
    const unsigned char* row = a + (step * 16 + g) * 32 + 4 * t;
    const unsigned char* column = b + (step * 8 + g) * 32 + 4 * t;
    const unsigned a_fragment[4] = {word(row), word(row + 8 * 32), word(row + 16), word(row + 8 * 32 + 16)};
    const unsigned b_fragment[2] = {word(column), word(column + 16)};
    const long long at = (step * 16 + g) * 8 + 2 * t;
    float sums[4] = {c[at], c[at + 1], c[at + 64], c[at + 65]};
    Mma::template run<0>(sums, a_fragment, b_fragment, scale_word(a_scales + (step * 16 + g + t % 2 * 8) * scales),
                         scale_word(b_scales + (step * 8 + g) * scales));
    d[at] = sums[0];
    d[at + 1] = sums[1];
    d[at + 64] = sums[2];
    d[at + 65] = sums[3];
  }
}

}  // namespace
}  // namespace fp4j

#if defined(FP4J_HAS_MMA_BLOCK_SCALE) || !defined(__CUDA_ARCH__)

extern "C" __global__ void __launch_bounds__(fp4j::threads_of_fp4j_probe_mma_nvfp4)
fp4j_probe_mma_nvfp4(const unsigned char* a, const unsigned char* b, const unsigned char* a_scales, const unsigned char* b_scales, const float* c, float* d,
                     long long count) {
  fp4j::probe<fp4j::Nvfp4Mma>(a, b, a_scales, b_scales, c, d, count);
}

extern "C" __global__ void __launch_bounds__(fp4j::threads_of_fp4j_probe_mma_mxfp4)
fp4j_probe_mma_mxfp4(const unsigned char* a, const unsigned char* b, const unsigned char* a_scales, const unsigned char* b_scales, const float* c, float* d,
                     long long count) {
  fp4j::probe<fp4j::Mxfp4Mma>(a, b, a_scales, b_scales, c, d, count);
}

#endif
