// Swizzled layouts there and back, against the definition of each place; padding is zero, and nothing else is written.
#include "fp4j/scale_layout.cuh"
#include "launch.h"

namespace {

using namespace launches;
using fp4j::ScaleLayout;

long long expected_count = 0;

void there_and_back(ScaleLayout layout, std::size_t rows, std::size_t columns, unsigned grid, std::size_t skipped) {
  Random random(rows * 1000 + columns);
  std::vector<unsigned char> linear(rows * columns);
  for (auto& scale : linear) {
    scale = random.byte();
  }
  std::vector<unsigned char> swizzled(fp4j::scale_bytes(layout, rows, columns), 0);
  for (std::size_t r = 0; r < rows; r++) {
    for (std::size_t c = 0; c < columns; c++) {
      swizzled[fp4j::scale_offset(layout, r, c, columns)] = linear[r * columns + c];
    }
  }
  const long long m = static_cast<long long>(rows);
  const long long n = static_cast<long long>(columns);
  const bool large = layout == ScaleLayout::swizzled_128x4;
  for (const shim::Schedule& schedule : schedules) {
    const Buffer<unsigned char> from(linear, skipped);
    const Buffer<unsigned char> to(swizzled.size());
    shim::launch(schedule, grid, 256, [&] { large ? fp4j_swizzle_128x4(from.data(), m, n, to.data()) : fp4j_swizzle_8x4(from.data(), m, n, to.data()); });
    same_bytes("swizzled", to, swizzled);
    const Buffer<unsigned char> back(linear.size(), skipped);
    shim::launch(schedule, grid, 256, [&] { large ? fp4j_unswizzle_128x4(to.data(), m, n, back.data()) : fp4j_unswizzle_8x4(to.data(), m, n, back.data()); });
    same_bytes("linear", back, linear);
    expected_count += static_cast<long long>(swizzled.size() + linear.size());
  }
}

}  // namespace

int main() {
  for (ScaleLayout layout : {ScaleLayout::swizzled_128x4, ScaleLayout::swizzled_8x4}) {
    for (std::size_t rows : {1, 7, 8, 33, 127, 128, 129, 300}) {
      for (std::size_t columns : {1, 3, 4, 5, 8, 31, 32, 36}) {
        there_and_back(layout, rows, columns, 1 + static_cast<unsigned>(rows * columns % 5), columns % 3 == 0 ? 1 : 0);
      }
    }
  }
  return check::summary("layouts", expected_count);
}
