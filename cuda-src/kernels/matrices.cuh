// Matrices in global memory as the kernels take them.
#pragma once

#include "kernel.cuh"

namespace fp4j {

// Float32 rows to read; what lies outside is +0.
struct FloatRows {
  const float* values;
  long long rows;
  long long columns;
  long long stride;

  // Eight elements of a row from column on, 128 bits at a time where they lie so.
  __device__ __forceinline__ void load_eight(long long row, long long column, float (&into)[8]) const {
    if (row < rows && column + 8 <= columns) {
      const float* from = values + row * stride + column;
      if (is_aligned<16>(from)) {
        const float4 low = reinterpret_cast<const float4*>(from)[0];
        const float4 high = reinterpret_cast<const float4*>(from)[1];
        into[0] = low.x, into[1] = low.y, into[2] = low.z, into[3] = low.w;
        into[4] = high.x, into[5] = high.y, into[6] = high.z, into[7] = high.w;
        return;
      }
    }
#pragma unroll
    for (int i = 0; i < 8; i++) {
      into[i] = row < rows && column + i < columns ? values[row * stride + column + i] : 0.0f;
    }
  }
};

// Where a quantised matrix of rows by stored elements goes. The padding of a swizzled layout belongs to it.
struct BlockRowsOut {
  unsigned char* codes;
  long long codes_stride;
  unsigned char* scales;
  long long scales_stride;
  ScaleLayout layout;
  long long rows;
  long long stored;  // elements of a row
  int block;

  __device__ __forceinline__ long long blocks() const { return stored / block; }
  __device__ __forceinline__ long long rows_with_padding() const {
    return static_cast<long long>(padded_rows(layout, static_cast<std::size_t>(rows)));
  }
  __device__ __forceinline__ long long stored_with_padding() const {
    return static_cast<long long>(padded_columns(layout, static_cast<std::size_t>(blocks()))) * block;
  }

  // The scale of the block that holds (row, column); zero where that is padding, nothing where it is beyond.
  __device__ __forceinline__ void store_scale(long long row, long long column, unsigned code) const {
    if (row >= rows_with_padding() || column >= stored_with_padding()) {
      return;
    }
    const long long at = quotient(column, block);
    const std::size_t offset = layout == ScaleLayout::linear
                                   ? static_cast<std::size_t>(row * scales_stride + at)
                                   : scale_offset(layout, static_cast<std::size_t>(row), static_cast<std::size_t>(at), static_cast<std::size_t>(blocks()));
    scales[offset] = static_cast<unsigned char>(row < rows && column < stored ? code : 0u);
  }

  // Eight codes of a row from a multiple of eight on.
  __device__ __forceinline__ void store_eight(long long row, long long column, unsigned word) const {
    if (row >= rows || column >= stored) {
      return;
    }
    unsigned char* to = codes + row * codes_stride + column / 2;
    if (is_aligned<4>(to)) {
      *reinterpret_cast<unsigned*>(to) = word;
      return;
    }
#pragma unroll
    for (int i = 0; i < 4; i++) {
      to[i] = static_cast<unsigned char>(word >> (8 * i));
    }
  }

  // Whether rows are whole runs of 32 elements, whose codes lie at multiples of 16 bytes.
  __device__ __forceinline__ bool has_runs() const { return stored % 32 == 0 && stored_with_padding() % 32 == 0 && codes_stride % 16 == 0 && is_aligned<16>(codes); }

  // The 32 codes of a run.
  __device__ __forceinline__ void store_run(long long row, long long column, const uint4& words) const {
    if (row < rows && column < stored) {
      *reinterpret_cast<uint4*>(codes + row * codes_stride + column / 2) = words;
    }
  }
};

}  // namespace fp4j
