// Loops over blocks, compiled once per instruction set: one table for each.
#pragma once

#include <cstddef>
#include <cstdint>

#include "fp4j/profile.cuh"
#include "fp4j/stochastic.cuh"

namespace fp4j::host {

// float32 elements by their place in the quantised matrix: element (r, c) lies at values[r * row_step + c * column_step]. A transpose swaps the steps.
struct Source {
  const float* values;
  std::size_t row_step;
  std::size_t column_step;
  std::size_t rows;
  std::size_t columns;
};

struct Target {
  std::uint8_t* codes;
  std::size_t codes_stride;
  std::uint8_t* scales;
  std::size_t scales_stride;
};

struct StoredRows {
  const std::uint8_t* codes;
  std::size_t codes_stride;
  const std::uint8_t* scales;
  std::size_t scales_stride;
};

// Numbers the elements that are rounded stochastically.
struct Stochastic {
  StochasticRounding rounding;
  std::uint64_t first_element;
  std::uint64_t row_elements;
};

inline constexpr int most_elements_in_block = 256;

// What one instruction set's translation unit offers. Shapes and profiles have been checked; stored is the number of elements that a row takes in storage.
// Those that return bool give false if an element was refused.
struct BlockLoops {
  std::uint32_t (*largest)(const Profile& profile, const Source& source);  // magnitude bits; of a source whose column_step is 1
  bool (*quantize)(const Profile& profile, float tensor_scale, const Source& source, std::size_t stored, const Target& target);
  bool (*quantize_tiles)(const Profile& profile, float tensor_scale, const Source& source, std::size_t stored, const Target& target);
  bool (*quantize_stochastic)(
      const Profile& profile, float tensor_scale, const Stochastic& stochastic, const Source& source, std::size_t stored, const Target& target);
  void (*dequantize)(const Profile& profile, float tensor_scale, const StoredRows& stored, float* values, std::size_t stride, std::size_t rows, std::size_t columns);
  void (*hadamard)(int log2_size, const std::uint64_t* signs, bool to_bf16, float* group, std::size_t groups);
};

extern const BlockLoops block_loops_baseline;
#if defined(FP4J_X86_64_LEVELS)
extern const BlockLoops block_loops_avx2;
extern const BlockLoops block_loops_avx512;
extern const BlockLoops block_loops_avx512vnni;
#endif

}  // namespace fp4j::host
