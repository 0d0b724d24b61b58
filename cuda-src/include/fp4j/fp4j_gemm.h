/* Optional functions of the C ABI of fp4j.h: matrix products of packed FP4 operands. The rules of fp4j.h hold for them too. */
#ifndef FP4J_FP4J_GEMM_H
#define FP4J_FP4J_GEMM_H

#include "fp4j/fp4j.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * D = A * transpose(B) + C in float32, row-major [m, n]. A has m rows and B has n rows along k, dense: E2M1 codes two to a byte, the earlier one low, and linear
 * scales. Which bits D has is fixed by an accumulation model, named by its id: the ids and definitions are those of
 * io.github.fp4j.formats.gemm.AccumulationModels. "own" is whatever accumulator the implementation has.
 */

/* The operands, A and B alike. */
enum {
  FP4J_OPERAND_NVFP4 = 0, /* a UE4M3 scale, top bit ignored, for 16 elements; without the tensor scale */
  FP4J_OPERAND_MXFP4 = 1  /* a UE8M0 scale for 32 */
};

/* 1 if fp4j_gemm computes these operands under the model with this NUL-terminated id, bit for bit; otherwise 0. */
FP4J_EXPORT int32_t fp4j_supports_gemm(const char* model, int32_t operand);

/*
 * Computes all of D in the calling thread. k is a positive multiple of the operands' block and of the model's step, else FP4J_BAD_ARGUMENT. c holds the initial
 * accumulators, [m, n], and may be null for +0; it may be d itself. Under a model a NaN is 0x7FFFFFFF.
 */
FP4J_EXPORT int32_t fp4j_gemm(
    const char* model, int32_t operand, size_t m, size_t n, size_t k, const uint8_t* a_codes, const uint8_t* a_scales, const uint8_t* b_codes,
    const uint8_t* b_scales, const float* c, float* d);

#ifdef __cplusplus
}
#endif

#endif
