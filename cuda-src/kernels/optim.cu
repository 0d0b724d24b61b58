// Statistics of a gradient, and Adam's update. What a scan leaves of a gradient are 12 bytes to a chunk of 16 KiB: running averages, threshold and gain of a tensor
// come from these on the host, in float64, before the update is launched.
//
// Floors at 8 TB/s (B200) and 1.79 TB/s (RTX 5090), per element: scan 4 B, .50 and 2.2 ps, but at 1/64 of the float32 rate (RTX 5090) its three float64 instructions
// take 3.7 ps; clip the same over the chunks it reads; condition 8 B, 1.0 and 4.5 ps; update 28 B, 3.5 and 15.6 ps.
#include "kernel.cuh"

namespace fp4j {
namespace {

constexpr int fours = 4 * threads_of_fp4j_optim_adam;  // values that a block takes at once

// Calls chunk(first element, elements, number) for each chunk of this warp.
template <int Threads, class Chunk>
__device__ __forceinline__ void for_each_chunk(long long count, const Chunk& chunk) {
  constexpr int warps = Threads / 32;
  const long long chunks = ceil_div(count, reduction_chunk);
  for (long long c = first_unit() * warps + static_cast<int>(threadIdx.x) / 32; c < chunks; c += unit_step() * warps) {
    chunk(c * reduction_chunk, static_cast<int>(smaller<long long>(reduction_chunk, count - c * reduction_chunk)), c);
  }
}

// The lanes of a warp are those of the reduction: loads are coalesced, and each lane adds in order.
static_assert(reduction_lanes == 32, "a lane of the reduction to a lane of a warp");

// The halves are folded: lane 0 has the sum.
__device__ __forceinline__ double folded(double sum) {
#pragma unroll
  for (int half = reduction_lanes / 2; half > 0; half /= 2) {
    sum = add_rn(sum, __shfl_xor_sync(whole_warp, sum, half));
  }
  return sum;
}

__device__ __forceinline__ double plus_square(double sum, float g) { return add_rn(sum, mul_rn(static_cast<double>(g), static_cast<double>(g))); }

// Calls four(index) for every four elements and one(index) for those left over; everything by ones where an array is not aligned.
template <class Four, class One>
__device__ __forceinline__ void for_each_four(long long count, bool are_aligned, const Four& four, const One& one) {
  const long long in_fours = are_aligned ? count / 4 * 4 : 0;
  for (long long i = first_unit() * fours + 4 * static_cast<long long>(threadIdx.x); i < in_fours; i += unit_step() * fours) {
    four(i);
  }
  for (long long i = in_fours + first_unit() * (fours / 4) + static_cast<long long>(threadIdx.x); i < count; i += unit_step() * (fours / 4)) {
    one(i);
  }
}

__device__ __forceinline__ float4 load_four(const float* from) { return *reinterpret_cast<const float4*>(from); }
__device__ __forceinline__ void store_four(float* to, float4 values) { *reinterpret_cast<float4*>(to) = values; }

template <bool lerp>
__device__ __forceinline__ void adam_all(const AdamCoefficients& c, float* parameters, const float* gradient, float* first, float* second, long long count) {
  const bool are_aligned = is_aligned<16>(parameters) && is_aligned<16>(gradient) && is_aligned<16>(first) && is_aligned<16>(second);
  for_each_four(
      count, are_aligned,
      [&](long long i) {
        const float4 g = load_four(gradient + i);
        float4 p = load_four(parameters + i);
        float4 m = load_four(first + i);
        float4 v = load_four(second + i);
        adam<lerp>(c, g.x, p.x, m.x, v.x);
        adam<lerp>(c, g.y, p.y, m.y, v.y);
        adam<lerp>(c, g.z, p.z, m.z, v.z);
        adam<lerp>(c, g.w, p.w, m.w, v.w);
        store_four(parameters + i, p);
        store_four(first + i, m);
        store_four(second + i, v);
      },
      [&](long long i) { adam<lerp>(c, gradient[i], parameters[i], first[i], second[i]); });
}

}  // namespace
}  // namespace fp4j

extern "C" __global__ void __launch_bounds__(fp4j::threads_of_fp4j_optim_scan)
fp4j_optim_scan(const float* gradient, long long count, unsigned* magnitudes, double* squares) {
  using namespace fp4j;
  for_each_chunk<threads_of_fp4j_optim_scan>(count, [&](long long first, int length, long long chunk) {
    double sum = 0.0;
    unsigned largest = 0;
#pragma unroll 16
    for (int i = lane_of_warp(); i < length; i += 32) {
      const float g = gradient[first + i];
      largest = larger(largest, magnitude_bits(g));
      sum = plus_square(sum, g);
    }
    largest = warp_max(largest);
    sum = folded(sum);
    if (lane_of_warp() == 0) {
      magnitudes[chunk] = largest;
      squares[chunk] = sum;
    }
  });
}

extern "C" __global__ void __launch_bounds__(fp4j::threads_of_fp4j_optim_clip)
fp4j_optim_clip(const float* gradient, long long count, float threshold, float ratio, const unsigned* magnitudes, double* squares, int* clipped) {
  using namespace fp4j;
  for_each_chunk<threads_of_fp4j_optim_clip>(count, [&](long long first, int length, long long chunk) {
    if (magnitudes != nullptr && from_bits<float>(magnitudes[chunk]) <= threshold) {
      if (lane_of_warp() == 0) {
        clipped[chunk] = 0;
      }
      return;
    }
    double sum = 0.0;
    int above = 0;
#pragma unroll 16
    for (int i = lane_of_warp(); i < length; i += 32) {
      const float g = gradient[first + i];
      above += magnitude(g) > threshold ? 1 : 0;
      sum = plus_square(sum, fp4j::clipped(g, threshold, ratio));
    }
#pragma unroll
    for (int half = 16; half > 0; half /= 2) {
      above += __shfl_xor_sync(whole_warp, above, half);
    }
    sum = folded(sum);
    if (lane_of_warp() == 0) {
      squares[chunk] = sum;
      clipped[chunk] = above;
    }
  });
}

extern "C" __global__ void __launch_bounds__(fp4j::threads_of_fp4j_optim_condition)
fp4j_optim_condition(fp4j_adam adam, const float* gradient, float* target, long long count) {
  using namespace fp4j;
  const AdamCoefficients& c = adam.coefficients;
  for_each_four(
      count, is_aligned<16>(gradient) && is_aligned<16>(target),
      [&](long long i) {
        const float4 g = load_four(gradient + i);
        store_four(target + i, make_float4(conditioned(c, g.x), conditioned(c, g.y), conditioned(c, g.z), conditioned(c, g.w)));
      },
      [&](long long i) { target[i] = conditioned(c, gradient[i]); });
}

extern "C" __global__ void __launch_bounds__(fp4j::threads_of_fp4j_optim_adam)
fp4j_optim_adam(fp4j_adam adam, float* parameters, const float* gradient, float* first, float* second, long long count) {
  using namespace fp4j;
  if (adam.lerp != 0) {
    adam_all<true>(adam.coefficients, parameters, gradient, first, second, count);
  } else {
    adam_all<false>(adam.coefficients, parameters, gradient, first, second, count);
  }
}

extern "C" __global__ void __launch_bounds__(fp4j::threads_of_fp4j_optim_raise_maxima)
fp4j_optim_raise_maxima(const float* values, float* maxima, long long count, unsigned* largest_bits) {
  using namespace fp4j;
  unsigned largest = 0;
  const auto raise = [&](float value, float& maximum) {
    largest = larger(largest, magnitude_bits(value));
    maximum = larger_magnitude(maximum, value);
  };
  for_each_four(
      count, is_aligned<16>(values) && is_aligned<16>(maxima),
      [&](long long i) {
        const float4 x = load_four(values + i);
        float4 m = load_four(maxima + i);
        raise(x.x, m.x);
        raise(x.y, m.y);
        raise(x.z, m.z);
        raise(x.w, m.w);
        store_four(maxima + i, m);
      },
      [&](long long i) { raise(values[i], maxima[i]); });
  largest = warp_max(largest);
  if (lane_of_warp() == 0 && largest != 0) {
    atomicMax(largest_bits, largest);
  }
}

extern "C" __global__ void __launch_bounds__(fp4j::threads_of_fp4j_optim_limit_scales)
fp4j_optim_limit_scales(float bound, const float* maxima, float* scales, long long count) {
  using namespace fp4j;
  for_each_four(
      count, is_aligned<16>(maxima) && is_aligned<16>(scales),
      [&](long long i) {
        const float4 m = load_four(maxima + i);
        store_four(scales + i, make_float4(limited(bound, m.x), limited(bound, m.y), limited(bound, m.z), limited(bound, m.w)));
      },
      [&](long long i) { scales[i] = limited(bound, maxima[i]); });
}
