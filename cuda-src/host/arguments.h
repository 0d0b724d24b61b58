// What the functions of the C ABI ask of the pointers and sizes that they are given.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fp4j::host {

inline bool is_aligned(const void* array, std::size_t bytes) {
  return reinterpret_cast<std::uintptr_t>(array) % bytes == 0;
}

// Whether a size_t can count the bytes of rows * columns elements.
inline bool is_countable(std::size_t rows, std::size_t columns, std::size_t element) {
  std::size_t elements;
  std::size_t bytes;
  return !__builtin_mul_overflow(rows, columns, &elements) && !__builtin_mul_overflow(elements, element, &bytes);
}

}  // namespace fp4j::host
