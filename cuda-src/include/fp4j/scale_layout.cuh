// Where block scales lie: the twin of io.github.fp4j.formats.block.ScaleLayout. Tiled layouts are padded to whole tiles, padded entries zero.
#pragma once

#include "fp4j/platform.cuh"

namespace fp4j {

enum class ScaleLayout : std::int32_t {
  linear,         // row after row
  swizzled_128x4, // tiles of 128 rows by 4 scales; within one (row % 32) * 16 + (row / 32) * 4 + column (cuBLASLt, CUTLASS)
  swizzled_8x4    // tiles of 8 rows by 4 scales, row-major inside and among themselves (FlashInfer, TensorRT-LLM)
};

FP4J_HOST_DEVICE constexpr std::size_t tile_rows(ScaleLayout layout) {
  return layout == ScaleLayout::linear ? 1 : layout == ScaleLayout::swizzled_128x4 ? 128 : 8;
}

FP4J_HOST_DEVICE constexpr std::size_t tile_columns(ScaleLayout layout) {
  return layout == ScaleLayout::linear ? 1 : 4;
}

FP4J_HOST_DEVICE constexpr std::size_t padded_rows(ScaleLayout layout, std::size_t rows) {
  return (rows + tile_rows(layout) - 1) / tile_rows(layout) * tile_rows(layout);
}

FP4J_HOST_DEVICE constexpr std::size_t padded_columns(ScaleLayout layout, std::size_t columns) {
  return (columns + tile_columns(layout) - 1) / tile_columns(layout) * tile_columns(layout);
}

FP4J_HOST_DEVICE constexpr std::size_t scale_bytes(ScaleLayout layout, std::size_t rows, std::size_t columns) {
  return padded_rows(layout, rows) * padded_columns(layout, columns);
}

// Where scale (row, column) of a matrix with this many scales in a row lies; both may be in the padding.
FP4J_HOST_DEVICE constexpr std::size_t scale_offset(ScaleLayout layout, std::size_t row, std::size_t column, std::size_t columns) {
  if (layout == ScaleLayout::linear) {
    return row * columns + column;
  }
  const std::size_t rows_of_tile = tile_rows(layout);
  const std::size_t tile = row / rows_of_tile * (padded_columns(layout, columns) / 4) + column / 4;
  const std::size_t r = row % rows_of_tile;
  const std::size_t c = column % 4;
  return tile * rows_of_tile * 4 + (layout == ScaleLayout::swizzled_128x4 ? r % 32 * 16 + r / 32 * 4 + c : r * 4 + c);
}

}  // namespace fp4j
