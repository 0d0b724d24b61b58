// Quantising float32, bf16 and fp16 with the errors measured on the way, compiled once per instruction set: one table for each.
#pragma once

#include <cstddef>
#include <cstdint>

#include "fp4j/fp4j_blocks.h"
#include "fp4j/profile.cuh"

namespace fp4j::host {

enum class ValueType : std::int32_t { float32, bfloat16, float16 };

// Numbers one after the other, of any alignment.
struct Values {
  ValueType type;
  const std::uint8_t* bytes;

  std::size_t size() const { return type == ValueType::float32 ? 4 : 2; }
  Values from(std::size_t index) const { return {type, bytes + index * size()}; }
};

// Dense rows.
struct MeasuredTarget {
  std::uint8_t* codes;
  std::uint8_t* scales;
};

struct MeasuredLoops {
  float (*largest)(const Profile& profile, const Values& values, std::size_t count);
  // False if an element was refused. `stored` is the number of elements that a row takes in storage.
  bool (*quantize)(
      const Profile& profile, float tensor_scale, const Values& values, std::size_t rows, std::size_t columns, std::size_t stored, const MeasuredTarget& target,
      fp4j_error_figures* figures);
};

extern const MeasuredLoops measured_loops_baseline;
#if defined(FP4J_X86_64_LEVELS)
extern const MeasuredLoops measured_loops_avx2;
extern const MeasuredLoops measured_loops_avx512;
extern const MeasuredLoops measured_loops_avx512vnni;
#endif

}  // namespace fp4j::host
