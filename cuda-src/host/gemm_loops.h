// Matrix products, compiled once per instruction set: one table for each.
#pragma once

#include <cstddef>
#include <cstdint>

#include "fp4j/dot_product.cuh"

namespace fp4j::host {

// A or B: `rows` rows along k, dense.
struct Operand {
  const std::uint8_t* codes;
  const std::uint8_t* scales;
  std::size_t rows;
};

struct Product {
  OperandScale scale;
  Operand a;
  Operand b;
  std::size_t k;
  const float* c;  // may be null
  float* d;
  std::size_t stride;  // from row to row of both
};

struct GemmLoops {
  void (*multiply)(const AccumulationModel& model, const Product& product);
};

extern const GemmLoops gemm_loops_baseline;
#if defined(FP4J_X86_64_LEVELS)
extern const GemmLoops gemm_loops_avx2;
extern const GemmLoops gemm_loops_avx512;
extern const GemmLoops gemm_loops_avx512vnni;
#endif

}  // namespace fp4j::host
