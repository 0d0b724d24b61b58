#include "fp4j/fp4j.h"
#include "fp4j/fp4j_blocks.h"
#include "fp4j/fp4j_gemm.h"

static const fp4j_conversion conversion = {FP4J_E2M1, FP4J_NEAREST_EVEN, 0, FP4J_SATURATE, FP4J_NAN_POSITIVE_MAX, 0, 0, {0, 0, 0, 0, 0, 0}};

int32_t fp4j_header_is_c(void);

int32_t fp4j_header_is_c(void) {
  return conversion.format.exponent_bits;
}
