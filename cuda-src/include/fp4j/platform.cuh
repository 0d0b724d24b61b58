// What differs between compilers: function qualifiers and reading a float's bits.
#pragma once

#include <cstdint>
#include <cstring>

// Always inlined: the host library compiles the same bodies for several instruction sets, and an out-of-line copy could be merged across them by the linker.
#if defined(__CUDACC__)
#define FP4J_HOST_DEVICE __host__ __device__ __forceinline__
#elif defined(_MSC_VER)
#define FP4J_HOST_DEVICE __forceinline
#else
#define FP4J_HOST_DEVICE inline __attribute__((always_inline))
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
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

template <class Real>
FP4J_HOST_DEVICE Real from_bits(typename Binary<Real>::Bits bits) {
  Real value;
  std::memcpy(&value, &bits, sizeof value);
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

}  // namespace fp4j
