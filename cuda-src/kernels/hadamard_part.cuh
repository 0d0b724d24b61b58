// A Hadamard transform of groups of 16 whose elements lie in a lane's registers, or in two lanes': the order of operations of fp4j/hadamard.cuh, unrolled.
#pragma once

#include "fp4j/hadamard.cuh"
#include "kernel.cuh"

namespace fp4j {

struct Hadamard16 {
  unsigned signs;
  bool to_bf16;

  // Transforms what this lane holds: Elements from the first or the second half of a group (8), or a group (16). A lane's other half is LaneStep away.
  template <int Elements, int LaneStep>
  __device__ __forceinline__ void transform(float (&x)[Elements]) const {
    static_assert(Elements == 8 || Elements == 16, "half a group or a whole one");
    const bool second_half = Elements == 8 && (static_cast<int>(threadIdx.x) / LaneStep) % 2 == 1;
    const unsigned own_signs = second_half ? signs >> 8 : signs;
#pragma unroll
    for (int i = 0; i < Elements; i++) {
      x[i] = flip_sign(x[i], own_signs, i);
    }
#pragma unroll
    for (int distance = 1; distance < Elements; distance *= 2) {
#pragma unroll
      for (int pair = 0; pair < Elements / 2; pair++) {
        const int i = pair / distance * 2 * distance + pair % distance;
        const float a = x[i];
        const float b = x[i + distance];
        x[i] = add_rn(a, b);
        x[i + distance] = sub_rn(a, b);
      }
    }
#pragma unroll
    for (int i = 0; i < Elements; i++) {
      if (Elements == 8) {
        const float other = __shfl_xor_sync(whole_warp, x[i], LaneStep);
        x[i] = second_half ? sub_rn(other, x[i]) : add_rn(x[i], other);
      }
      const float value = mul_rn(x[i], 0.25f);
      x[i] = to_bf16 ? round_to_bf16(value) : value;
    }
  }

  // As a change between loading and quantising. A group outside the matrix stays +0, which sign flips and differences would not leave it.
  template <class Part>
  __device__ __forceinline__ void apply(float (&x)[Part::elements], bool inside) const {
    transform<Part::elements, Part::elements == 8 ? Part::lane_step : 1>(x);
#pragma unroll
    for (int i = 0; i < Part::elements; i++) {
      x[i] = inside ? x[i] : 0.0f;
    }
  }
};

}  // namespace fp4j
