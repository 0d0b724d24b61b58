// Block quantisation and back over matrices. Compiled several times with FP4J_BLOCK_LOOPS naming the table and other instruction sets switched on: everything but
// the table has internal linkage.
#include "block_loops.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "fp4j/block_element.cuh"
#include "fp4j/hadamard.cuh"

namespace fp4j::host {
namespace {

#include "e2m1_vectors.h"

#include "block_vectors.h"

#include "block_factors.h"

#include "block_stages.h"

#include "vector_stores.h"

#include "nibble_vectors.h"

#include "block_restoring.h"

#if defined(FP4J_BLOCK_VECTORS)
#include "interleave.h"
#endif

#include "block_bands.h"

#include "hadamard_vectors.h"

#include "magnitude_vectors.h"

std::uint32_t largest_in(const Profile& profile, const Source& source) {
  const bool dense = source.row_step == source.columns;
  const std::size_t rows = dense ? 1 : source.rows;
  const std::size_t together = dense ? source.rows * source.columns : source.columns;
  std::int32_t largest = 0;
  for (std::size_t row = 0; row < rows; row++) {
    largest = std::max(largest, largest_magnitude(profile, source.values + row * source.row_step, together, std::int32_t{infinity_bits}));
  }
  return static_cast<std::uint32_t>(largest);
}

// One row's part of a block, the padding filled with +0.
void read_row(const Source& source, std::size_t row, std::size_t column, int size, float* into) {
  for (int i = 0; i < size; i++) {
    const std::size_t at = column + static_cast<std::size_t>(i);
    into[i] = at < source.columns ? source.values[row * source.row_step + at * source.column_step] : 0.0f;
  }
}

void write_row(const Profile& profile, const Target& target, std::size_t row, std::size_t column, const std::uint32_t* codes) {
  const std::size_t block = static_cast<std::size_t>(profile.block_size / profile.codes_per_byte());
  std::uint8_t* bytes = target.codes + row * target.codes_stride + column / static_cast<std::size_t>(profile.block_size) * block;
  std::memset(bytes, 0, block);
  for (int i = 0; i < profile.block_size; i++) {
    bytes[byte_of(profile, i)] = static_cast<std::uint8_t>(bytes[byte_of(profile, i)] | codes[i] << shift_of(profile, i));
  }
}

// The codes of one row of a block under a scale; false if one is refused.
bool encode_row(
    const Profile& profile, std::uint32_t scale, float tensor_scale, const Stochastic* stochastic, std::uint64_t number, const float* x, std::uint32_t* codes) {
  const ElementScale factors = element_scale(profile, scale, tensor_scale);
  std::uint32_t all = 0;
  PhiloxBlock random = {};
  for (int i = 0; i < profile.block_size; i++) {
    if (stochastic == nullptr) {
      codes[i] = element_code(profile, factors, x[i]);
    } else {
      const std::uint64_t element = number + static_cast<std::uint64_t>(i);
      if (i == 0 || element % static_cast<unsigned>(stochastic->rounding.elements_per_block()) == 0) {
        random = random_block(stochastic->rounding, element);
      }
      codes[i] = stochastic_code(profile, stochastic->rounding.arithmetic, scaled(factors, x[i]), random_bits(stochastic->rounding, random, element));
    }
    all |= codes[i];
  }
  return (all & no_code) == 0;
}

// The error sum of a search: in element order along a row, over rows as a tree.
float error_sum(const Profile& profile, const Source& source, std::size_t row, std::size_t column, std::size_t height, std::uint32_t scale, float tensor_scale) {
  float x[most_elements_in_block] = {};
  std::uint32_t codes[most_elements_in_block];
  float sums[most_elements_in_block] = {};
  const float s = scale_of(profile, scale);
  for (std::size_t r = 0; r < height; r++) {
    read_row(source, row + r, column, profile.block_size, x);
    encode_row(profile, scale, tensor_scale, nullptr, 0, x, codes);
    for (int i = 0; i < profile.block_size; i++) {
      sums[r] = add_rn(sums[r], search_error(profile, s, tensor_scale, codes[i], x[i]));
    }
  }
  for (int distance = profile.block_size / 2; distance > 0 && height > 1; distance /= 2) {
    for (int r = 0; r < distance; r++) {
      sums[r] = add_rn(sums[r], sums[r + distance]);
    }
  }
  return sums[0];
}

// Blocks of `height` rows under one scale each.
bool quantize_blocks(
    const Profile& profile, float tensor_scale, const Stochastic* stochastic, const Source& source, std::size_t stored, std::size_t height, const Target& target) {
  const std::size_t size = static_cast<std::size_t>(profile.block_size);
  float x[most_elements_in_block];
  std::uint32_t codes[most_elements_in_block];
  bool accepted = true;
  for (std::size_t row = 0; row < source.rows; row += height) {
    const std::size_t rows = smaller(height, source.rows - row);
    for (std::size_t column = 0; column < stored; column += size) {
      std::uint32_t largest = 0;
      for (std::size_t r = 0; r < rows; r++) {
        read_row(source, row + r, column, profile.block_size, x);
        for (std::size_t i = 0; i < size; i++) {
          largest = fold_magnitude(profile, largest, x[i]);
        }
      }
      std::uint32_t scale = scale_code(profile, amax_of(largest), tensor_scale);
      if (profile.scale_search != ScaleSearch::none) {
        const std::uint32_t wider = scale_code(profile, amax_of(largest), tensor_scale, 1.5f);
        const float error = error_sum(profile, source, row, column, rows, scale, tensor_scale);
        scale = error_sum(profile, source, row, column, rows, wider, tensor_scale) < error ? wider : scale;
      }
      for (std::size_t r = 0; r < rows; r++) {
        read_row(source, row + r, column, profile.block_size, x);
        const std::uint64_t number = stochastic == nullptr ? 0 : stochastic->first_element + (row + r) * stochastic->row_elements + column;
        accepted = encode_row(profile, scale, tensor_scale, stochastic, number, x, codes) && accepted;
        write_row(profile, target, row + r, column, codes);
        target.scales[(row + r) * target.scales_stride + column / size] = static_cast<std::uint8_t>(scale);
      }
    }
  }
  return accepted;
}

#if defined(FP4J_BLOCK_VECTORS)

template <int Size>
void quantize_rows(const Profile& profile, float tensor_scale, const Source& source, const Target& target) {
  const std::size_t blocks = source.columns / Size;
  const bool dense = source.row_step == source.columns && target.codes_stride == source.columns / 2 && target.scales_stride == blocks;
  const std::size_t rows = dense ? 1 : source.rows;
  for (std::size_t row = 0; row < rows; row++) {
    quantize_run<Size>(profile, tensor_scale, source.values + row * source.row_step, dense ? source.rows * blocks : blocks,
                       target.codes + row * target.codes_stride, target.scales + row * target.scales_stride);
  }
}

#endif

bool quantize(const Profile& profile, float tensor_scale, const Source& source, std::size_t stored, const Target& target) {
#if defined(FP4J_BLOCK_VECTORS)
  const bool staged = source.columns == stored && is_staged(profile) && profile.element_conversion.nan != NanPolicy::refuse;
  if (staged && source.column_step == 1) {
    if (profile.block_size == 16) {
      quantize_rows<16>(profile, tensor_scale, source, target);
    } else {
      quantize_rows<32>(profile, tensor_scale, source, target);
    }
    return true;
  }
  if (staged && source.row_step == 1) {
    if (profile.block_size == 16) {
      quantize_turned<16>(profile, tensor_scale, source, target);
    } else {
      quantize_turned<32>(profile, tensor_scale, source, target);
    }
    return true;
  }
#endif
  return quantize_blocks(profile, tensor_scale, nullptr, source, stored, 1, target);
}

bool quantize_tiles(const Profile& profile, float tensor_scale, const Source& source, std::size_t stored, const Target& target) {
#if defined(FP4J_BLOCK_VECTORS)
  if (source.columns == stored && is_staged(profile) && profile.element_conversion.nan != NanPolicy::refuse) {
    if (profile.block_size == 16) {
      quantize_squares<16>(profile, tensor_scale, source, target);
    } else {
      quantize_squares<32>(profile, tensor_scale, source, target);
    }
    return true;
  }
#endif
  return quantize_blocks(profile, tensor_scale, nullptr, source, stored, static_cast<std::size_t>(profile.block_size), target);
}

bool quantize_stochastic(
    const Profile& profile, float tensor_scale, const Stochastic& stochastic, const Source& source, std::size_t stored, const Target& target) {
  return quantize_blocks(profile, tensor_scale, &stochastic, source, stored, 1, target);
}

void dequantize(
    const Profile& profile, float tensor_scale, const StoredRows& stored, float* values, std::size_t stride, std::size_t rows, std::size_t columns) {
#if defined(FP4J_BLOCK_VECTORS)
  if (restored_in_vectors(profile, tensor_scale, stored, values, stride, rows, columns)) {
    return;
  }
#endif
  const std::size_t size = static_cast<std::size_t>(profile.block_size);
  const std::size_t bytes = size / static_cast<std::size_t>(profile.codes_per_byte());
  for (std::size_t row = 0; row < rows; row++) {
    for (std::size_t column = 0; column < columns; column += size) {
      const RestoringScale scale = restoring_scale(profile, stored.scales[row * stored.scales_stride + column / size], tensor_scale);
      const std::uint8_t* codes = stored.codes + row * stored.codes_stride + column / size * bytes;
      const int count = static_cast<int>(smaller(size, columns - column));
      for (int i = 0; i < count; i++) {
        const std::uint32_t code = static_cast<std::uint32_t>(codes[byte_of(profile, i)]) >> shift_of(profile, i);
        values[row * stride + column + static_cast<std::size_t>(i)] = restored(profile, scale, code);
      }
    }
  }
}

void hadamard_groups(int log2_size, const std::uint64_t* signs, bool to_bf16, float* group, std::size_t groups) {
  std::size_t done = 0;
#if defined(FP4J_HADAMARD_VECTORS)
  done = hadamard_in_vectors(log2_size, signs, to_bf16, group, groups);
#endif
  for (std::size_t i = done; i < groups; i++) {
    hadamard(group + (i << log2_size), log2_size, signs, to_bf16);
  }
}

}  // namespace

extern const BlockLoops FP4J_BLOCK_LOOPS;
const BlockLoops FP4J_BLOCK_LOOPS = {largest_in, quantize, quantize_tiles, quantize_stochastic, dequantize, hadamard_groups};

}  // namespace fp4j::host
