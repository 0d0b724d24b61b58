// Four scales of a row lie together in both layouts, and those of four rows, 32 apart (128x4) or in succession (8x4), behind one another in a tile: 16 scales of four
// rows are 16 bytes of four tiles, a transpose of 4 x 4 words. 128 bits carry it at the speed of the cache, so that there is no wider body.
#include "scale_tiles.h"

#include <cstring>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace fp4j::host {
namespace {

constexpr std::size_t at_once = 16;  // scales of a row

// Word j of from[i] becomes word i of to[j].
void turn(const std::uint8_t* const (&from)[4], std::uint8_t* const (&to)[4]) {
#if defined(__SSE2__)
  __m128i row[4];
  for (int i = 0; i < 4; i++) {
    row[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from[i]));
  }
  const __m128i low01 = _mm_unpacklo_epi32(row[0], row[1]);
  const __m128i high01 = _mm_unpackhi_epi32(row[0], row[1]);
  const __m128i low23 = _mm_unpacklo_epi32(row[2], row[3]);
  const __m128i high23 = _mm_unpackhi_epi32(row[2], row[3]);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to[0]), _mm_unpacklo_epi64(low01, low23));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to[1]), _mm_unpackhi_epi64(low01, low23));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to[2]), _mm_unpacklo_epi64(high01, high23));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to[3]), _mm_unpackhi_epi64(high01, high23));
#else
  for (std::size_t i = 0; i < 4; i++) {
    for (std::size_t j = 0; j < 4; j++) {
      std::memcpy(to[j] + 4 * i, from[i] + 4 * j, 4);
    }
  }
#endif
}

// Calls four(row, column) for 16 scales of each of four rows from `row` on, `step` apart, and one(row, column) for every scale that no such square holds.
template <class Four, class One>
void for_scales(ScaleLayout layout, std::size_t rows, std::size_t columns, std::size_t step, Four four, One one) {
  const std::size_t height = tile_rows(layout);
  const std::size_t whole_columns = columns / at_once * at_once;
  for (std::size_t band = 0; band < rows; band += height) {
    const bool whole = rows - band >= height;
    for (std::size_t i = 0; whole && i < height / 4; i++) {
      const std::size_t row = band + i / step * (4 * step) + i % step;
      for (std::size_t column = 0; column < whole_columns; column += at_once) {
        four(row, column);
      }
    }
    for (std::size_t row = band; row < smaller(band + height, rows); row++) {
      for (std::size_t column = whole ? whole_columns : 0; column < columns; column++) {
        one(row, column);
      }
    }
  }
}

// Rows between those that lie together in a tile.
std::size_t step_of(ScaleLayout layout) {
  return layout == ScaleLayout::swizzled_128x4 ? 32 : 1;
}

}  // namespace

void swizzle(ScaleLayout layout, std::size_t rows, std::size_t columns, const std::uint8_t* linear, std::uint8_t* swizzled) {
  if (rows == 0 || columns == 0) {
    return;
  }
  if (layout == ScaleLayout::linear) {
    std::memcpy(swizzled, linear, rows * columns);
    return;
  }
  if (rows % tile_rows(layout) != 0 || columns % 4 != 0) {
    std::memset(swizzled, 0, scale_bytes(layout, rows, columns));
  }
  const std::size_t step = step_of(layout);
  const std::size_t tile = tile_rows(layout) * 4;
  for_scales(
      layout, rows, columns, step,
      [=](std::size_t row, std::size_t column) {
        const std::uint8_t* const from = linear + row * columns + column;
        std::uint8_t* const to = swizzled + scale_offset(layout, row, column, columns);
        turn({from, from + step * columns, from + 2 * step * columns, from + 3 * step * columns}, {to, to + tile, to + 2 * tile, to + 3 * tile});
      },
      [=](std::size_t row, std::size_t column) { swizzled[scale_offset(layout, row, column, columns)] = linear[row * columns + column]; });
}

void unswizzle(ScaleLayout layout, std::size_t rows, std::size_t columns, const std::uint8_t* swizzled, std::uint8_t* linear) {
  if (rows == 0 || columns == 0) {
    return;
  }
  if (layout == ScaleLayout::linear) {
    std::memcpy(linear, swizzled, rows * columns);
    return;
  }
  const std::size_t step = step_of(layout);
  const std::size_t tile = tile_rows(layout) * 4;
  for_scales(
      layout, rows, columns, step,
      [=](std::size_t row, std::size_t column) {
        const std::uint8_t* const from = swizzled + scale_offset(layout, row, column, columns);
        std::uint8_t* const to = linear + row * columns + column;
        turn({from, from + tile, from + 2 * tile, from + 3 * tile}, {to, to + step * columns, to + 2 * step * columns, to + 3 * step * columns});
      },
      [=](std::size_t row, std::size_t column) { linear[row * columns + column] = swizzled[scale_offset(layout, row, column, columns)]; });
}

}  // namespace fp4j::host
