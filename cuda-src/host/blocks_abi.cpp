// The functions of fp4j_blocks.h over whichever loops this processor runs: arguments are checked here and nowhere below.
#include "arguments.h"
#include "block_loops.h"
#include "dispatch.h"
#include "fp4j/fp4j_blocks.h"
#include "fp4j/hadamard.cuh"
#include "profile_check.h"
#include "scale_tiles.h"
#include "thread_pool.h"

#include <atomic>
#include <cstring>

namespace {

using namespace fp4j;
using namespace fp4j::host;

const BlockLoops& loops() {
#if defined(FP4J_X86_64_LEVELS)
  static const BlockLoops* const all[] = {&block_loops_baseline, &block_loops_avx2, &block_loops_avx512, &block_loops_avx512vnni};
  return *all[static_cast<int>(usable_level())];
#else
  return block_loops_baseline;
#endif
}

bool is_missing(const void* array, size_t rows, size_t columns) {
  return array == nullptr && rows != 0 && columns != 0;
}

struct Matrix {
  const float* values;
  size_t stride;
  size_t rows;
  size_t columns;

  bool is_wrong() const {
    return is_missing(values, rows, columns) || !is_aligned(values, sizeof(float)) || stride < columns || !is_countable(rows, stride, sizeof(float));
  }
  Source along_rows() const { return {values, stride, 1, rows, columns}; }
  Source transposed() const { return {values, 1, stride, columns, rows}; }
};

// What a quantising function was given, checked.
struct Task {
  Profile profile;
  Source source;
  size_t stored;
};

int32_t prepare(const fp4j_profile* profile, const Matrix& matrix, const Source& source, const Target& target, Task* task) {
  if (profile == nullptr || matrix.is_wrong() || is_missing(target.codes, source.rows, source.columns) ||
      is_missing(target.scales, source.rows, source.columns)) {
    return FP4J_BAD_ARGUMENT;
  }
  if (!read_profile(*profile, &task->profile)) {
    return FP4J_UNSUPPORTED;
  }
  task->source = source;
  if (matrix.rows == 0 || matrix.columns == 0) {
    task->source.rows = 0;  // the other number may be anything
  }
  if (!stored_columns(task->profile, source.columns, &task->stored)) {
    return FP4J_BAD_ARGUMENT;
  }
  const size_t blocks = task->stored / static_cast<size_t>(task->profile.block_size);
  const size_t bytes = task->stored / static_cast<size_t>(task->profile.codes_per_byte());
  const bool overlaps = source.rows > 1 && (target.codes_stride < bytes || target.scales_stride < blocks);
  const bool countable = is_countable(source.rows, target.codes_stride, 1) && is_countable(source.rows, target.scales_stride, 1);
  return overlaps || !countable ? FP4J_BAD_ARGUMENT : FP4J_OK;
}

bool refuses_tiles(const Task& task) {
  return task.source.rows % static_cast<size_t>(task.profile.block_size) != 0 && task.profile.ragged_rows == RaggedRows::refuse;
}

// Transposes are cut into parts that are wide and high, so that what lies together in memory is read together.
struct Turned {
  size_t rows;
  size_t columns;
};

// 256 by 512, unless less is to be worth a thread.
Turned turned_at_once() {
  return {elements_at_once(64) / 64, elements_at_once(32) / 32};
}

// Calls quantize(source, stored, target, rectangle), which gives false if an element was refused, for parts of a matrix at multiples of units of rows and of columns,
// the latter whole blocks.
template <class Quantize>
int32_t quantize_parts(const Task& task, const Target& target, size_t row_unit, size_t column_unit, size_t elements, Quantize quantize) {
  const size_t size = static_cast<size_t>(task.profile.block_size);
  const size_t bytes = size / static_cast<size_t>(task.profile.codes_per_byte());
  std::atomic<bool> accepted{true};
  share_matrix(task.source.rows, row_unit, task.source.columns, column_unit, elements, [&](const Rectangle& part) {
    Source source = task.source;
    source.values += part.row * source.row_step + part.column * source.column_step;
    source.rows = part.rows;
    source.columns = part.columns;
    const size_t block = part.column / size;
    const size_t stored = part.column + part.columns == task.source.columns ? task.stored - part.column : part.columns;
    const bool all = quantize(
        source, stored,
        Target{target.codes + part.row * target.codes_stride + block * bytes, target.codes_stride, target.scales + part.row * target.scales_stride + block,
               target.scales_stride},
        part);
    if (!all) {
      accepted = false;
    }
  });
  return accepted ? FP4J_OK : FP4J_REFUSED;
}

int32_t quantize_rows(const Task& task, float tensor_scale, const Target& target) {
  const bool turned = task.source.column_step != 1;
  const size_t size = static_cast<size_t>(task.profile.block_size);
  const size_t height = turned ? turned_at_once().rows : 1;
  const size_t width = turned ? (turned_at_once().columns + size - 1) / size * size : size;
  return quantize_parts(
      task, target, height, width, turned ? height * width : elements_at_once(), [&](const Source& source, size_t stored, const Target& part, const Rectangle&) {
        return loops().quantize(task.profile, tensor_scale, source, stored, part);
      });
}

bool can_round_stochastically(const Profile& profile, const fp4j_stochastic& rounding) {
  return rounding.arithmetic >= FP4J_STOCHASTIC_CARRY_8 && rounding.arithmetic <= FP4J_STOCHASTIC_FMA_8 && rounding.bytes >= FP4J_BYTES_ELEMENT &&
         rounding.bytes <= FP4J_BYTES_PTX && profile.element_cast == ElementCast::convert && profile.scale_search == ScaleSearch::none &&
         (rounding.arithmetic != FP4J_STOCHASTIC_FMA_8 || profile.element() == format_data<E2M1>());
}

constexpr size_t bytes_of_element = 8;  // of scales, which are only copied, in the time of an element

bool is_layout(int32_t layout) {
  return layout >= FP4J_SCALES_LINEAR && layout <= FP4J_SCALES_SWIZZLED_8X4;
}

// Rows of whole tiles that are worth another thread. They are a layout of their own.
size_t bands_at_once(ScaleLayout layout, size_t columns) {
  const size_t band = tile_rows(layout) * (columns == 0 ? 1 : columns);
  return (elements_at_once() * bytes_of_element / band + 1) * tile_rows(layout);
}

// With room for padding to whole tiles.
bool is_countable_layout(size_t rows, size_t columns) {
  return rows <= SIZE_MAX - 128 && columns <= SIZE_MAX - 4 && is_countable(rows + 128, columns + 4, 1);
}

}  // namespace

extern "C" {

int32_t fp4j_supports_profile(const fp4j_profile* profile) {
  Profile read;
  return profile != nullptr && read_profile(*profile, &read) ? 1 : 0;
}

int32_t fp4j_supports_stochastic(const fp4j_profile* profile, const fp4j_stochastic* rounding) {
  Profile read;
  return profile != nullptr && rounding != nullptr && read_profile(*profile, &read) && can_round_stochastically(read, *rounding) ? 1 : 0;
}

int32_t fp4j_amax(const fp4j_profile* profile, const float* values, size_t stride, size_t rows, size_t columns, float* amax) {
  const Matrix matrix = {values, stride, rows, columns};
  if (profile == nullptr || amax == nullptr || !is_aligned(amax, sizeof(float)) || matrix.is_wrong()) {
    return FP4J_BAD_ARGUMENT;
  }
  Profile read;
  if (!read_profile(*profile, &read)) {
    return FP4J_UNSUPPORTED;
  }
  std::atomic<uint32_t> largest{0};
  share_matrix(rows, 1, columns, 1, elements_at_once(), [&](const Rectangle& part) {
    raise(&largest, loops().largest(read, {values + part.row * stride + part.column, stride, 1, part.rows, part.columns}));
  });
  *amax = amax_of(largest);
  return FP4J_OK;
}

int32_t fp4j_quantize(
    const fp4j_profile* profile, float tensor_scale, const float* values, size_t stride, size_t rows, size_t columns, uint8_t* codes, size_t codes_stride,
    uint8_t* scales, size_t scales_stride) {
  const Matrix matrix = {values, stride, rows, columns};
  const Target target = {codes, codes_stride, scales, scales_stride};
  Task task;
  const int32_t status = prepare(profile, matrix, matrix.along_rows(), target, &task);
  return status != FP4J_OK ? status : quantize_rows(task, tensor_scale, target);
}

int32_t fp4j_quantize_transposed(
    const fp4j_profile* profile, float tensor_scale, const float* values, size_t stride, size_t rows, size_t columns, uint8_t* codes, size_t codes_stride,
    uint8_t* scales, size_t scales_stride) {
  const Matrix matrix = {values, stride, rows, columns};
  const Target target = {codes, codes_stride, scales, scales_stride};
  Task task;
  const int32_t status = prepare(profile, matrix, matrix.transposed(), target, &task);
  return status != FP4J_OK ? status : quantize_rows(task, tensor_scale, target);
}

int32_t fp4j_quantize_both(
    const fp4j_profile* profile, float tensor_scale, const float* values, size_t stride, size_t rows, size_t columns, uint8_t* codes, size_t codes_stride,
    uint8_t* scales, size_t scales_stride, uint8_t* transposed_codes, size_t transposed_codes_stride, uint8_t* transposed_scales,
    size_t transposed_scales_stride) {
  const Matrix matrix = {values, stride, rows, columns};
  const Target target = {codes, codes_stride, scales, scales_stride};
  const Target transposed = {transposed_codes, transposed_codes_stride, transposed_scales, transposed_scales_stride};
  Task task;
  Task transposed_task;
  int32_t status = prepare(profile, matrix, matrix.along_rows(), target, &task);
  status = status != FP4J_OK ? status : prepare(profile, matrix, matrix.transposed(), transposed, &transposed_task);
  if (status != FP4J_OK) {
    return status;
  }
  status = quantize_rows(task, tensor_scale, target);
  const int32_t transposed_status = quantize_rows(transposed_task, tensor_scale, transposed);
  return status != FP4J_OK ? status : transposed_status;
}

int32_t fp4j_quantize_tiles(
    const fp4j_profile* profile, float tensor_scale, const float* values, size_t stride, size_t rows, size_t columns, uint8_t* codes, size_t codes_stride,
    uint8_t* scales, size_t scales_stride) {
  const Matrix matrix = {values, stride, rows, columns};
  const Target target = {codes, codes_stride, scales, scales_stride};
  Task task;
  const int32_t status = prepare(profile, matrix, matrix.along_rows(), target, &task);
  if (status != FP4J_OK || refuses_tiles(task)) {
    return status != FP4J_OK ? status : FP4J_BAD_ARGUMENT;
  }
  const size_t size = static_cast<size_t>(task.profile.block_size);
  return quantize_parts(task, target, size, size, elements_at_once(), [&](const Source& source, size_t stored, const Target& part, const Rectangle&) {
    return loops().quantize_tiles(task.profile, tensor_scale, source, stored, part);
  });
}

int32_t fp4j_quantize_stochastic(
    const fp4j_profile* profile, float tensor_scale, const fp4j_stochastic* rounding, uint64_t first_element, uint64_t row_elements, const float* values,
    size_t stride, size_t rows, size_t columns, uint8_t* codes, size_t codes_stride, uint8_t* scales, size_t scales_stride) {
  const Matrix matrix = {values, stride, rows, columns};
  const Target target = {codes, codes_stride, scales, scales_stride};
  Task task;
  const int32_t status = rounding == nullptr ? FP4J_BAD_ARGUMENT : prepare(profile, matrix, matrix.along_rows(), target, &task);
  if (status != FP4J_OK) {
    return status;
  }
  if (!can_round_stochastically(task.profile, *rounding)) {
    return FP4J_UNSUPPORTED;
  }
  Stochastic stochastic = {{}, first_element, row_elements};
  static_assert(sizeof stochastic.rounding == sizeof *rounding, "the C ABI's struct");
  std::memcpy(&stochastic.rounding, rounding, sizeof *rounding);
  return quantize_parts(
      task, target, 1, static_cast<size_t>(task.profile.block_size), elements_at_once(),
      [&](const Source& source, size_t stored, const Target& part, const Rectangle& at) {
        Stochastic numbered = stochastic;
        numbered.first_element += at.row * row_elements + at.column;
        return loops().quantize_stochastic(task.profile, tensor_scale, numbered, source, stored, part);
      });
}

int32_t fp4j_dequantize(
    const fp4j_profile* profile, float tensor_scale, const uint8_t* codes, size_t codes_stride, const uint8_t* scales, size_t scales_stride, float* values,
    size_t stride, size_t rows, size_t columns) {
  const Matrix matrix = {values, stride, rows, columns};
  const Target read_as_target = {const_cast<uint8_t*>(codes), codes_stride, const_cast<uint8_t*>(scales), scales_stride};
  Task task;
  const int32_t status = prepare(profile, matrix, matrix.along_rows(), read_as_target, &task);
  if (status != FP4J_OK) {
    return status;
  }
  const size_t size = static_cast<size_t>(task.profile.block_size);
  const size_t bytes = size / static_cast<size_t>(task.profile.codes_per_byte());
  share_matrix(rows, 1, columns, size, elements_at_once(), [&](const Rectangle& part) {
    const size_t block = part.column / size;
    loops().dequantize(
        task.profile, tensor_scale, {codes + part.row * codes_stride + block * bytes, codes_stride, scales + part.row * scales_stride + block, scales_stride},
        values + part.row * stride + part.column, stride, part.rows, part.columns);
  });
  return FP4J_OK;
}

int32_t fp4j_hadamard(
    int32_t size, const uint64_t* signs, const fp4j_format* rounding, float* values, size_t stride, size_t rows, size_t columns) {
  const Matrix matrix = {values, stride, rows, columns};
  if (size < 2 || size > 65536 || (size & (size - 1)) != 0 || signs == nullptr || !is_aligned(signs, sizeof(uint64_t)) || matrix.is_wrong() || columns % static_cast<size_t>(size) != 0) {
    return FP4J_BAD_ARGUMENT;
  }
  FormatData format = no_format();
  if (rounding != nullptr) {
    std::memcpy(&format, rounding, sizeof format);
    if (format.exponent_bits < 1 || format.exponent_bits > 8 || format.mantissa_bits < 0 || format.mantissa_bits > 21) {
      return FP4J_UNSUPPORTED;
    }
  }
  const int log2_size = bit_length(static_cast<uint32_t>(size)) - 1;
  const bool to_bf16 = format == format_data<BF16>();
  share_matrix(rows, 1, columns, static_cast<size_t>(size), elements_at_once(), [&](const Rectangle& part) {
    for (size_t row = part.row; row < part.row + part.rows; row++) {
      float* start = values + row * stride + part.column;
      loops().hadamard(log2_size, signs, to_bf16, start, part.columns >> log2_size);
      for (size_t i = 0; rounding != nullptr && !to_bf16 && i < part.columns; i++) {
        start[i] = round_to(format, start[i]);
      }
    }
  });
  return FP4J_OK;
}

int32_t fp4j_swizzle(int32_t layout, size_t rows, size_t columns, const uint8_t* linear, uint8_t* swizzled) {
  if (!is_layout(layout) || is_missing(linear, rows, columns) || is_missing(swizzled, rows, columns) || !is_countable_layout(rows, columns)) {
    return FP4J_BAD_ARGUMENT;
  }
  const ScaleLayout tiles = static_cast<ScaleLayout>(layout);
  share(rows, bands_at_once(tiles, columns), [&](size_t from, size_t to) {
    swizzle(tiles, to - from, columns, linear + from * columns, swizzled + scale_bytes(tiles, from, columns));
  });
  return FP4J_OK;
}

int32_t fp4j_unswizzle(int32_t layout, size_t rows, size_t columns, const uint8_t* swizzled, uint8_t* linear) {
  if (!is_layout(layout) || is_missing(linear, rows, columns) || is_missing(swizzled, rows, columns) || !is_countable_layout(rows, columns)) {
    return FP4J_BAD_ARGUMENT;
  }
  const ScaleLayout tiles = static_cast<ScaleLayout>(layout);
  share(rows, bands_at_once(tiles, columns), [&](size_t from, size_t to) {
    unswizzle(tiles, to - from, columns, swizzled + scale_bytes(tiles, from, columns), linear + from * columns);
  });
  return FP4J_OK;
}

}  // extern "C"
