// y = alpha W x. A warp takes four rows of W, so that x (in the first-level cache) is read once for four; each lane loads 16 bytes of each row at a time. Floor: the .56 or
// .53 B per element of W: 70 fs per element at 8 TB/s (B200), .31 ps at 1.79 TB/s (RTX 5090). One fused multiply-add and about one instruction of unpacking per element keep up
// with the RTX 5090's memory; on B200, which delivers 56 elements per multiprocessor and cycle, the arithmetic is the limit.
#include "kernel.cuh"

namespace fp4j {
namespace {

constexpr int rows_per_warp = 4;
constexpr int chunk = 32;  // elements that a lane takes at a time

// Two neighbouring elements.
__device__ __forceinline__ void decode_pair(unsigned byte, float& low, float& high) {
#if defined(FP4J_HAS_FP4_CVT) && !defined(FP4J_ON_CPU)
  asm("{ .reg .b8 codes; .reg .b32 halves; .reg .b16 a, b; cvt.u8.u32 codes, %2; cvt.rn.f16x2.e2m1x2 halves, codes; mov.b32 {a, b}, halves; "
      "cvt.f32.f16 %0, a; cvt.f32.f16 %1, b; }"
      : "=f"(low), "=f"(high)
      : "r"(byte));
#else
  low = decode<E2M1>(byte & 15u);
  high = decode<E2M1>(byte >> 4 & 15u);
#endif
}

__device__ __forceinline__ float fused(float a, float b, float c) {
#if defined(FP4J_ON_CPU)
  return __builtin_fmaf(a, b, c);
#else
  return __fmaf_rn(a, b, c);
#endif
}

template <int Block>
__device__ __forceinline__ float scale_value(unsigned code) {
  return Block == 16 ? decode<UE4M3>(code) : decode_ue8m0(code);
}

// sum + the chunk's products: those of each block are summed from zero on, then multiplied by the scale.
template <int Block>
__device__ __forceinline__ float add_chunk(float sum, const uint4& codes, const unsigned char* scales, const float (&x)[chunk]) {
  const unsigned words[4] = {codes.x, codes.y, codes.z, codes.w};
#pragma unroll
  for (int block = 0; block < chunk / Block; block++) {
    float products = 0.0f;
#pragma unroll
    for (int i = block * Block; i < block * Block + Block; i += 2) {
      float low;
      float high;
      decode_pair(words[i / 8] >> (4 * (i % 8)) & 0xFFu, low, high);
      products = fused(low, x[i], products);
      products = fused(high, x[i + 1], products);
    }
    sum = fused(scale_value<Block>(scales[block]), products, sum);
  }
  return sum;
}

template <int Block, int Threads>
__device__ __forceinline__ void gemv(const unsigned char* w, const unsigned char* scales, const float* x, float* y, long long rows, long long k,
                                     const float* alpha) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
  constexpr int rows_per_block = Threads / 32 * rows_per_warp;
  const long long chunks = k / chunk;
  for (long long first = first_unit() * rows_per_block; first < rows; first += unit_step() * rows_per_block) {
    const long long first_row = first + static_cast<int>(threadIdx.x) / 32 * rows_per_warp;
    float sums[rows_per_warp] = {};
    for (long long at = lane; at < chunks; at += 32) {
      uint4 codes[rows_per_warp];
#pragma unroll
      for (int r = 0; r < rows_per_warp; r++) {
        codes[r] = make_uint4(0, 0, 0, 0);
        if (first_row + r < rows) {
          codes[r] = reinterpret_cast<const uint4*>(w)[(first_row + r) * chunks + at];
        }
      }
      float values[chunk];
#pragma unroll
      for (int i = 0; i < chunk; i += 4) {
        const float4 four = reinterpret_cast<const float4*>(x + at * chunk)[i / 4];
        values[i] = four.x, values[i + 1] = four.y, values[i + 2] = four.z, values[i + 3] = four.w;
      }
#pragma unroll
      for (int r = 0; r < rows_per_warp; r++) {
        if (first_row + r < rows) {
          sums[r] = add_chunk<Block>(sums[r], codes[r], scales + ((first_row + r) * chunks + at) * (chunk / Block), values);
        }
      }
    }
#pragma unroll
    for (int r = 0; r < rows_per_warp; r++) {
      for (int distance = 16; distance > 0; distance /= 2) {
        sums[r] = add_rn(sums[r], __shfl_xor_sync(whole_warp, sums[r], distance));
      }
      if (lane == 0 && first_row + r < rows) {
        y[first_row + r] = alpha == nullptr ? sums[r] : mul_rn(*alpha, sums[r]);
      }
    }
  }
}

}  // namespace
}  // namespace fp4j

#define FP4J_DEFINE_GEMV(kernel, block)                                                                                             \
  extern "C" __global__ void __launch_bounds__(fp4j::threads_of_##kernel, 2)                                                        \
      kernel(const unsigned char* w, const unsigned char* scales, const float* x, float* y, long long rows, long long k, const float* alpha) { \
    fp4j::gemv<block, fp4j::threads_of_##kernel>(w, scales, x, y, rows, k, alpha);                                                  \
  }

FP4J_DEFINE_GEMV(fp4j_gemv_nvfp4, 16)
FP4J_DEFINE_GEMV(fp4j_gemv_mxfp4, 32)
