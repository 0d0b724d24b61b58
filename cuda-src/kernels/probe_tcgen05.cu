// One tcgen05.mma for each step: bits in, bits out. Written from the documentation; assembled, and run on the CPU by its layouts, but not seen on a chip.
#include "tensor_memory.cuh"

#if defined(FP4J_HAS_TCGEN05) || !defined(__CUDA_ARCH__)

namespace fp4j {
namespace {

constexpr int m = 128;
constexpr int n = 8;
constexpr int row_bytes = 32;               // 64 elements
constexpr unsigned columns_allocated = 32;  // the least that can be: 0..7 accumulators, 8..11 scales of A, 12..15 of B

struct alignas(128) Operands {
  unsigned char a[m * row_bytes];
  unsigned char b[n * row_bytes];
  unsigned char a_scales[512];  // a 128x4 tile each
  unsigned char b_scales[512];
  unsigned long long completed;
  unsigned tensor_memory;
};

// Byte i of row r in core matrices: the two along K side by side, then the next eight rows.
__device__ __forceinline__ int core_offset(int r, int i) { return (r / 8 * 2 + i / 16) * 128 + r % 8 * 16 + i % 16; }

template <bool Ue8m0>
__device__ __forceinline__ void probe(Operands& shared, const unsigned char* a, const unsigned char* b, const unsigned char* a_scales,
                                      const unsigned char* b_scales, const float* c, float* d, long long count) {
  constexpr int scales = Ue8m0 ? 2 : 4;
  const int thread = static_cast<int>(threadIdx.x);
  if (thread < 32) {
    allocate_tensor_memory(&shared.tensor_memory, columns_allocated);
  }
  if (thread == 0) {
    start_completion(&shared.completed);
  }
  before_barrier();
  __syncthreads();
  after_barrier();
  const unsigned sums = shared.tensor_memory;
  unsigned phase = 0;
  for (long long step = first_unit(); step < count; step += unit_step()) {
    for (int i = 0; i < row_bytes; i++) {
      shared.a[core_offset(thread, i)] = a[(step * m + thread) * row_bytes + i];
      if (thread < n) {
        shared.b[core_offset(thread, i)] = b[(step * n + thread) * row_bytes + i];
      }
    }
    for (int i = 0; i < 4; i++) {
      const int at = thread % 32 * 16 + thread / 32 * 4 + i;
      shared.a_scales[at] = i < scales ? a_scales[(step * m + thread) * scales + i] : static_cast<unsigned char>(0);
      shared.b_scales[at] = i < scales && thread < n ? b_scales[(step * n + thread) * scales + i] : static_cast<unsigned char>(0);
    }
    unsigned words[8];
    for (int j = 0; j < n; j++) {
      words[j] = to_bits(c[(step * m + thread) * n + j]);
    }
    store_eight_columns(sums, words);
    before_barrier();
    __syncthreads();
    after_barrier();
    if (thread == 0) {
      copy_scale_tile(sums + 8, shared_matrix(shared.a_scales, 0, 128));
      copy_scale_tile(sums + 12, shared_matrix(shared.b_scales, 0, 128));
      multiply_block_scaled<Ue8m0>(sums, shared_matrix(shared.a, 128, 256), shared_matrix(shared.b, 128, 256), block_scale_instruction(n, Ue8m0), sums + 8,
                                   sums + 12, &shared.completed);
    }
    wait_completion(&shared.completed, phase);
    phase ^= 1u;
    after_barrier();
    load_eight_columns(sums, words);
    for (int j = 0; j < n; j++) {
      d[(step * m + thread) * n + j] = from_bits<float>(words[j]);
    }
  }
  before_barrier();
  __syncthreads();  // all have read before it is freed
  after_barrier();
  if (thread < 32) {
    free_tensor_memory(sums, columns_allocated);
  }
}

}  // namespace
}  // namespace fp4j

extern "C" __global__ void __launch_bounds__(fp4j::threads_of_fp4j_probe_tcgen05_nvfp4)
fp4j_probe_tcgen05_nvfp4(const unsigned char* a, const unsigned char* b, const unsigned char* a_scales, const unsigned char* b_scales, const float* c, float* d,
                         long long count) {
  __shared__ fp4j::Operands shared;
  fp4j::probe<false>(shared, a, b, a_scales, b_scales, c, d, count);
}

extern "C" __global__ void __launch_bounds__(fp4j::threads_of_fp4j_probe_tcgen05_mxfp4)
fp4j_probe_tcgen05_mxfp4(const unsigned char* a, const unsigned char* b, const unsigned char* a_scales, const unsigned char* b_scales, const float* c, float* d,
                         long long count) {
  __shared__ fp4j::Operands shared;
  fp4j::probe<true>(shared, a, b, a_scales, b_scales, c, d, count);
}

#endif
