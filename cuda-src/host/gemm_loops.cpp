// Matrix products over the bodies of fp4j/dot_product.cuh. Compiled several times with FP4J_GEMM_LOOPS naming the table and other instruction sets switched on:
// everything but the table has internal linkage.
#include "gemm_loops.h"

namespace fp4j::host {
namespace {

OperandRow row_of(const Product& product, const Operand& operand, std::size_t row) {
  const std::size_t block = static_cast<std::size_t>(scale_block(product.scale));
  return {operand.codes + row * (product.k / 2), operand.scales + row * (product.k / block)};
}

void multiply(const AccumulationModel& model, const Product& product) {
  const std::size_t columns = product.b.rows;
  for (std::size_t i = 0; i < product.a.rows; i++) {
    for (std::size_t j = 0; j < columns; j++) {
      const std::uint32_t c = product.c == nullptr ? 0u : to_bits(product.c[i * columns + j]);
      const std::uint32_t d = dot_product(model, product.scale, row_of(product, product.a, i), row_of(product, product.b, j), product.k, c);
      product.d[i * columns + j] = from_bits<float>(d);
    }
  }
}

}  // namespace

extern const GemmLoops FP4J_GEMM_LOOPS;
const GemmLoops FP4J_GEMM_LOOPS = {multiply};

}  // namespace fp4j::host
