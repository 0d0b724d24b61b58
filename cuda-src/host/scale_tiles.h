// Scales from row after row to tiled layouts and back.
#pragma once

#include <cstddef>
#include <cstdint>

#include "fp4j/scale_layout.cuh"

namespace fp4j::host {

// Writes all of the layout, padding included.
void swizzle(ScaleLayout layout, std::size_t rows, std::size_t columns, const std::uint8_t* linear, std::uint8_t* swizzled);

void unswizzle(ScaleLayout layout, std::size_t rows, std::size_t columns, const std::uint8_t* swizzled, std::uint8_t* linear);

}  // namespace fp4j::host
