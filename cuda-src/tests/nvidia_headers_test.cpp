// The conversions of include/fp4j against the host emulation in NVIDIA's headers: every bfloat16 and float16, and every threshold with its neighbours, from float
// and from double.
#include <cuda_fp4.h>
#include <cuda_fp6.h>
#include <cuda_fp8.h>

#include "check.h"
#include "fp4j/decode.cuh"
#include "fp4j/encode.cuh"
#include "inputs.h"

namespace {

using namespace fp4j;

template <class F, class Nvidia32, class Nvidia64>
void compare(const char* what, const std::vector<float>& sixteen_bit, const Specials& from_float, const Specials& from_double, Nvidia32 nvidia32,
             Nvidia64 nvidia64) {
  for (float value : sixteen_bit) {
    check::equal(what, to_bits(value), encode<F>(value, from_float), nvidia32(value));
  }
  for (float value : inputs::thresholds<F, float>()) {
    check::equal(what, to_bits(value), encode<F>(value, from_float), nvidia32(value));
  }
  for (double value : inputs::thresholds<F, double>()) {
    check::equal(what, to_bits(value), encode<F>(value, from_double), nvidia64(value));
  }
  for (double value : {static_cast<double>(NAN), -static_cast<double>(NAN)}) {
    check::equal(what, to_bits(value), encode<F>(value, from_double), nvidia64(value));
  }
}

template <ScaleRounding Rounding>
void compare_scales(cudaRoundMode mode, const std::vector<float>& values) {
  for (float value : values) {
    check::equal("ue8m0 satfinite", to_bits(value), encode_ue8m0<Rounding>(value, Specials{0xFE, 0xFF, 0}), __nv_cvt_float_to_e8m0(value, __NV_SATFINITE, mode));
    check::equal("ue8m0 nosat", to_bits(value), encode_ue8m0<Rounding>(value, Specials{0xFF, 0xFF, 0}), __nv_cvt_float_to_e8m0(value, __NV_NOSAT, mode));
    const double wide = static_cast<double>(value);
    const double above = std::nextafter(wide, 1e300);
    check::equal("ue8m0 from double", to_bits(above), encode_ue8m0<Rounding>(above, Specials{0xFE, 0xFF, 0}),
                 __nv_cvt_double_to_e8m0(above, __NV_SATFINITE, mode));
  }
}

}  // namespace

int main() {
  const std::vector<float> values = inputs::sixteen_bit_values();
  compare<E2M1>("e2m1", values, satfinite<E2M1>(), satfinite<E2M1>(),
                [](float x) { return __nv_cvt_float_to_fp4(x, __NV_E2M1, cudaRoundNearest); },
                [](double x) { return __nv_cvt_double_to_fp4(x, __NV_E2M1, cudaRoundNearest); });
  compare<E2M3>("e2m3", values, satfinite<E2M3>(), satfinite<E2M3>(),
                [](float x) { return __nv_cvt_float_to_fp6(x, __NV_E2M3, cudaRoundNearest); },
                [](double x) { return __nv_cvt_double_to_fp6(x, __NV_E2M3, cudaRoundNearest); });
  compare<E3M2>("e3m2", values, satfinite<E3M2>(), satfinite<E3M2>(),
                [](float x) { return __nv_cvt_float_to_fp6(x, __NV_E3M2, cudaRoundNearest); },
                [](double x) { return __nv_cvt_double_to_fp6(x, __NV_E3M2, cudaRoundNearest); });
  compare<E4M3>("e4m3 satfinite", values, satfinite<E4M3>(), Specials{0x7E, 0x7F, 0x80},
                [](float x) { return __nv_cvt_float_to_fp8(x, __NV_SATFINITE, __NV_E4M3); },
                [](double x) { return __nv_cvt_double_to_fp8(x, __NV_SATFINITE, __NV_E4M3); });
  compare<E4M3>("e4m3 nosat", values, nosat<E4M3>(), Specials{0x7F, 0x7F, 0x80},
                [](float x) { return __nv_cvt_float_to_fp8(x, __NV_NOSAT, __NV_E4M3); },
                [](double x) { return __nv_cvt_double_to_fp8(x, __NV_NOSAT, __NV_E4M3); });
  compare<E5M2>("e5m2 satfinite", values, satfinite<E5M2>(), Specials{0x7B, 0x7E, 0x80},
                [](float x) { return __nv_cvt_float_to_fp8(x, __NV_SATFINITE, __NV_E5M2); },
                [](double x) { return __nv_cvt_double_to_fp8(x, __NV_SATFINITE, __NV_E5M2); });
  compare<E5M2>("e5m2 nosat", values, nosat<E5M2>(), Specials{0x7C, 0x7E, 0x80},
                [](float x) { return __nv_cvt_float_to_fp8(x, __NV_NOSAT, __NV_E5M2); },
                [](double x) { return __nv_cvt_double_to_fp8(x, __NV_NOSAT, __NV_E5M2); });
  compare_scales<ScaleRounding::up>(cudaRoundPosInf, values);
  compare_scales<ScaleRounding::toward_zero>(cudaRoundZero, values);
  const long long n = 2 << 16;
  const long long thresholds = 24ll * (8 + 32 + 32 + 127 + 127 + 124 + 124);
  return check::summary("nvidia headers", 7 * (n + 2) + thresholds + 2 * 3 * n);
}
