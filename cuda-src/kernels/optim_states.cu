// Moments in 4 and 8 bits, and Adam's update over them. Floors at 8 TB/s (B200) and 1.79 TB/s (RTX 5090), per element of 4 bits in blocks of 128: encode and decode 4.53 B,
// .57 and 2.5 ps; the update 14.1 B, 1.8 and 7.9 ps.
#include "kernel.cuh"

namespace fp4j {
namespace {

// A codebook where lanes find different values at once: sixteen lie in sixteen banks.
struct SharedCodebook {
  float* values;
  float* midpoints;

  // By all threads of a block, before a barrier.
  __device__ __forceinline__ void load(const float* from, int size) const {
    for (int i = static_cast<int>(threadIdx.x); i < size; i += static_cast<int>(blockDim.x)) {
      values[i] = from[i];
      if (i + 1 < size) {
        midpoints[i] = midpoint(from, i);
      }
    }
  }
};

// Byte number b of the codes of count values under scale_of(element).
template <int Bits, class ScaleOf>
__device__ __forceinline__ unsigned encoded_byte(const SharedCodebook& codebook, int zero_code, const float* values, const ScaleOf& scale_of, long long count, long long b) {
  if (Bits == 8) {
    return static_cast<unsigned>(searched<8>(codebook.midpoints, scaled(values[b], scale_of(b))));
  }
  const int low = searched<4>(codebook.midpoints, scaled(values[2 * b], scale_of(2 * b)));
  const int high = 2 * b + 1 < count ? searched<4>(codebook.midpoints, scaled(values[2 * b + 1], scale_of(2 * b + 1))) : zero_code;
  return static_cast<unsigned>(low | high << 4);
}

template <int Bits>
__device__ __forceinline__ long long bytes_of(long long count) {
  return Bits == 8 ? count : (count + 1) / 2;
}

// A warp to a block.
template <int Bits, int Threads>
__device__ __forceinline__ void encode_blocks(const SharedCodebook& codebook, int zero_code, long long block_size, const float* values, long long count,
                                              unsigned char* packed, float* scales) {
  constexpr int warps = Threads / 32;
  for (long long block = first_unit() * warps + static_cast<int>(threadIdx.x) / 32; block < ceil_div(count, block_size); block += unit_step() * warps) {
    const float* from = values + block * block_size;
    const long long length = smaller(block_size, count - block * block_size);
    unsigned largest = 0;
    for (long long i = lane_of_warp(); i < length; i += 32) {
      largest = larger(largest, magnitude_bits(from[i]));
    }
    const float scale = from_bits<float>(warp_max(largest));
    if (lane_of_warp() == 0) {
      scales[block] = scale;
    }
    unsigned char* to = packed + bytes_of<Bits>(block * block_size);
    for (long long b = lane_of_warp(); b < bytes_of<Bits>(length); b += 32) {
      to[b] = static_cast<unsigned char>(encoded_byte<Bits>(codebook, zero_code, from, [&](long long) { return scale; }, length, b));
    }
  }
}

template <int Bits, int Threads>
__device__ __forceinline__ void encode_all(const SharedCodebook& codebook, int zero_code, const float* values, const float* scales, unsigned char* packed,
                                           long long count) {
  for (long long b = first_unit() * Threads + static_cast<long long>(threadIdx.x); b < bytes_of<Bits>(count); b += unit_step() * Threads) {
    packed[b] = static_cast<unsigned char>(encoded_byte<Bits>(codebook, zero_code, values, [&](long long i) { return scales[i]; }, count, b));
  }
}

template <int Bits, int Threads, class ScaleOf>
__device__ __forceinline__ void decode_all(const SharedCodebook& codebook, const unsigned char* packed, const ScaleOf& scale_of, float* values, long long count) {
  for (long long b = first_unit() * Threads + static_cast<long long>(threadIdx.x); b < bytes_of<Bits>(count); b += unit_step() * Threads) {
    const int byte = packed[b];
    if (Bits == 8) {
      values[b] = mul_rn(codebook.values[byte], scale_of(b));
      continue;
    }
    values[2 * b] = mul_rn(codebook.values[byte & 15], scale_of(2 * b));
    if (2 * b + 1 < count) {
      values[2 * b + 1] = mul_rn(codebook.values[byte >> 4], scale_of(2 * b + 1));
    }
  }
}

constexpr int block_of_128 = 128;

// Four elements of a moment in a lane, out of a block in a warp.
struct MomentBlock {
  SharedCodebook codebook;
  int zero_code;
  unsigned char* packed;
  float* scales;

  // Elements from count on become zero.
  __device__ __forceinline__ void decode(long long block, int count, float (&moment)[4]) const {
    const float scale = scales[block];
    const unsigned char* from = packed + block * (block_of_128 / 2) + 2 * lane_of_warp();
    const int low = count > 0 ? from[0] : 0;
    const int high = count > 2 ? from[1] : 0;
    const int codes = low | high << 8;
#pragma unroll
    for (int i = 0; i < 4; i++) {
      moment[i] = i < count ? mul_rn(codebook.values[codes >> (4 * i) & 15], scale) : 0.0f;
    }
  }

  __device__ __forceinline__ void encode(long long block, int count, const float (&moment)[4]) const {
    unsigned largest = 0;
#pragma unroll
    for (int i = 0; i < 4; i++) {
      largest = larger(largest, i < count ? magnitude_bits(moment[i]) : 0u);
    }
    const float scale = from_bits<float>(warp_max(largest));
    int codes = 0;
#pragma unroll
    for (int i = 0; i < 4; i++) {
      codes |= (i < count ? searched<4>(codebook.midpoints, scaled(moment[i], scale)) : zero_code) << (4 * i);
    }
    unsigned char* to = packed + block * (block_of_128 / 2) + 2 * lane_of_warp();
    if (count > 2 && is_aligned<2>(to)) {
      *reinterpret_cast<unsigned short*>(to) = static_cast<unsigned short>(codes);
    } else {
      if (count > 0) {
        to[0] = static_cast<unsigned char>(codes);
      }
      if (count > 2) {
        to[1] = static_cast<unsigned char>(codes >> 8);
      }
    }
    if (lane_of_warp() == 0) {
      scales[block] = scale;
    }
  }
};

template <bool lerp, int Threads>
__device__ __forceinline__ void adam_4bit(const AdamCoefficients& c, float* parameters, const float* gradient, const MomentBlock& first, const MomentBlock& second,
                                          long long count) {
  constexpr int warps = Threads / 32;
  const bool are_aligned = is_aligned<16>(parameters) && is_aligned<16>(gradient);
  for (long long block = first_unit() * warps + static_cast<int>(threadIdx.x) / 32; block < ceil_div(count, block_of_128); block += unit_step() * warps) {
    const long long at = block * block_of_128 + 4 * lane_of_warp();
    const int here = static_cast<int>(larger(0LL, smaller(4LL, count - at)));
    float m[4], v[4], g[4] = {}, p[4] = {};
    first.decode(block, here, m);
    second.decode(block, here, v);
    if (here == 4 && are_aligned) {
      const float4 four_g = *reinterpret_cast<const float4*>(gradient + at);
      const float4 four_p = *reinterpret_cast<const float4*>(parameters + at);
      g[0] = four_g.x, g[1] = four_g.y, g[2] = four_g.z, g[3] = four_g.w;
      p[0] = four_p.x, p[1] = four_p.y, p[2] = four_p.z, p[3] = four_p.w;
    } else {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        if (i < here) {
          g[i] = gradient[at + i];
          p[i] = parameters[at + i];
        }
      }
    }
#pragma unroll
    for (int i = 0; i < 4; i++) {
      adam<lerp>(c, g[i], p[i], m[i], v[i]);
    }
    first.encode(block, here, m);
    second.encode(block, here, v);
    if (here == 4 && are_aligned) {
      *reinterpret_cast<float4*>(parameters + at) = make_float4(p[0], p[1], p[2], p[3]);
    } else {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        if (i < here) {
          parameters[at + i] = p[i];
        }
      }
    }
  }
}

}  // namespace
}  // namespace fp4j

extern "C" __global__ void __launch_bounds__(fp4j::threads_of_fp4j_optim_encode_blocks)
fp4j_optim_encode_blocks(const float* codebook, int bits, int zero_code, long long block_size, const float* values, long long count, unsigned char* packed,
                         float* scales) {
  using namespace fp4j;
  __shared__ float table[2][256];
  const SharedCodebook shared = {table[0], table[1]};
  shared.load(codebook, 1 << bits);
  __syncthreads();
  if (bits == 4) {
    encode_blocks<4, threads_of_fp4j_optim_encode_blocks>(shared, zero_code, block_size, values, count, packed, scales);
  } else {
    encode_blocks<8, threads_of_fp4j_optim_encode_blocks>(shared, zero_code, block_size, values, count, packed, scales);
  }
}

extern "C" __global__ void __launch_bounds__(fp4j::threads_of_fp4j_optim_decode_blocks)
fp4j_optim_decode_blocks(const float* codebook, int bits, long long block_size, const unsigned char* packed, const float* scales, float* values, long long count) {
  using namespace fp4j;
  __shared__ float table[2][256];
  const SharedCodebook shared = {table[0], table[1]};
  shared.load(codebook, 1 << bits);
  __syncthreads();
  const auto scale_of = [&](long long i) { return scales[quotient(i, block_size)]; };
  if (bits == 4) {
    decode_all<4, threads_of_fp4j_optim_decode_blocks>(shared, packed, scale_of, values, count);
  } else {
    decode_all<8, threads_of_fp4j_optim_decode_blocks>(shared, packed, scale_of, values, count);
  }
}

extern "C" __global__ void __launch_bounds__(fp4j::threads_of_fp4j_optim_encode)
fp4j_optim_encode(const float* codebook, int bits, int zero_code, const float* values, const float* scales, unsigned char* packed, long long count) {
  using namespace fp4j;
  __shared__ float table[2][256];
  const SharedCodebook shared = {table[0], table[1]};
  shared.load(codebook, 1 << bits);
  __syncthreads();
  if (bits == 4) {
    encode_all<4, threads_of_fp4j_optim_encode>(shared, zero_code, values, scales, packed, count);
  } else {
    encode_all<8, threads_of_fp4j_optim_encode>(shared, zero_code, values, scales, packed, count);
  }
}

extern "C" __global__ void __launch_bounds__(fp4j::threads_of_fp4j_optim_decode)
fp4j_optim_decode(const float* codebook, int bits, const unsigned char* packed, const float* scales, float* values, long long count) {
  using namespace fp4j;
  __shared__ float table[2][256];
  const SharedCodebook shared = {table[0], table[1]};
  shared.load(codebook, 1 << bits);
  __syncthreads();
  const auto scale_of = [&](long long i) { return scales[i]; };
  if (bits == 4) {
    decode_all<4, threads_of_fp4j_optim_decode>(shared, packed, scale_of, values, count);
  } else {
    decode_all<8, threads_of_fp4j_optim_decode>(shared, packed, scale_of, values, count);
  }
}

extern "C" __global__ void __launch_bounds__(fp4j::threads_of_fp4j_optim_adam_4bit)
fp4j_optim_adam_4bit(fp4j_adam adam, float* parameters, const float* gradient, const float* first_codebook, int first_zero_code, unsigned char* first_packed,
                     float* first_scales, const float* second_codebook, int second_zero_code, unsigned char* second_packed, float* second_scales, long long count) {
  using namespace fp4j;
  __shared__ float table[4][16];
  const MomentBlock first = {{table[0], table[1]}, first_zero_code, first_packed, first_scales};
  const MomentBlock second = {{table[2], table[3]}, second_zero_code, second_packed, second_scales};
  first.codebook.load(first_codebook, 16);
  second.codebook.load(second_codebook, 16);
  __syncthreads();
  if (adam.lerp != 0) {
    adam_4bit<true, threads_of_fp4j_optim_adam_4bit>(adam.coefficients, parameters, gradient, first, second, count);
  } else {
    adam_4bit<false, threads_of_fp4j_optim_adam_4bit>(adam.coefficients, parameters, gradient, first, second, count);
  }
}
