// Blocks along rows and columns of one tile. Codes go through shared memory so that global memory gets 32 bytes in a row. Floor with both outputs: 4 B + 2 (.5 B + 1/16 B)
// per element: .64 ps at 8 TB/s (B200), 2.9 ps at 1.79 TB/s (RTX 5090); along columns alone as along rows, .57 ps and 2.5 ps.
#pragma once

#include "block_part.cuh"
#include "tile.cuh"

namespace fp4j {

constexpr int stage_stride = 48;  // bytes: a line's 32 and a gap that keeps 16-byte alignment

// The codes of a tile's lines.
struct alignas(16) LineStage {
  unsigned char bytes[tile_size * stage_stride];
};

// Quantises the lines of a tile (rows, or columns) into stage, and stores their scales. first_line and first_along are where the tile begins in the output.
template <int Size, bool AlongColumns, class Transform, class Rounding>
__device__ __forceinline__ void quantize_lines(const Profile& profile, const Quantizer& quantizer, const Transform& transform, const Rounding& rounding,
                                               const float* tile, const FloatRows& from, long long first_line, long long first_along, const BlockRowsOut& to, LineStage& stage) {
  using Part = BlockPart<Size, segment_size, Segment::neighbour>;
  const Segment segment;
  float x[1][segment_size];
  load_segment<AlongColumns>(tile, segment, x[0]);
  transform.template apply<Part>(x[0], first_along + segment.index * segment_size < (AlongColumns ? from.rows : from.columns));
  QuantizedPart<Part> quantized = quantize_block<Part>(profile, quantizer, rounding, x, 0, 1);
  to_stored_order<Part>(profile, quantized.words[0]);
  *reinterpret_cast<uint2*>(stage.bytes + segment.line * stage_stride + segment.index * 8) = make_uint2(quantized.words[0][0], quantized.words[0][1]);
  if (Part::part() == 0) {
    to.store_scale(first_line + segment.line, first_along + segment.index * segment_size, quantized.scale);
  }
}

__device__ __forceinline__ void store_lines(const LineStage& stage, long long first_line, long long first_along, const BlockRowsOut& to) {
  const int thread = static_cast<int>(threadIdx.x);
  if (thread >= 2 * tile_size) {
    return;
  }
  const long long row = first_line + thread / 2;
  const long long along = first_along + thread % 2 * 32;
  const uint4 sixteen = *reinterpret_cast<const uint4*>(stage.bytes + thread / 2 * stage_stride + thread % 2 * 16);
  unsigned char* at = to.codes + row * to.codes_stride + along / 2;
  if (row < to.rows && along + 32 <= to.stored && is_aligned<16>(at)) {
    *reinterpret_cast<uint4*>(at) = sixteen;
    return;
  }
  to.store_eight(row, along, sixteen.x);
  to.store_eight(row, along + 8, sixteen.y);
  to.store_eight(row, along + 16, sixteen.z);
  to.store_eight(row, along + 24, sixteen.w);
}

// rows.codes null: along columns only.
template <int Size, class Transform>
__device__ __forceinline__ void quantize_tiles(const Profile& profile, const float* tensor_scale, const FloatRows& from, const BlockRowsOut& rows,
                                               const BlockRowsOut& columns, const Transform& transform, float* tile, LineStage& row_stage,
                                               LineStage& column_stage) {
  const Quantizer quantizer(profile, tensor_scale);
  const Deterministic rounding;
  const bool along_rows = rows.codes != nullptr;
  long long row_extent = columns.stored_with_padding();
  long long column_extent = columns.rows_with_padding();
  if (along_rows) {
    row_extent = larger(row_extent, rows.rows_with_padding());
    column_extent = larger(column_extent, rows.stored_with_padding());
  }
  const long long across = ceil_div(column_extent, tile_size);
  const long long tiles = ceil_div(row_extent, tile_size) * across;
  for (long long unit = first_unit(); unit < tiles; unit += unit_step()) {
    const long long down = quotient(unit, across);
    const long long first_row = down * tile_size;
    const long long first_column = (unit - down * across) * tile_size;
    load_tile(from, first_row, first_column, tile);
    __syncthreads();
    if (along_rows) {
      quantize_lines<Size, false>(profile, quantizer, transform, rounding, tile, from, first_row, first_column, rows, row_stage);
    }
    quantize_lines<Size, true>(profile, quantizer, transform, rounding, tile, from, first_column, first_row, columns, column_stage);
    __syncthreads();
    if (along_rows) {
      store_lines(row_stage, first_row, first_column, rows);
    }
    store_lines(column_stage, first_column, first_row, columns);
  }
}

}  // namespace fp4j
