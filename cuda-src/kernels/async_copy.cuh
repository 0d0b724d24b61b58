// Copies from global to shared memory that do not pass through registers: cp.async from sm_80 on, ordinary loads and stores before.
#pragma once

#include "kernel.cuh"

namespace fp4j {

#if !defined(FP4J_ON_CPU)
__device__ __forceinline__ unsigned shared_address(const void* shared) { return static_cast<unsigned>(__cvta_generic_to_shared(shared)); }
#endif

// 16 bytes, aligned on both sides; zeros where valid is false, from is not read then but must be an address of global memory.
__device__ __forceinline__ void copy_async_16(void* to, const void* from, bool valid) {
#if defined(FP4J_ON_CPU)
  shim::copy_async(to, from, valid ? 16 : 0, 16);
#elif __CUDA_ARCH__ >= 800
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(to)), "l"(from), "r"(valid ? 16 : 0) : "memory");
#else
  *static_cast<uint4*>(to) = valid ? *static_cast<const uint4*>(from) : make_uint4(0, 0, 0, 0);
#endif
}

// Closes a group of copies of this thread.
__device__ __forceinline__ void commit_copies() {
#if defined(FP4J_ON_CPU)
  shim::commit_copies();
#elif __CUDA_ARCH__ >= 800
  asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}

// Waits until at most InFlight of this thread's groups are under way. Other threads' copies need a barrier afterwards.
template <int InFlight>
__device__ __forceinline__ void wait_copies() {
#if defined(FP4J_ON_CPU)
  shim::wait_copies(InFlight);
#elif __CUDA_ARCH__ >= 800
  asm volatile("cp.async.wait_group %0;" ::"n"(InFlight) : "memory");
#endif
}

}  // namespace fp4j
