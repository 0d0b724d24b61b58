// Narrow floating-point formats as data that the compiler sees. Sources: OCP MX v1.0, OCP FP8 v1.0; the same constants as io.github.fp4j.formats.FloatFormat.
#pragma once

#include "fp4j/platform.cuh"

namespace fp4j {

// What the largest exponent field means.
enum class Top : std::int32_t { numbers, single_nan, ieee };

// A format with zero and subnormals. A code is sign, exponent field and mantissa field from the top bit down; among codes of one sign a larger code is a larger
// magnitude.
template <int ExponentBits, int MantissaBits, bool Signed, Top TopCodes>
struct Format {
  static constexpr int exponent_bits = ExponentBits;
  static constexpr int mantissa_bits = MantissaBits;
  static constexpr int bias = (1 << (ExponentBits - 1)) - 1;
  static constexpr bool is_signed = Signed;
  static constexpr Top top = TopCodes;

  static constexpr int magnitude_bits = ExponentBits + MantissaBits;
  static constexpr int width = magnitude_bits + (Signed ? 1 : 0);
  static constexpr std::uint32_t sign_mask = Signed ? 1u << magnitude_bits : 0u;
  static constexpr std::uint32_t magnitude_mask = (1u << magnitude_bits) - 1u;
  static constexpr std::uint32_t max_finite_code =
      magnitude_mask - (TopCodes == Top::numbers ? 0u : TopCodes == Top::single_nan ? 1u : 1u << MantissaBits);
  static constexpr int min_exponent = 1 - bias;
  static constexpr int max_exponent = (1 << ExponentBits) - 1 - bias - (TopCodes == Top::ieee ? 1 : 0);

  static constexpr bool has_nan = TopCodes != Top::numbers;
  static constexpr bool has_infinity = TopCodes == Top::ieee;
  static constexpr std::uint32_t infinity_code = max_finite_code + 1u;               // where has_infinity
  static constexpr std::uint32_t nan_code = magnitude_mask;                          // where has_nan: every mantissa bit set
  static constexpr std::uint32_t quiet_nan_code =                                    // where has_nan: the top mantissa bit set
      TopCodes == Top::ieee ? infinity_code | 1u << (MantissaBits - 1) : nan_code;
};

using E2M1 = Format<2, 1, true, Top::numbers>;
using E2M3 = Format<2, 3, true, Top::numbers>;
using E3M2 = Format<3, 2, true, Top::numbers>;
using E4M3 = Format<4, 3, true, Top::single_nan>;
using E4M3Ieee = Format<4, 3, true, Top::ieee>;
using UE4M3 = Format<4, 3, false, Top::single_nan>;
using E5M2 = Format<5, 2, true, Top::ieee>;
using UE5M3 = Format<5, 3, false, Top::single_nan>;

// The power-of-two scale 2^(code - 127), 0xFF for NaN. It has neither zero nor sign nor mantissa.
struct UE8M0 {
  static constexpr std::uint32_t max_finite_code = 0xFE;
  static constexpr std::uint32_t nan_code = 0xFF;
};

// The codes of what is no ordinary number.
struct Specials {
  std::uint32_t overflow;       // of what rounds beyond the largest finite number, and of infinities: that number's code or the next one; the sign is added
  std::uint32_t nan;            // the code of a positive NaN
  std::uint32_t nan_sign_mask;  // toggled in it for a negative NaN: the format's sign bit or 0
};

// NVIDIA's float path: saturating, every NaN to the positive maximum or the positive NaN (cuda_fp4.hpp, cuda_fp6.hpp, cuda_fp8.hpp; PTX cvt.rn.satfinite).
template <class F>
FP4J_HOST_DEVICE constexpr Specials satfinite() {
  return {F::max_finite_code, F::has_nan ? F::nan_code : F::max_finite_code, 0u};
}

// The same, but overflow and infinities become infinity, or else NaN (cuda_fp8.hpp, __NV_NOSAT).
template <class F>
FP4J_HOST_DEVICE constexpr Specials nosat() {
  static_assert(F::has_nan, "without NaN or infinity every conversion saturates");
  return {F::has_infinity ? F::infinity_code : F::nan_code, F::nan_code, 0u};
}

}  // namespace fp4j
