// 64 x 64 elements in shared memory, read from global memory in whole rows of 256 bytes and from shared memory along rows or columns without bank conflicts.
#pragma once

#include "matrices.cuh"

namespace fp4j {

constexpr int tile_size = 64;
constexpr int tile_threads = 256;
constexpr int tile_stride = tile_size + 1;  // odd, so that a column lies in all banks
constexpr int segment_size = 16;            // what a thread takes: four segments to a line, 64 lines

// The line and the segment of it that this thread takes. Lanes 0..15 and 16..31 of a warp take the same 16 lines, and two neighbouring segments: along rows element i
// of lane l lies in bank l % 16 + 16 (l / 16) + constant, along columns likewise, because 16 * tile_stride is 16 modulo 32.
struct Segment {
  int line;
  int index;

  static constexpr int neighbour = 16;  // lanes between two segments of one line

  __device__ __forceinline__ Segment() {
    const int warp = static_cast<int>(threadIdx.x) / 32;
    const int lane = static_cast<int>(threadIdx.x) % 32;
    line = warp % 4 * 16 + lane % 16;
    index = warp / 4 * 2 + lane / 16;
  }
};

__device__ __forceinline__ void load_tile(const FloatRows& from, long long first_row, long long first_column, float* tile) {
  const int quarter = static_cast<int>(threadIdx.x) % 16;  // of 64 columns in fours
  const bool vectors = from.stride % 4 == 0 && is_aligned<16>(from.values);
#pragma unroll
  for (int i = 0; i < tile_size * 16 / tile_threads; i++) {
    const int r = static_cast<int>(threadIdx.x) / 16 + 16 * i;
    const long long row = first_row + r;
    const long long column = first_column + 4 * quarter;
    float4 four = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    const float* at = from.values + row * from.stride + column;
    if (row < from.rows && column + 4 <= from.columns && vectors) {
      four = *reinterpret_cast<const float4*>(at);
    } else if (row < from.rows) {
      four.x = column < from.columns ? at[0] : 0.0f;
      four.y = column + 1 < from.columns ? at[1] : 0.0f;
      four.z = column + 2 < from.columns ? at[2] : 0.0f;
      four.w = column + 3 < from.columns ? at[3] : 0.0f;
    }
    // Eight lanes fill every fourth bank; the next eight of a row store the other half of their four first, the next row is one bank further.
    float* to = tile + r * tile_stride + 4 * quarter;
    const bool turned = quarter >= 8;
    const int first = turned ? 2 : 0;
    to[first] = turned ? four.z : four.x;
    to[first + 1] = turned ? four.w : four.y;
    to[2 - first] = turned ? four.x : four.z;
    to[3 - first] = turned ? four.y : four.w;
  }
}

template <bool AlongColumns>
__device__ __forceinline__ void load_segment(const float* tile, const Segment& segment, float (&x)[segment_size]) {
#pragma unroll
  for (int i = 0; i < segment_size; i++) {
    const int along = segment.index * segment_size + i;
    x[i] = AlongColumns ? tile[along * tile_stride + segment.line] : tile[segment.line * tile_stride + along];
  }
}

}  // namespace fp4j
