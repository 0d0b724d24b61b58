// Matrix products over the bodies of fp4j/dot_product.cuh. Compiled several times with FP4J_GEMM_LOOPS naming the table and other instruction sets switched on:
// everything but the table has internal linkage.
#include "gemm_loops.h"

#include <cstdlib>
#include <cstring>
#include <initializer_list>

#if defined(__AVX512VNNI__)
#include <immintrin.h>
#endif

#include "fp4j/decode.cuh"

namespace fp4j::host {
namespace {

OperandRow row_of(const Product& product, const Operand& operand, std::size_t row) {
  const std::size_t block = static_cast<std::size_t>(scale_block(product.scale));
  return {operand.codes + row * (product.k / 2), operand.scales + row * (product.k / block)};
}

// A rectangle of D, one element after the other.
void multiply_by_body(const AccumulationModel& model, const Product& product, std::size_t row, std::size_t end_row, std::size_t first_column, std::size_t end_column) {
  for (std::size_t i = row; i < end_row; i++) {
    for (std::size_t j = first_column; j < end_column; j++) {
      const std::uint32_t c = product.c == nullptr ? 0u : to_bits(product.c[i * product.stride + j]);
      const std::uint32_t d = dot_product(model, product.scale, row_of(product, product.a, i), row_of(product, product.b, j), product.k, c);
      product.d[i * product.stride + j] = from_bits<float>(d);
    }
  }
}

#if defined(__AVX512VNNI__)
#include "gemm_vnni.h"

#include "gemm_vnni_exact.h"
#endif

void multiply(const AccumulationModel& model, const Product& product) {
#if defined(__AVX512VNNI__)
  if (model.accumulation == Accumulation::sequential_groups && product.a.rows > 0 && scales_multiply_exactly(product) && multiply_groups(product)) {
    return;
  }
  if (model.accumulation == Accumulation::exact && product.a.rows > 0 && multiply_exact_groups(model, product)) {
    return;
  }
#endif
  multiply_by_body(model, product, 0, product.a.rows, 0, product.b.rows);
}

}  // namespace

extern const GemmLoops FP4J_GEMM_LOOPS;
const GemmLoops FP4J_GEMM_LOOPS = {multiply};

}  // namespace fp4j::host
