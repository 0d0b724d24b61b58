// What a chip's conversion instructions answer to given bits. high is the instruction's first operand, whose code comes in the upper half of the result.
#include "kernel.cuh"

namespace fp4j {
namespace {

// This thread's share of count values.
template <class Body>
__device__ __forceinline__ void for_each_value(long long count, const Body& body) {
  for (long long i = first_unit() * 256 + static_cast<long long>(threadIdx.x); i < count; i += unit_step() * 256) {
    body(i);
  }
}

}  // namespace
}  // namespace fp4j

#define FP4J_PROBE_BOUNDS __launch_bounds__(256)

#if defined(FP4J_HAS_FP4_CVT) || !defined(__CUDA_ARCH__)

extern "C" __global__ void FP4J_PROBE_BOUNDS fp4j_probe_cvt_rn_e2m1x2(const float* high, const float* low, unsigned char* results, long long count) {
  fp4j::for_each_value(count, [=](long long i) { results[i] = static_cast<unsigned char>(fp4j::encode_e2m1x2(low[i], high[i])); });
}

extern "C" __global__ void FP4J_PROBE_BOUNDS fp4j_probe_cvt_rz_ue8m0x2(const float* high, const float* low, unsigned short* results, long long count) {
  fp4j::for_each_value(count, [=](long long i) {
#if defined(__CUDA_ARCH__)
    asm("cvt.rz.satfinite.ue8m0x2.f32 %0, %1, %2;" : "=h"(results[i]) : "f"(high[i]), "f"(low[i]));
#else
    constexpr fp4j::Specials specials = {fp4j::UE8M0::max_finite_code, fp4j::UE8M0::nan_code, 0u};
    results[i] = static_cast<unsigned short>(fp4j::encode_ue8m0<fp4j::ScaleRounding::toward_zero>(low[i], specials) |
                                             fp4j::encode_ue8m0<fp4j::ScaleRounding::toward_zero>(high[i], specials) << 8);
#endif
  });
}

extern "C" __global__ void FP4J_PROBE_BOUNDS fp4j_probe_cvt_rp_ue8m0x2(const float* high, const float* low, unsigned short* results, long long count) {
  fp4j::for_each_value(count, [=](long long i) { results[i] = static_cast<unsigned short>(fp4j::encode_ue8m0x2(low[i], high[i])); });
}

extern "C" __global__ void FP4J_PROBE_BOUNDS fp4j_probe_cvt_f16x2_e2m1x2(const unsigned char* codes, unsigned* results, long long count) {
  fp4j::for_each_value(count, [=](long long i) {
#if defined(__CUDA_ARCH__)
    asm("{ .reg .b8 pair; cvt.u8.u32 pair, %1; cvt.rn.f16x2.e2m1x2 %0, pair; }" : "=r"(results[i]) : "r"(static_cast<unsigned>(codes[i])));
#else
    // Every E2M1 value is a half: sign, exponent and mantissa of the float in fewer bits, 0.5 a normal number in both.
    const auto half_bits = [](unsigned code) {
      const unsigned bits = fp4j::to_bits(fp4j::decode<fp4j::E2M1>(code));
      const unsigned magnitude = bits & 0x7FFFFFFFu;
      return bits >> 31 << 15 | (magnitude == 0 ? 0u : (magnitude >> 13) - (112u << 10));
    };
    results[i] = half_bits(codes[i] & 15u) | half_bits(codes[i] >> 4 & 15u) << 16;
#endif
  });
}

#endif

#if defined(FP4J_HAS_RS_CVT) || !defined(__CUDA_ARCH__)

// operands: four for each result, the instruction's last first.
extern "C" __global__ void FP4J_PROBE_BOUNDS fp4j_probe_cvt_rs_e2m1x4(const float* operands, const unsigned* random, unsigned short* results, long long count) {
  fp4j::for_each_value(count, [=](long long i) {
    const float* four = operands + 4 * i;
    results[i] = static_cast<unsigned short>(fp4j::encode_stochastic_e2m1x4(four[0], four[1], four[2], four[3], random[i]));
  });
}

#endif

#if defined(FP4J_HAS_FP8_CVT) || !defined(__CUDA_ARCH__)

extern "C" __global__ void FP4J_PROBE_BOUNDS fp4j_probe_cvt_rn_e4m3x2(const float* high, const float* low, unsigned short* results, long long count) {
  fp4j::for_each_value(count, [=](long long i) { results[i] = static_cast<unsigned short>(fp4j::encode_e4m3x2(low[i], high[i])); });
}

#endif
