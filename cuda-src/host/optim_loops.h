// The loops of an optimizer step, compiled once per instruction set: one table for each. Arguments as in fp4j_optim.h.
#pragma once

#include <cstddef>
#include <cstdint>

#include "fp4j/optim.cuh"

namespace fp4j::host {

// A codebook with its boundaries.
struct CodeTable {
  const float* values;
  float midpoints[255];
  int bits;
  int zero_code;
};

// A moment of a tensor in blocks of codes, from element 0.
struct CodedMoment {
  const CodeTable* table;
  std::uint8_t* packed;
  float* scales;

  std::uint8_t* codes_from(std::size_t element) const { return packed + element * static_cast<std::size_t>(table->bits) / 8; }
};

struct OptimLoops {
  void (*scan)(const float* gradient, std::size_t count, std::int32_t* magnitudes, double* squares);
  double (*squares_clipped)(const float* gradient, std::size_t count, float threshold, float ratio);
  std::int64_t (*count_above)(const float* gradient, std::size_t count, float threshold);
  void (*condition)(const AdamCoefficients& c, const float* gradient, float* target, std::size_t count);
  void (*adam_blend)(const AdamCoefficients& c, float* parameters, const float* gradient, float* first, float* second, std::size_t count);
  void (*adam_lerp)(const AdamCoefficients& c, float* parameters, const float* gradient, float* first, float* second, std::size_t count);
  void (*encode_blocks)(const CodeTable& table, std::size_t block_size, const float* values, std::size_t count, std::uint8_t* packed, float* scales);
  void (*decode_blocks)(const CodeTable& table, std::size_t block_size, const std::uint8_t* packed, const float* scales, float* values, std::size_t count);
  // decode_blocks, adam and encode_blocks, block by block; a block is at most a chunk
  void (*adam_blocks_blend)(const AdamCoefficients& c, float* parameters, const float* gradient, const CodedMoment& first, const CodedMoment& second,
                            std::size_t block_size, std::size_t count);
  void (*adam_blocks_lerp)(const AdamCoefficients& c, float* parameters, const float* gradient, const CodedMoment& first, const CodedMoment& second,
                           std::size_t block_size, std::size_t count);
  void (*encode)(const CodeTable& table, const float* values, const float* scales, std::uint8_t* packed, std::size_t count);
  void (*decode)(const CodeTable& table, const std::uint8_t* packed, const float* scales, float* values, std::size_t count);
  float (*raise_maxima)(const float* values, float* maxima, std::size_t count);
  void (*limit_scales)(float bound, const float* maxima, float* scales, std::size_t count);
};

extern const OptimLoops optim_loops_baseline;
#if defined(FP4J_X86_64_LEVELS)
extern const OptimLoops optim_loops_avx2;
extern const OptimLoops optim_loops_avx512;
extern const OptimLoops optim_loops_avx512vnni;
#endif

}  // namespace fp4j::host
