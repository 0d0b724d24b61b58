// Stored rows to float32: a lane takes four bytes of codes and writes 32 bytes. Floor: .5 B + 1/16 or 1/32 B in, 4 B out: .57 ps per element at 8 TB/s (B200), 2.5 ps at
// 1.79 TB/s (RTX 5090).
#include "matrices.cuh"

namespace fp4j {
namespace {

FP4J_OUT_OF_LINE RestoringScale restoring_scale_of(const Profile& profile, std::uint32_t code, float tensor_scale) {
  return restoring_scale(profile, code, tensor_scale);
}

// Eight codes of a block from element first on, in element order.
template <int Size>
__device__ __forceinline__ unsigned load_codes(const Profile& profile, const unsigned char* block, int first) {
  if (profile.nibble_order == NibbleOrder::interleaved_low_first) {
    const unsigned char* from = block + first / 2;
    if (is_aligned<4>(from)) {
      return *reinterpret_cast<const unsigned*>(from);
    }
    return from[0] | from[1] << 8 | from[2] << 16 | static_cast<unsigned>(from[3]) << 24;
  }
  const bool high = first >= Size / 2;
  const unsigned char* from = block + first % (Size / 2);
  unsigned word = 0;
#pragma unroll
  for (int i = 0; i < 8; i++) {
    word |= static_cast<unsigned>(high ? from[i] >> 4 : from[i] & 15) << (4 * i);
  }
  return word;
}

template <int Size, int Threads>
__device__ __forceinline__ void dequantize(const Profile& profile, float tensor_scale, const unsigned char* codes, long long codes_stride,
                                           const unsigned char* scales, long long scales_stride, ScaleLayout layout, float* values, long long rows,
                                           long long columns, long long stride) {
  const long long chunks_per_row = ceil_div(columns, 8);
  const long long blocks = ceil_div(columns, profile.row_multiple) * (profile.row_multiple / Size);
  for (long long chunk = first_unit() * Threads + static_cast<long long>(threadIdx.x); chunk < rows * chunks_per_row; chunk += unit_step() * Threads) {
    const long long row = quotient(chunk, chunks_per_row);
    const long long column = (chunk - row * chunks_per_row) * 8;
    const long long block = column / Size;
    const unsigned word = load_codes<Size>(profile, codes + row * codes_stride + block * (Size / 2), static_cast<int>(column % Size));
    const std::size_t at = layout == ScaleLayout::linear
                               ? static_cast<std::size_t>(row * scales_stride + block)
                               : scale_offset(layout, static_cast<std::size_t>(row), static_cast<std::size_t>(block), static_cast<std::size_t>(blocks));
    const RestoringScale scale = restoring_scale_of(profile, scales[at], tensor_scale);
    float x[8];
#pragma unroll
    for (int i = 0; i < 8; i++) {
      x[i] = restored(profile, scale, word >> (4 * i) & 15u);
    }
    float* to = values + row * stride + column;
    if (column + 8 <= columns && is_aligned<16>(to)) {
      reinterpret_cast<float4*>(to)[0] = make_float4(x[0], x[1], x[2], x[3]);
      reinterpret_cast<float4*>(to)[1] = make_float4(x[4], x[5], x[6], x[7]);
      continue;
    }
#pragma unroll
    for (int i = 0; i < 8; i++) {
      if (column + i < columns) {
        to[i] = x[i];
      }
    }
  }
}

}  // namespace
}  // namespace fp4j

#define FP4J_DEFINE_DEQUANTIZE(kernel, size)                                                                                                       \
  extern "C" __global__ void __launch_bounds__(fp4j::threads_of_##kernel, 2) kernel(                                                                \
      fp4j_profile profile, const float* tensor_scale, const unsigned char* codes, long long codes_stride, const unsigned char* scales,            \
      long long scales_stride, int scale_layout, float* values, long long rows, long long columns, long long stride) {                             \
    fp4j::dequantize<size, fp4j::threads_of_##kernel>(profile, *tensor_scale, codes, codes_stride, scales, scales_stride,                          \
                                                      static_cast<fp4j::ScaleLayout>(scale_layout), values, rows, columns, stride);                \
  }

FP4J_DEFINE_DEQUANTIZE(fp4j_dequantize_nvfp4, 16)
FP4J_DEFINE_DEQUANTIZE(fp4j_dequantize_mxfp4, 32)
