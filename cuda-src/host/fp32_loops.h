// Products under the accumulation fp32 (io.github.fp4j.formats.gemm.Fp32Accumulation): for each element of D one chain of fused multiply-adds, k ascending, over
// operands restored to float32. Compiled once per instruction set: one table for each.
//
// The chain rounds after every element, so that integer dot products, which round once for many, cannot take part: the limit is the peak of float32 multiply-adds.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fp4j::host {

// The numbers are those of fp4j_gemm.h.
enum class OperandFormat : std::int32_t { nvfp4, mxfp4, mxfp8_e4m3, bf16 };

// Elements in 32 bits.
constexpr std::size_t elements_per_word(OperandFormat format) {
  return format == OperandFormat::bf16 ? 2 : format == OperandFormat::mxfp8_e4m3 ? 4 : 8;
}

// Elements under one scale; 0 where there are no scales.
constexpr std::size_t scaled_block(OperandFormat format) {
  return format == OperandFormat::bf16 ? 0 : format == OperandFormat::nvfp4 ? 16 : 32;
}

// Rows that lie interleaved in packed weights, and in what is restored here.
inline constexpr std::size_t group_rows = 16;

// Rows along k, dense.
struct CodedRows {
  OperandFormat format;
  const std::uint8_t* codes;
  const std::uint8_t* scales;
  std::size_t rows;
};

// Weights in the layout of io.github.fp4j.formats.gemm.PackedWeights.
struct PackedRows {
  OperandFormat format;
  const std::uint32_t* codes;
  const std::uint8_t* scales;
  std::size_t rows;
};

struct FloatRows {
  const float* values;
  std::size_t stride;
  std::size_t rows;
};

// Where D goes: row i from d + i * stride on.
struct Result {
  float* d;
  std::size_t stride;
};

// What a product is restored into. Memory of this size and alignment is taken for every thread before anything is written: there may be none.
inline constexpr std::size_t scratch_bytes = 640 * 1024;
inline constexpr std::size_t scratch_alignment = 64;

// Rows of activations up to which packed weights are restored in registers instead, and scratch may be null.
inline constexpr std::size_t direct_rows = 4;

struct Fp32Loops {
  void (*multiply_coded)(const CodedRows& a, const CodedRows& b, std::size_t k, const float* c, const Result& result, void* scratch);  // c has the stride of d
  void (*multiply_weights)(const FloatRows& a, const PackedRows& b, std::size_t k, float alpha, const Result& result, void* scratch);
};

extern const Fp32Loops fp32_loops_baseline;
#if defined(FP4J_X86_64_LEVELS)
extern const Fp32Loops fp32_loops_avx2;
extern const Fp32Loops fp32_loops_avx512;
extern const Fp32Loops fp32_loops_avx512vnni;
#endif

}  // namespace fp4j::host
