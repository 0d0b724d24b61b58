// The arithmetic of an optimizer step, one element at a time: AdaClip and AdaGN applied, Adam's update, codes of 4-bit and 8-bit moments. Every float32 operation
// rounds once, in the order of io.github.fp4j.backend.OptimizerKernels. Sources: arXiv 2502.17055 (Stable-SPAM), 2309.01507 (4-bit states), 2110.02861 (8-bit).
#pragma once

#include "fp4j/platform.cuh"

#if !defined(__CUDACC_RTC__)
#include <cmath>
#endif

namespace fp4j {

FP4J_HOST_DEVICE float sqrt_rn(float x) {
#if defined(__CUDA_ARCH__)
  return __fsqrt_rn(x);
#else
  return std::sqrt(x);
#endif
}

// What one update of one tensor multiplies and compares with.
struct AdamCoefficients {
  float threshold;  // gradient elements of larger magnitude are multiplied by ratio
  float ratio;
  float gain;  // multiplies every gradient element, after the clipping
  float decay;  // multiplies the parameters
  float beta1;
  float one_minus_beta1;
  float beta2;
  float one_minus_beta2;
  float step_size;  // learning rate over the first moment's bias correction
  float inverse_root_correction2;
  float epsilon;
};

// The same with the form of the first moment: the layout of the C ABI's fp4j_adam.
struct AdamStep {
  AdamCoefficients coefficients;
  std::int32_t lerp;
};

// A product with 1 is exact, so that one product serves both sides of the threshold.
FP4J_HOST_DEVICE float clipped(float g, float threshold, float ratio) {
  return mul_rn(g, magnitude(g) > threshold ? ratio : 1.0f);
}

FP4J_HOST_DEVICE float conditioned(const AdamCoefficients& c, float g) {
  return mul_rn(clipped(g, c.threshold, c.ratio), c.gain);
}

// Updates a parameter and its moments. `lerp`: the first moment moves by a part of its distance to the gradient, rather than being blended from two products.
template <bool lerp>
FP4J_HOST_DEVICE void adam(const AdamCoefficients& c, float g, float& parameter, float& first, float& second) {
  const float a = conditioned(c, g);
  const float m = lerp ? add_rn(first, mul_rn(sub_rn(a, first), c.one_minus_beta1)) : add_rn(mul_rn(first, c.beta1), mul_rn(a, c.one_minus_beta1));
  const float v = add_rn(mul_rn(second, c.beta2), mul_rn(mul_rn(a, c.one_minus_beta2), a));
  first = m;
  second = v;
  const float denominator = add_rn(mul_rn(sqrt_rn(v), c.inverse_root_correction2), c.epsilon);
  parameter = sub_rn(mul_rn(parameter, c.decay), div_rn(mul_rn(m, c.step_size), denominator));
}

// A codebook of 2^bits ascending values as its 2^bits - 1 boundaries; a value on a boundary belongs to the code below.
FP4J_HOST_DEVICE float midpoint(const float* values, int code) {
  return mul_rn(add_rn(values[code], values[code + 1]), 0.5f);
}

// The number of midpoints below x; 0 for NaN. All fifteen at once: a compiler makes vectors of that, but not of a search.
FP4J_HOST_DEVICE int encode4(const float* midpoints, float x) {
  int code = 0;
  for (int i = 0; i < 15; i++) {
    code += x > midpoints[i] ? 1 : 0;
  }
  return code;
}

// The same by a search, of 2^bits - 1 midpoints.
template <int Bits>
FP4J_HOST_DEVICE int searched(const float* midpoints, float x) {
  int code = 0;
  for (int step = 1 << (Bits - 1); step > 0; step /= 2) {
    code += x > midpoints[code + step - 1] ? step : 0;
  }
  return code;
}

// What a value is divided by before it is encoded. An element under a zero scale is zero, but need not be: it is encoded as zero.
FP4J_HOST_DEVICE float scaled(float x, float scale) {
  return div_rn(scale == 0.0f ? 0.0f : x, scale == 0.0f ? 1.0f : scale);
}

// The larger of two magnitudes; NaN wins.
FP4J_HOST_DEVICE float larger_magnitude(float a, float b) {
  return from_bits<float>(larger(magnitude_bits(a), magnitude_bits(b)));
}

// The smaller of two magnitudes; NaN wins. Magnitudes compare as their bits do, a NaN above all.
FP4J_HOST_DEVICE float limited(float bound, float maximum) {
  const std::uint32_t a = to_bits(bound);
  const std::uint32_t b = to_bits(maximum);
  return from_bits<float>(larger(a, b) > infinity_bits ? larger(a, b) : smaller(a, b));
}

// Sums of squares run in this many lanes, element i in lane i % reduction_lanes; then halves are added until one is left.
constexpr int reduction_lanes = 32;

FP4J_HOST_DEVICE double fold(double* lanes) {
  for (int half = reduction_lanes / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; i++) {
      lanes[i] = add_rn(lanes[i], lanes[i + half]);
    }
  }
  return lanes[0];
}

// Elements to a leaf of the tree in which the sums of a tensor's chunks are added.
constexpr int reduction_chunk = 4096;

}  // namespace fp4j
