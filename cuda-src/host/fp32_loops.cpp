// The loops of fp32_loops.h. Compiled several times with FP4J_FP32_LOOPS naming the table and other instruction sets switched on: everything but the table has
// internal linkage.
//
// B is restored to a panel [k][48] in the level-2 cache, which all rows of a block of A meet; A is restored to groups [k][16], of which a tile reads some lanes. From
// one chunk of k to the next the accumulators lie in D.
#include "fp32_loops.h"

#include <cstring>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "fp4j/platform.cuh"

namespace fp4j::host {
namespace {

#include "fp32_vectors.h"

#include "interleave.h"

constexpr std::size_t panel_columns = 48;
constexpr std::size_t chunk = 512;        // of k
constexpr std::size_t block_rows = 256;   // of A, restored at a time: 512 kB
constexpr std::size_t tile_columns = tile_vectors * lanes;

struct alignas(scratch_alignment) Scratch {
  float rows[block_rows / group_rows][chunk][group_rows];
  float panel[chunk][panel_columns];
  std::uint32_t words[chunk / 2][group_rows];
  std::uint8_t scales[chunk / 16][group_rows];
};
static_assert(sizeof(Scratch) <= scratch_bytes, "the room that callers make");

// `count` elements of 16 interleaved rows, restored; element i to values + i * stride.
template <OperandFormat F>
void restore_as(const std::uint32_t* words, const std::uint8_t* scales, std::size_t count, float* values, std::size_t stride) {
  constexpr std::size_t block = scaled_block(F);
  constexpr std::size_t per_word = elements_per_word(F);
  for (std::size_t v = 0; v < group_vectors; v++) {
    Floats factor = {};
    for (std::size_t i = 0; i < count; i += per_word) {
      if constexpr (block != 0) {
        factor = i % block == 0 ? scale_values<F>(scales + i / block * group_rows + v * lanes) : factor;
      }
      const Words word = load<Words>(words + i / per_word * group_rows + v * lanes);
      for (std::size_t j = 0; j < smaller(per_word, count - i); j++) {
        const Floats element = element_values<F>(word, static_cast<std::uint32_t>(j));
        store(values + (i + j) * stride + v * lanes, block == 0 ? element : element * factor);
      }
    }
  }
}

void restore(OperandFormat format, const std::uint32_t* words, const std::uint8_t* scales, std::size_t count, float* values, std::size_t stride) {
  switch (format) {
    case OperandFormat::nvfp4: restore_as<OperandFormat::nvfp4>(words, scales, count, values, stride); break;
    case OperandFormat::mxfp4: restore_as<OperandFormat::mxfp4>(words, scales, count, values, stride); break;
    case OperandFormat::mxfp8_e4m3: restore_as<OperandFormat::mxfp8_e4m3>(words, scales, count, values, stride); break;
    default: restore_as<OperandFormat::bf16>(words, scales, count, values, stride);
  }
}

const std::uint8_t row_of_zeros[chunk * 4] = {};  // in place of rows past the last

// Elements [from, from + count) of the 16 rows from `first` on, zeros past the last row.
void restore_group(const CodedRows& source, std::size_t first, std::size_t k, std::size_t from, std::size_t count, Scratch* scratch, float* values, std::size_t stride) {
  const std::size_t per_word = elements_per_word(source.format);
  const std::size_t block = scaled_block(source.format);
  const std::size_t scales = block == 0 ? 0 : count / block;
  const void* rows[group_rows];
  for (std::size_t r = 0; r < group_rows; r++) {
    const bool there = first + r < source.rows;
    rows[r] = there ? static_cast<const void*>(source.codes + ((first + r) * k + from) * 4 / per_word) : row_of_zeros;
    for (std::size_t i = 0; i < scales; i++) {
      scratch->scales[i][r] = there ? source.scales[((first + r) * k + from) / block + i] : std::uint8_t{0};
    }
  }
  const std::size_t words = count / per_word;
  interleave(rows, words, scratch->words, group_rows);
  for (std::size_t r = 0; r < group_rows && count % per_word != 0; r++) {  // half a word of bf16
    std::uint16_t last;
    std::memcpy(&last, static_cast<const std::uint8_t*>(rows[r]) + 4 * words, sizeof last);
    scratch->words[words][r] = last;
  }
  restore(source.format, scratch->words[0], scratch->scales[0], count, values, stride);
}

void restore_group(const PackedRows& source, std::size_t first, std::size_t k, std::size_t from, std::size_t count, Scratch*, float* values, std::size_t stride) {
  const std::size_t group = first / group_rows;
  const std::size_t per_word = elements_per_word(source.format);
  const std::size_t block = scaled_block(source.format);
  restore(source.format, source.codes + (group * (k / per_word) + from / per_word) * group_rows,
          source.scales + (group * (k / block) + from / block) * group_rows, count, values, stride);
}

void restore_group(const FloatRows& source, std::size_t first, std::size_t, std::size_t from, std::size_t count, Scratch*, float* values, std::size_t stride) {
  const void* rows[group_rows];
  for (std::size_t r = 0; r < group_rows; r++) {
    rows[r] = first + r < source.rows ? static_cast<const void*>(source.values + (first + r) * source.stride + from) : row_of_zeros;
  }
  interleave(rows, count, values, stride);
}

// Adds to [tile_rows][Vectors * lanes] sums the products of as many rows and columns over k.
template <std::size_t Vectors>
void multiply_tile(const float* a, const float* panel, std::size_t k, float* sums, std::size_t stride) {
  Floats sum[tile_rows][Vectors];
  for (std::size_t r = 0; r < tile_rows; r++) {
    for (std::size_t v = 0; v < Vectors; v++) {
      sum[r][v] = load<Floats>(sums + r * stride + v * lanes);
    }
  }
  for (std::size_t i = 0; i < k; i++, a += group_rows, panel += panel_columns) {
    Floats b[Vectors];
    for (std::size_t v = 0; v < Vectors; v++) {
      b[v] = load<Floats>(panel + v * lanes);
    }
#pragma GCC unroll 8
    for (std::size_t r = 0; r < tile_rows; r++) {
      const Floats row = broadcast(a[r]);
#pragma GCC unroll 4
      for (std::size_t v = 0; v < Vectors; v++) {
        sum[r][v] = fused_multiply_add(row, b[v], sum[r][v]);
      }
    }
  }
  for (std::size_t r = 0; r < tile_rows; r++) {
    for (std::size_t v = 0; v < Vectors; v++) {
      store(sums + r * stride + v * lanes, sum[r][v]);
    }
  }
}

float stored(float alpha, float accumulator) {
  const float d = alpha * accumulator;
  return is_nan(d) ? from_bits<float>(0x7FFFFFFFu) : d;
}

// A tile that may end before tile_rows rows or tile_columns columns.
void part_of_tile(const float* a, const float* panel, std::size_t k, float* d, std::size_t stride, std::size_t rows, std::size_t columns) {
  float sums[tile_rows][tile_columns] = {};
  for (std::size_t r = 0; r < rows; r++) {
    std::memcpy(sums[r], d + r * stride, columns * sizeof(float));
  }
  if (columns <= lanes) {
    multiply_tile<1>(a, panel, k, sums[0], tile_columns);
  } else {
    multiply_tile<tile_vectors>(a, panel, k, sums[0], tile_columns);
  }
  for (std::size_t r = 0; r < rows; r++) {
    std::memcpy(d + r * stride, sums[r], columns * sizeof(float));
  }
}

template <class A, class B>
void multiply(const A& a, const B& b, std::size_t k, const float* c, float alpha, const Result& result, Scratch* scratch) {
  for (std::size_t i = 0; i < a.rows && c != result.d; i++) {
    for (std::size_t j = 0; j < b.rows; j++) {
      result.d[i * result.stride + j] = c == nullptr ? 0.0f : c[i * result.stride + j];
    }
  }
  for (std::size_t block = 0; block < a.rows; block += block_rows) {
    const std::size_t rows = smaller(block_rows, a.rows - block);
    for (std::size_t from = 0; from < k; from += chunk) {
      const std::size_t count = smaller(chunk, k - from);
      for (std::size_t row = 0; row < rows; row += group_rows) {
        restore_group(a, block + row, k, from, count, scratch, scratch->rows[row / group_rows][0], group_rows);
      }
      for (std::size_t first = 0; first < b.rows; first += panel_columns) {
        const std::size_t columns = smaller(panel_columns, b.rows - first);
        for (std::size_t group = 0; group < columns; group += group_rows) {
          restore_group(b, first + group, k, from, count, scratch, scratch->panel[0] + group, panel_columns);
        }
        for (std::size_t row = 0; row < rows; row += tile_rows) {
          const float* const left = scratch->rows[row / group_rows][0] + row % group_rows;
          const std::size_t height = smaller(tile_rows, rows - row);
          for (std::size_t column = 0; column < columns; column += tile_columns) {
            float* const d = result.d + (block + row) * result.stride + first + column;
            const std::size_t width = smaller(tile_columns, columns - column);
            for (std::size_t r = row + tile_rows; r < smaller(row + 2 * tile_rows, rows); r++) {
              for (std::size_t j = 0; j < width; j += 16) {
                __builtin_prefetch(d + (r - row) * result.stride + j, 1);
              }
            }
            if (height == tile_rows && width == tile_columns) {
              multiply_tile<tile_vectors>(left, scratch->panel[0] + column, count, d, result.stride);
            } else {
              part_of_tile(left, scratch->panel[0] + column, count, d, result.stride, height, width);
            }
            for (std::size_t r = 0; r < height && from + count == k; r++) {
              for (std::size_t j = 0; j < width; j++) {
                d[r * result.stride + j] = stored(alpha, d[r * result.stride + j]);
              }
            }
          }
        }
      }
    }
  }
}

// Rows of activations, up to direct_rows, with Groups groups of weights, which are restored in registers once for all of them.
template <OperandFormat F, std::size_t Rows, std::size_t Groups>
void multiply_directly(const FloatRows& a, const PackedRows& b, std::size_t first_group, std::size_t k, float alpha, const Result& result) {
  constexpr std::size_t block = scaled_block(F);
  constexpr std::size_t per_word = elements_per_word(F);
  constexpr std::size_t vectors = Groups * group_vectors;
  Floats sum[Rows][vectors] = {};
  for (std::size_t from = 0; from < k; from += block) {
    Floats factor[vectors];
#pragma GCC unroll 16
    for (std::size_t v = 0; v < vectors; v++) {
      factor[v] = scale_values<F>(b.scales + ((first_group + v / group_vectors) * (k / block) + from / block) * group_rows + v % group_vectors * lanes);
    }
    for (std::size_t i = from; i < from + block; i += per_word) {
      Words word[vectors];
#pragma GCC unroll 16
      for (std::size_t v = 0; v < vectors; v++) {
        word[v] = load<Words>(b.codes + ((first_group + v / group_vectors) * (k / per_word) + i / per_word) * group_rows + v % group_vectors * lanes);
      }
#pragma GCC unroll 8
      for (std::size_t j = 0; j < per_word; j++) {
        Floats activation[Rows];
        for (std::size_t r = 0; r < Rows; r++) {
          activation[r] = broadcast(a.values[r * a.stride + i + j]);
        }
#pragma GCC unroll 16
        for (std::size_t v = 0; v < vectors; v++) {
          const Floats weight = element_values<F>(word[v], static_cast<std::uint32_t>(j)) * factor[v];
          for (std::size_t r = 0; r < Rows; r++) {
            sum[r][v] = fused_multiply_add(activation[r], weight, sum[r][v]);
          }
        }
      }
    }
  }
  const std::size_t column = first_group * group_rows;
  for (std::size_t r = 0; r < Rows; r++) {
    float sums[vectors * lanes];
    std::memcpy(sums, sum[r], sizeof sums);
    for (std::size_t j = 0; j < smaller(vectors * lanes, b.rows - column); j++) {
      result.d[r * result.stride + column + j] = stored(alpha, sums[j]);
    }
  }
}

template <OperandFormat F, std::size_t Rows>
void multiply_rows_directly(const FloatRows& a, const PackedRows& b, std::size_t k, float alpha, const Result& result) {
  constexpr std::size_t at_once = lanes == 16 && Rows == 1 ? 4 : 2;
  const std::size_t groups = (b.rows + group_rows - 1) / group_rows;
  std::size_t group = 0;
  for (; group + at_once <= groups; group += at_once) {
    multiply_directly<F, Rows, at_once>(a, b, group, k, alpha, result);
  }
  for (; group < groups; group++) {
    multiply_directly<F, Rows, 1>(a, b, group, k, alpha, result);
  }
}

template <OperandFormat F>
void multiply_few_rows(const FloatRows& a, const PackedRows& b, std::size_t k, float alpha, const Result& result) {
  switch (a.rows) {
    case 1: multiply_rows_directly<F, 1>(a, b, k, alpha, result); break;
    case 2: multiply_rows_directly<F, 2>(a, b, k, alpha, result); break;
    case 3: multiply_rows_directly<F, 3>(a, b, k, alpha, result); break;
    default: multiply_rows_directly<F, direct_rows>(a, b, k, alpha, result);
  }
}

void multiply_coded(const CodedRows& a, const CodedRows& b, std::size_t k, const float* c, const Result& result, void* scratch) {
  multiply(a, b, k, c, 1.0f, result, static_cast<Scratch*>(scratch));
}

void multiply_weights(const FloatRows& a, const PackedRows& b, std::size_t k, float alpha, const Result& result, void* scratch) {
  if (a.rows > direct_rows) {
    multiply(a, b, k, nullptr, alpha, result, static_cast<Scratch*>(scratch));
    return;
  }
  switch (a.rows == 0 ? OperandFormat::bf16 : b.format) {
    case OperandFormat::nvfp4: multiply_few_rows<OperandFormat::nvfp4>(a, b, k, alpha, result); break;
    case OperandFormat::mxfp4: multiply_few_rows<OperandFormat::mxfp4>(a, b, k, alpha, result); break;
    case OperandFormat::mxfp8_e4m3: multiply_few_rows<OperandFormat::mxfp8_e4m3>(a, b, k, alpha, result); break;
    default: break;
  }
}

}  // namespace

extern const Fp32Loops FP4J_FP32_LOOPS;
const Fp32Loops FP4J_FP32_LOOPS = {multiply_coded, multiply_weights};

}  // namespace fp4j::host
