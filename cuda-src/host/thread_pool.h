// One call's work on several threads. What a loop writes does not depend on where its range is cut, so that no result depends on how many threads there are.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace fp4j::host {

inline constexpr int most_threads = 1024;

// Elements of an array that are worth another thread: some microseconds of the fastest loops, about what it takes to wake one. The environment variable
// FP4J_ELEMENTS_AT_ONCE lowers it.
inline constexpr std::size_t most_elements_at_once = std::size_t{1} << 14;
std::size_t elements_at_once();

// The same in whole units.
std::size_t elements_at_once(std::size_t unit);

// How many threads one call may use from now on, 1 to most_threads; 0 for as many as this thread may run on processors. False for any other number.
bool allow_threads(int count);

// As many as may work on `count` units in pieces of at least `grain`, the caller among them.
int useful_threads(std::size_t count, std::size_t grain);

using Piece = void (*)(void* context, std::size_t from, std::size_t to, int thread);

// Calls piece for ranges that cover 0 .. count, cut at multiples of grain only, on at most `threads` threads, and returns when all are done. Threads number
// themselves from 0, the caller, to threads - 1: each has its own number. With one thread, and where there is one piece only, that is one call of the caller.
void share_pieces(int threads, std::size_t count, std::size_t grain, Piece piece, void* context);

// The same for body(from, to, thread). Static, as every translation unit may be compiled for other instructions.
template <class Body>
static void share(int threads, std::size_t count, std::size_t grain, Body body) {
  share_pieces(
      threads, count, grain, [](void* context, std::size_t from, std::size_t to, int thread) { (*static_cast<Body*>(context))(from, to, thread); }, &body);
}

template <class Body>
static void share(std::size_t count, std::size_t grain, Body body) {
  share(useful_threads(count, grain), count, grain, [&](std::size_t from, std::size_t to, int) { body(from, to); });
}

// Raises the largest so far to what a piece has found.
static inline void raise(std::atomic<std::uint32_t>* largest, std::uint32_t found) {
  std::uint32_t before = *largest;
  while (found > before && !largest->compare_exchange_weak(before, found)) {
  }
}

struct Rectangle {
  std::size_t row;
  std::size_t rows;
  std::size_t column;
  std::size_t columns;
};

// Calls body(rectangle) for rectangles that cover rows by columns elements: rows cut at multiples of row_unit, columns, where one unit of rows is more than
// `elements`, at multiples of column_unit. Nothing is called for a matrix without elements.
template <class Body>
static void share_matrix(std::size_t rows, std::size_t row_unit, std::size_t columns, std::size_t column_unit, std::size_t elements, Body body) {
  if (rows == 0 || columns == 0) {
    return;
  }
  const std::size_t column_units = elements / row_unit / column_unit;
  const std::size_t widest = (column_units == 0 ? 1 : column_units) * column_unit;
  const std::size_t width = widest < columns ? widest : columns;
  const std::size_t across = (columns - 1) / width + 1;
  const std::size_t bands = (rows - 1) / row_unit + 1;
  const std::size_t units_at_once = elements / row_unit / width;
  const std::size_t grain = across > 1 || units_at_once == 0 ? 1 : units_at_once;
  const int threads = useful_threads(bands * across, grain);
  if (threads == 1) {
    body(Rectangle{0, rows, 0, columns});
    return;
  }
  share(threads, bands * across, grain, [&](std::size_t from, std::size_t to, int) {
    const std::size_t step = across > 1 ? 1 : to - from;
    for (std::size_t unit = from; unit < to; unit += step) {
      const std::size_t row = unit / across * row_unit;
      const std::size_t column = unit % across * width;
      const std::size_t height = across > 1 ? row_unit : step * row_unit;
      body(Rectangle{row, height < rows - row ? height : rows - row, column, width < columns - column ? width : columns - column});
    }
  });
}

}  // namespace fp4j::host
