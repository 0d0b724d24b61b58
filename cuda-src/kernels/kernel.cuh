// What every kernel file starts with: the declarations of kernel_list.h, which the definitions must match, and what an architecture offers.
#pragma once

#if defined(FP4J_ON_CPU)
#include "shim/cuda_on_cpu.h"
#endif

#include "fp4j/platform.cuh"
#include "parameters.cuh"

// Instructions that only architecture-specific targets have. On the CPU all of them are played.
#if defined(FP4J_ON_CPU)
#define FP4J_HAS_FP4_CVT
#define FP4J_HAS_RS_CVT
#define FP4J_HAS_FP8_CVT
#define FP4J_HAS_MMA_BLOCK_SCALE
#define FP4J_HAS_TCGEN05
#elif defined(__CUDA_ARCH__)
#if defined(__CUDA_ARCH_FEAT_SM100_ALL) || defined(__CUDA_ARCH_FEAT_SM103_ALL)
#define FP4J_HAS_FP4_CVT
#define FP4J_HAS_RS_CVT
#define FP4J_HAS_TCGEN05
#elif defined(__CUDA_ARCH_FEAT_SM120_ALL) || defined(__CUDA_ARCH_FEAT_SM121_ALL)
#define FP4J_HAS_FP4_CVT
#define FP4J_HAS_MMA_BLOCK_SCALE
#endif
#if __CUDA_ARCH__ >= 890
#define FP4J_HAS_FP8_CVT
#endif
#endif

#define FP4J_KERNEL(file, kernel, architectures, threads, unit, units_per_block, parameters) extern "C" __global__ void kernel parameters;
#include "kernel_list.h"
#undef FP4J_KERNEL

// For bodies that are large and not asked often: one copy for all kernels of a file, where inlining multiplies ptxas' time by a hundred.
#if defined(FP4J_ON_CPU)
#define FP4J_OUT_OF_LINE inline
#else
#define FP4J_OUT_OF_LINE static __device__ __noinline__
#endif

namespace fp4j {

// Threads of a block, by kernel.
enum : int {
#define FP4J_KERNEL(file, kernel, architectures, threads, unit, units_per_block, parameters) threads_of_##kernel = threads,
#include "kernel_list.h"
#undef FP4J_KERNEL
};

// The first unit of this block's share, and the distance to the next.
__device__ __forceinline__ long long first_unit() { return static_cast<long long>(blockIdx.x); }
__device__ __forceinline__ long long unit_step() { return static_cast<long long>(gridDim.x); }

__device__ __forceinline__ long long ceil_div(long long a, long long b) { return (a + b - 1) / b; }

// a / b of numbers that are not negative: a 64-bit division takes some hundred instructions, and few matrices need it.
__device__ __forceinline__ long long quotient(long long a, long long b) {
  return (a | b) >> 32 == 0 ? static_cast<long long>(static_cast<unsigned>(a) / static_cast<unsigned>(b)) : a / b;
}

template <int Alignment>
__device__ __forceinline__ bool is_aligned(const void* pointer) {
  return reinterpret_cast<unsigned long long>(pointer) % Alignment == 0;
}

constexpr unsigned whole_warp = 0xFFFFFFFFu;

__device__ __forceinline__ int lane_of_warp() { return static_cast<int>(threadIdx.x) % 32; }

// The largest value of a warp, in every lane.
__device__ __forceinline__ unsigned warp_max(unsigned value) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  return __reduce_max_sync(whole_warp, value);
#else
  for (int distance = 16; distance > 0; distance /= 2) {
    value = larger(value, __shfl_xor_sync(whole_warp, value, distance));
  }
  return value;
#endif
}

// The order of magnitudes is that of their bits. A NaN becomes the canonical one, or 0 if it does not count.
__device__ __forceinline__ unsigned counted_magnitude(float value, bool keeps_nan) {
  const unsigned bits = magnitude_bits(value);
  return bits <= infinity_bits ? bits : keeps_nan ? canonical_nan_bits : 0u;
}

}  // namespace fp4j
