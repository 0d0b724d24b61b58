// What differs between compilers: integer types, function qualifiers, a float's bits, and arithmetic that rounds once and is never fused.
#pragma once

#if defined(__CUDACC_RTC__)
// NVRTC comes without headers; these are the names that the others use.
namespace std {
using int8_t = signed char;
using uint8_t = unsigned char;
using int32_t = int;
using uint32_t = unsigned int;
using int64_t = long long;
using uint64_t = unsigned long long;
using size_t = decltype(sizeof(0));
}  // namespace std
#else
#include <cstddef>
#include <cstdint>
#include <cstring>
#endif

// Always inlined: the host library compiles the same bodies for several instruction sets, and an out-of-line copy could be merged across them by the linker.
#if defined(__CUDACC__)
#define FP4J_HOST_DEVICE __host__ __device__ __forceinline__
#elif defined(_MSC_VER)
#define FP4J_HOST_DEVICE __forceinline
#else
#define FP4J_HOST_DEVICE inline __attribute__((always_inline))
#endif

// Large bodies that common cases go around: on the device one copy, because ptxas takes minutes over a kernel that has many.
#if defined(__CUDACC__)
#define FP4J_HOST_DEVICE_LARGE inline __host__ __device__ __noinline__
#else
#define FP4J_HOST_DEVICE_LARGE FP4J_HOST_DEVICE
#endif

namespace fp4j {

// An IEEE 754 binary type by its layout.
template <class Real>
struct Binary;

template <>
struct Binary<float> {
  using Bits = std::uint32_t;
  static constexpr int width = 32;
  static constexpr int mantissa_bits = 23;
  static constexpr int bias = 127;
};

template <>
struct Binary<double> {
  using Bits = std::uint64_t;
  static constexpr int width = 64;
  static constexpr int mantissa_bits = 52;
  static constexpr int bias = 1023;
};

template <class Real>
FP4J_HOST_DEVICE typename Binary<Real>::Bits to_bits(Real value) {
  typename Binary<Real>::Bits bits;
  static_assert(sizeof bits == sizeof value, "an IEEE 754 type of this size");
#if defined(__CUDACC_RTC__)
  memcpy(&bits, &value, sizeof bits);
#else
  std::memcpy(&bits, &value, sizeof bits);
#endif
  return bits;
}

template <class Real>
FP4J_HOST_DEVICE Real from_bits(typename Binary<Real>::Bits bits) {
  Real value;
#if defined(__CUDACC_RTC__)
  memcpy(&value, &bits, sizeof value);
#else
  std::memcpy(&value, &bits, sizeof value);
#endif
  return value;
}

template <class T>
FP4J_HOST_DEVICE constexpr T smaller(T a, T b) {
  return a < b ? a : b;
}

template <class T>
FP4J_HOST_DEVICE constexpr T larger(T a, T b) {
  return a > b ? a : b;
}

// Bits up to the highest one that is set; 0 for 0.
FP4J_HOST_DEVICE int bit_length(std::uint32_t value) {
#if defined(__CUDA_ARCH__)
  return 32 - __clz(static_cast<int>(value));
#else
  return value == 0 ? 0 : 32 - __builtin_clz(value);
#endif
}

FP4J_HOST_DEVICE int bit_length(std::uint64_t value) {
#if defined(__CUDA_ARCH__)
  return 64 - __clzll(static_cast<long long>(value));
#else
  return value == 0 ? 0 : 64 - __builtin_clzll(value);
#endif
}

// Operations that round to nearest-even once. nvcc fuses a product and a sum unless told otherwise; a host compiler must be given -ffp-contract=off.
FP4J_HOST_DEVICE float add_rn(float a, float b) {
#if defined(__CUDA_ARCH__)
  return __fadd_rn(a, b);
#else
  return a + b;
#endif
}

FP4J_HOST_DEVICE float sub_rn(float a, float b) {
#if defined(__CUDA_ARCH__)
  return __fsub_rn(a, b);
#else
  return a - b;
#endif
}

FP4J_HOST_DEVICE float mul_rn(float a, float b) {
#if defined(__CUDA_ARCH__)
  return __fmul_rn(a, b);
#else
  return a * b;
#endif
}

FP4J_HOST_DEVICE float div_rn(float a, float b) {
#if defined(__CUDA_ARCH__)
  return __fdiv_rn(a, b);
#else
  return a / b;
#endif
}

FP4J_HOST_DEVICE double add_rn(double a, double b) {
#if defined(__CUDA_ARCH__)
  return __dadd_rn(a, b);
#else
  return a + b;
#endif
}

FP4J_HOST_DEVICE double mul_rn(double a, double b) {
#if defined(__CUDA_ARCH__)
  return __dmul_rn(a, b);
#else
  return a * b;
#endif
}

inline constexpr std::uint32_t infinity_bits = 0x7F800000u;
inline constexpr std::uint32_t canonical_nan_bits = 0x7FC00000u;
inline constexpr std::uint32_t max_float_bits = 0x7F7FFFFFu;

FP4J_HOST_DEVICE std::uint32_t magnitude_bits(float value) {
  return to_bits(value) & 0x7FFFFFFFu;
}

FP4J_HOST_DEVICE bool is_nan(float value) {
  return magnitude_bits(value) > infinity_bits;
}

FP4J_HOST_DEVICE bool is_negative(float value) {
  return to_bits(value) >> 31 != 0;
}

FP4J_HOST_DEVICE float magnitude(float value) {
  return from_bits<float>(magnitude_bits(value));
}

// The exponent of the highest bit of a positive finite float, subnormals included: floor(log2(value)).
FP4J_HOST_DEVICE int floor_log2(float value) {
  const std::uint32_t bits = magnitude_bits(value);
  const std::uint32_t field = bits >> 23;
  return field != 0 ? static_cast<int>(field) - 127 : bit_length(bits) - 150;
}

// significand * 2^exponent, which must be a float: at most 24 significant bits, at least 2^-149, below 2^128.
FP4J_HOST_DEVICE float exact_float(std::uint32_t significand, int exponent) {
  if (significand == 0) {
    return 0.0f;
  }
  const int length = bit_length(significand);
  const int leading = exponent + length - 1;
  if (leading < -126) {
    const int shift = exponent + 149;
    return from_bits<float>(shift >= 0 ? significand << shift : significand >> -shift);
  }
  const std::uint32_t fraction = length <= 24 ? significand << (24 - length) : significand >> (length - 24);
  return from_bits<float>((static_cast<std::uint32_t>(leading + 127) << 23) | (fraction & 0x7FFFFFu));
}

}  // namespace fp4j
