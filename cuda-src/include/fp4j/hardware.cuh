// NVIDIA's conversions several elements at a time: the instruction where the compiled architecture has it, the same bits elsewhere. Only architecture-specific or
// family-specific targets (sm_100a, sm_100f, ...) have the FP4 and E8M0 instructions: plain sm_100 and sm_120 take the other path.
#pragma once

#include "fp4j/encode.cuh"
#include "fp4j/format.cuh"
#include "fp4j/platform.cuh"

#if defined(__CUDA_ARCH_FAMILY_SPECIFIC__)
#if __CUDA_ARCH_FAMILY_SPECIFIC__ >= 1000 && __CUDA_ARCH_FAMILY_SPECIFIC__ < 1300
#define FP4J_HAS_CVT_E2M1 1  // cvt.rn.satfinite.e2m1x2.f32, cvt.r{z,p}.satfinite.ue8m0x2.f32
#endif
#endif
#if defined(__CUDA_ARCH_FEAT_SM100_ALL) || defined(__CUDA_ARCH_FEAT_SM103_ALL)
#define FP4J_HAS_CVT_RS 1  // cvt.rs.satfinite.e2m1x4.f32
#endif
#if defined(__CUDA_ARCH__)
#if __CUDA_ARCH__ >= 890
#define FP4J_HAS_CVT_E4M3 1  // cvt.rn.satfinite.e4m3x2.f32
#endif
#endif

namespace fp4j {

// Two codes to a byte, low in the low nibble: nearest-even, saturating, NaN to +6.
FP4J_HOST_DEVICE std::uint32_t encode_e2m1x2(float low, float high) {
#if defined(FP4J_HAS_CVT_E2M1)
  std::uint32_t pair;
  asm("{ .reg .b8 codes; cvt.rn.satfinite.e2m1x2.f32 codes, %2, %1; cvt.u32.u8 %0, codes; }" : "=r"(pair) : "f"(low), "f"(high));
  return pair;
#else
  return encode<E2M1>(low, satfinite<E2M1>()) | encode<E2M1>(high, satfinite<E2M1>()) << 4;
#endif
}

// Two codes to 16 bits, low in the low byte: nearest-even, saturating, NaN to 0x7F. For what is not negative these are UE4M3 codes.
FP4J_HOST_DEVICE std::uint32_t encode_e4m3x2(float low, float high) {
#if defined(FP4J_HAS_CVT_E4M3)
  unsigned short pair;
  asm("cvt.rn.satfinite.e4m3x2.f32 %0, %2, %1;" : "=h"(pair) : "f"(low), "f"(high));
  return pair;
#else
  return encode<E4M3>(low, satfinite<E4M3>()) | encode<E4M3>(high, satfinite<E4M3>()) << 8;
#endif
}

// Two codes to 16 bits, low in the low byte: to the larger power of two, saturating at 0xFE, NaN to 0xFF.
FP4J_HOST_DEVICE std::uint32_t encode_ue8m0x2(float low, float high) {
#if defined(FP4J_HAS_CVT_E2M1)
  unsigned short pair;
  asm("cvt.rp.satfinite.ue8m0x2.f32 %0, %2, %1;" : "=h"(pair) : "f"(low), "f"(high));
  return pair;
#else
  const Specials specials = {UE8M0::max_finite_code, UE8M0::nan_code, 0u};
  return encode_ue8m0<ScaleRounding::up>(low, specials) | encode_ue8m0<ScaleRounding::up>(high, specials) << 8;
#endif
}

}  // namespace fp4j
