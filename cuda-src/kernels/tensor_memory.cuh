// tcgen05 of sm_100a and sm_103a: one block-scaled multiplication of 128 x 8 x 64, operands in shared memory, scales and accumulators in tensor memory. On the CPU
// descriptors and tensor memory are played by their documented layouts (shim/tensor_memory.h). Nobody has seen this on a chip.
#pragma once

#include "async_copy.cuh"

#if defined(FP4J_ON_CPU)
#include "shim/tensor_memory.h"
#endif

namespace fp4j {

// A matrix in shared memory without swizzling: core matrices of 8 rows by 16 bytes, 128 bytes each. along_k and along_rows are the bytes from one to the next.
__device__ __forceinline__ unsigned long long shared_matrix(const void* first, unsigned along_k, unsigned along_rows) {
#if defined(FP4J_ON_CPU)
  const unsigned address = shim::shared_address(first);
#else
  const unsigned address = shared_address(first);
#endif
  constexpr unsigned long long version = 1ull << 46;  // of Blackwell's descriptors
  return version | (address >> 4 & 0x3FFFu) | static_cast<unsigned long long>(along_k >> 4) << 16 | static_cast<unsigned long long>(along_rows >> 4) << 32;
}

// The instruction descriptor of kind::mxf4 and kind::mxf4nvf4: E2M1 by E2M1, both along K, M = 128, scale factor ids 0, K = 64.
__device__ __forceinline__ constexpr unsigned block_scale_instruction(int n, bool ue8m0) {
  return 1u << 7 | 1u << 10 | static_cast<unsigned>(n / 8) << 17 | (ue8m0 ? 1u << 23 : 0u) | 1u << 27;
}

// Tensor memory is addressed by lane << 16 | column, a column being 32 bits of 128 lanes. The whole first warp allocates and frees.
__device__ __forceinline__ void allocate_tensor_memory(unsigned* address, unsigned columns) {
#if defined(FP4J_ON_CPU)
  shim::allocate_tensor_memory(address, columns);
#elif defined(FP4J_HAS_TCGEN05)
  asm volatile("tcgen05.alloc.cta_group::1.sync.aligned.shared::cta.b32 [%0], %1;" ::"r"(shared_address(address)), "r"(columns) : "memory");
  asm volatile("tcgen05.relinquish_alloc_permit.cta_group::1.sync.aligned;");
#endif
}

__device__ __forceinline__ void free_tensor_memory(unsigned address, unsigned columns) {
#if defined(FP4J_ON_CPU)
  shim::free_tensor_memory(address, columns);
#elif defined(FP4J_HAS_TCGEN05)
  asm volatile("tcgen05.dealloc.cta_group::1.sync.aligned.b32 %0, %1;" ::"r"(address), "r"(columns));
#endif
}

// Eight columns of this thread's lane, that of its number in the block.
__device__ __forceinline__ void store_eight_columns(unsigned address, const unsigned (&words)[8]) {
#if defined(FP4J_ON_CPU)
  shim::store_columns(address + (threadIdx.x << 16), words, 8);
#elif defined(FP4J_HAS_TCGEN05)
  asm volatile("tcgen05.st.sync.aligned.32x32b.x8.b32 [%0], {%1, %2, %3, %4, %5, %6, %7, %8};" ::"r"(address + (threadIdx.x / 32 * 32 << 16)), "r"(words[0]),
               "r"(words[1]), "r"(words[2]), "r"(words[3]), "r"(words[4]), "r"(words[5]), "r"(words[6]), "r"(words[7]));
  asm volatile("tcgen05.wait::st.sync.aligned;" ::: "memory");
#endif
}

__device__ __forceinline__ void load_eight_columns(unsigned address, unsigned (&words)[8]) {
#if defined(FP4J_ON_CPU)
  shim::load_columns(address + (threadIdx.x << 16), words, 8);
#elif defined(FP4J_HAS_TCGEN05)
  asm volatile("tcgen05.ld.sync.aligned.32x32b.x8.b32 {%0, %1, %2, %3, %4, %5, %6, %7}, [%8];"
               : "=r"(words[0]), "=r"(words[1]), "=r"(words[2]), "=r"(words[3]), "=r"(words[4]), "=r"(words[5]), "=r"(words[6]), "=r"(words[7])
               : "r"(address + (threadIdx.x / 32 * 32 << 16)));
  asm volatile("tcgen05.wait::ld.sync.aligned;" ::: "memory");
#endif
}

// Orders this thread's tcgen05 operations, and what the block wrote to shared memory, before or after a barrier.
__device__ __forceinline__ void before_barrier() {
#if defined(FP4J_HAS_TCGEN05) && !defined(FP4J_ON_CPU)
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
  asm volatile("tcgen05.fence::before_thread_sync;" ::: "memory");
#endif
}

__device__ __forceinline__ void after_barrier() {
#if defined(FP4J_HAS_TCGEN05) && !defined(FP4J_ON_CPU)
  asm volatile("tcgen05.fence::after_thread_sync;" ::: "memory");
#endif
}

// 32 rows of 16 bytes to four columns of each quarter of the lanes: the 128x4 layout of scales is this tile. One thread issues it.
__device__ __forceinline__ void copy_scale_tile(unsigned to, unsigned long long matrix) {
#if defined(FP4J_ON_CPU)
  shim::copy_scale_tile(to, matrix);
#elif defined(FP4J_HAS_TCGEN05)
  asm volatile("tcgen05.cp.cta_group::1.32x128b.warpx4 [%0], %1;" ::"r"(to), "l"(matrix) : "memory");
#endif
}

// d += (a scaled) (b scaled), issued by one thread after its copies; the barrier at completes is arrived at when all of it is done.
template <bool Ue8m0>
__device__ __forceinline__ void multiply_block_scaled(unsigned d, unsigned long long a, unsigned long long b, unsigned instruction, unsigned a_scales,
                                                      unsigned b_scales, unsigned long long* completes) {
#if defined(FP4J_ON_CPU)
  static_cast<void>(completes);
  shim::multiply_block_scaled(d, a, b, instruction, a_scales, b_scales);
#elif defined(FP4J_HAS_TCGEN05)
  if constexpr (Ue8m0) {
    asm volatile("{ .reg .pred adds; setp.eq.u32 adds, 0, 0; tcgen05.mma.cta_group::1.kind::mxf4.block_scale.scale_vec::2X [%0], %1, %2, %3, [%4], [%5], adds; }" ::"r"(d),
                 "l"(a), "l"(b), "r"(instruction), "r"(a_scales), "r"(b_scales)
                 : "memory");
  } else {
    asm volatile("{ .reg .pred adds; setp.eq.u32 adds, 0, 0; tcgen05.mma.cta_group::1.kind::mxf4nvf4.block_scale.scale_vec::4X [%0], %1, %2, %3, [%4], [%5], adds; }" ::"r"(
                     d),
                 "l"(a), "l"(b), "r"(instruction), "r"(a_scales), "r"(b_scales)
                 : "memory");
  }
  asm volatile("tcgen05.commit.cta_group::1.mbarrier::arrive::one.shared::cluster.b64 [%0];" ::"r"(shared_address(completes)) : "memory");
#endif
}

__device__ __forceinline__ void start_completion(unsigned long long* barrier) {
#if defined(FP4J_ON_CPU)
  *barrier = 0;
#elif defined(FP4J_HAS_TCGEN05)
  asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" ::"r"(shared_address(barrier)) : "memory");
  asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
#endif
}

// Waits for the completion with this phase, 0 for the first, 1 for the second, 0 again.
__device__ __forceinline__ void wait_completion(unsigned long long* barrier, unsigned phase) {
#if defined(FP4J_ON_CPU)
  static_cast<void>(barrier);
  static_cast<void>(phase);
  __syncthreads();
#elif defined(FP4J_HAS_TCGEN05)
  asm volatile(
      "{ .reg .pred done; wait: mbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1; @done bra over; bra wait; over: }" ::"r"(shared_address(barrier)),
      "r"(phase)
      : "memory");
#endif
}

}  // namespace fp4j
