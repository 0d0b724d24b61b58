// Warp-wide matrix instructions of sm_120a and sm_121a. On the CPU their fragments are played by the documented layout (shim/tensor_core.h).
#pragma once

#include "async_copy.cuh"

#if defined(FP4J_ON_CPU)
#include "../shim/tensor_core.h"
#endif

namespace fp4j {

// Four 8 x 16-byte matrices; lane l gives the address of row l % 8 of matrix l / 8, and gets bytes 4 (l % 4) .. + 3 of row l / 4 of each.
__device__ __forceinline__ void load_matrices(unsigned (&into)[4], const void* row) {
#if defined(FP4J_ON_CPU)
  shim::load_matrices(into, row);
#elif __CUDA_ARCH__ >= 750
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(into[0]), "=r"(into[1]), "=r"(into[2]), "=r"(into[3])
               : "r"(shared_address(row))
               : "memory");
#endif
}

// d += (a * a_scales) (b * b_scales) for m16n8k64. With t = lane % 4 and g = lane / 4: a[0] row g, a[1] row g + 8, k = 8t..8t+7; a[2], a[3] the same, k + 32; b[0]
// column g, b[1] k + 32; d[0], d[1] row g, columns 2t, 2t + 1; d[2], d[3] row g + 8. a_scales: the word of row g + 8 (lane % 2), taken from lanes t = 0, 1; b_scales
// that of column g, from lane t = 0.
struct Nvfp4Mma {
  static constexpr int scale_tiles = 2;  // of 128x4 for 128 elements of K

  // Four scales of 16 elements.
  template <int Half>
  __device__ __forceinline__ static void run(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2], unsigned a_scales, unsigned b_scales) {
#if defined(FP4J_ON_CPU)
    shim::mma_block_scale(d, a, b, a_scales, b_scales, {shim::ScaleFormat::ue4m3, 16, 0, 0, 0, 0});
#elif defined(FP4J_HAS_MMA_BLOCK_SCALE)
    asm volatile(
        "mma.sync.aligned.m16n8k64.row.col.kind::mxf4nvf4.block_scale.scale_vec::4X.f32.e2m1.e2m1.f32.ue4m3 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3}, %10, {0, 0}, %11, {0, 0};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]), "r"(a_scales), "r"(b_scales));
#endif
  }
};

struct Mxfp4Mma {
  static constexpr int scale_tiles = 1;

  // Two scales of 32 elements, bytes 2 Half and 2 Half + 1 of the word.
  template <int Half>
  __device__ __forceinline__ static void run(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2], unsigned a_scales, unsigned b_scales) {
#if defined(FP4J_ON_CPU)
    shim::mma_block_scale(d, a, b, a_scales, b_scales, {shim::ScaleFormat::ue8m0, 32, 2 * Half, 0, 2 * Half, 0});
#elif defined(FP4J_HAS_MMA_BLOCK_SCALE)
    asm volatile(
        "mma.sync.aligned.m16n8k64.row.col.kind::mxf4.block_scale.scale_vec::2X.f32.e2m1.e2m1.f32.ue8m0 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3}, %10, {%12, 0}, %11, {%12, 0};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]), "r"(a_scales), "r"(b_scales), "n"(2 * Half));
#endif
  }
};

}  // namespace fp4j
