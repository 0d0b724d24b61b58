// Block scales between the linear layout and the tiled ones. Bytes in and out once: 2 B/scale, .25 ps per scale at 8 TB/s (B200), 1.1 ps at 1.79 TB/s (RTX 5090).
//
// A thread moves 16 bytes of a tile: four rows by four columns. Eight threads side by side take eight tiles of a row of tiles, so that every 32-byte sector of the
// linear matrix that a warp touches is used whole, as are those of the tiles (four units of 128x4, or both of 8x4, lie in one warp). Nothing goes through shared
// memory, so there are no bank conflicts.
#include "kernel.cuh"

namespace fp4j {
namespace {

constexpr int tiles_across = 8;   // tiles side by side in a block
constexpr int thread_rows = 32;   // the block's other direction

template <int TileRows>
struct Tiles {
  static constexpr int units = TileRows / 4;  // of 16 bytes
  static constexpr int tile_rows_per_block = thread_rows / units;

  // Row within its tile of quarter q of a unit: 128x4 interleaves quarters of 32 rows, 8x4 is row-major.
  __device__ static int row_of(int unit, int q) { return TileRows == 128 ? 32 * q + unit : 4 * unit + q; }
};

// Four scales of a row, zeros beyond the matrix.
__device__ __forceinline__ unsigned load_four(const unsigned char* linear, long long rows, long long columns, long long row, long long column, bool words) {
  if (row >= rows) {
    return 0;
  }
  const unsigned char* from = linear + row * columns + column;
  if (words) {
    return *reinterpret_cast<const unsigned*>(from);
  }
  unsigned four = 0;
  for (int i = 0; i < 4 && column + i < columns; i++) {
    four |= static_cast<unsigned>(from[i]) << (8 * i);
  }
  return four;
}

__device__ __forceinline__ void store_four(unsigned four, unsigned char* linear, long long rows, long long columns, long long row, long long column,
                                           bool words) {
  if (row >= rows) {
    return;
  }
  unsigned char* to = linear + row * columns + column;
  if (words) {
    *reinterpret_cast<unsigned*>(to) = four;
    return;
  }
  for (int i = 0; i < 4 && column + i < columns; i++) {
    to[i] = static_cast<unsigned char>(four >> (8 * i));
  }
}

// Calls move(uint4* unit in its tile, row of its first quarter's tile, unit, column, words) for each unit of each tile.
template <int TileRows, class Tiled, class Move>
__device__ __forceinline__ void for_each_unit(const unsigned char* linear, Tiled* swizzled, long long rows, long long columns, const Move& move) {
  using T = Tiles<TileRows>;
  const bool words = columns % 4 == 0 && is_aligned<4>(linear);
  const long long tile_columns = ceil_div(columns, 4);
  const long long tile_rows = ceil_div(rows, TileRows);
  const long long groups = ceil_div(tile_columns, tiles_across);
  const int across = static_cast<int>(threadIdx.x) % tiles_across;
  const int down = static_cast<int>(threadIdx.x) / tiles_across;
  for (long long step = first_unit(); step < ceil_div(tile_rows, T::tile_rows_per_block) * groups; step += unit_step()) {
    const long long tile_column = step % groups * tiles_across + across;
    const long long tile_row = step / groups * T::tile_rows_per_block + down / T::units;
    if (tile_column < tile_columns && tile_row < tile_rows) {
      const int unit = down % T::units;
      Tiled* at = swizzled + ((tile_row * tile_columns + tile_column) * T::units + unit) * 16;
      move(at, tile_row * TileRows, unit, 4 * tile_column, words);
    }
  }
}

template <int TileRows>
__device__ __forceinline__ void swizzle(const unsigned char* linear, long long rows, long long columns, unsigned char* swizzled) {
  using T = Tiles<TileRows>;
  for_each_unit<TileRows>(linear, swizzled, rows, columns, [=](unsigned char* to, long long first_row, int unit, long long column, bool words) {
    uint4 quarters;
    quarters.x = load_four(linear, rows, columns, first_row + T::row_of(unit, 0), column, words);
    quarters.y = load_four(linear, rows, columns, first_row + T::row_of(unit, 1), column, words);
    quarters.z = load_four(linear, rows, columns, first_row + T::row_of(unit, 2), column, words);
    quarters.w = load_four(linear, rows, columns, first_row + T::row_of(unit, 3), column, words);
    *reinterpret_cast<uint4*>(to) = quarters;
  });
}

template <int TileRows>
__device__ __forceinline__ void unswizzle(const unsigned char* swizzled, long long rows, long long columns, unsigned char* linear) {
  using T = Tiles<TileRows>;
  for_each_unit<TileRows>(linear, swizzled, rows, columns, [=](const unsigned char* from, long long first_row, int unit, long long column, bool words) {
    const uint4 quarters = *reinterpret_cast<const uint4*>(from);
    store_four(quarters.x, linear, rows, columns, first_row + T::row_of(unit, 0), column, words);
    store_four(quarters.y, linear, rows, columns, first_row + T::row_of(unit, 1), column, words);
    store_four(quarters.z, linear, rows, columns, first_row + T::row_of(unit, 2), column, words);
    store_four(quarters.w, linear, rows, columns, first_row + T::row_of(unit, 3), column, words);
  });
}

}  // namespace
}  // namespace fp4j

extern "C" __global__ void __launch_bounds__(fp4j::threads_of_fp4j_swizzle_128x4)
fp4j_swizzle_128x4(const unsigned char* linear, long long rows, long long columns, unsigned char* swizzled) {
  fp4j::swizzle<128>(linear, rows, columns, swizzled);
}

extern "C" __global__ void __launch_bounds__(fp4j::threads_of_fp4j_unswizzle_128x4)
fp4j_unswizzle_128x4(const unsigned char* swizzled, long long rows, long long columns, unsigned char* linear) {
  fp4j::unswizzle<128>(swizzled, rows, columns, linear);
}

extern "C" __global__ void __launch_bounds__(fp4j::threads_of_fp4j_swizzle_8x4)
fp4j_swizzle_8x4(const unsigned char* linear, long long rows, long long columns, unsigned char* swizzled) {
  fp4j::swizzle<8>(linear, rows, columns, swizzled);
}

extern "C" __global__ void __launch_bounds__(fp4j::threads_of_fp4j_unswizzle_8x4)
fp4j_unswizzle_8x4(const unsigned char* swizzled, long long rows, long long columns, unsigned char* linear) {
  fp4j::unswizzle<8>(swizzled, rows, columns, linear);
}
