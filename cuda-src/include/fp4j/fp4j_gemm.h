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

/* Operands; under a model A and B are alike. */
enum {
  FP4J_OPERAND_NVFP4 = 0,      /* E2M1, a UE4M3 scale, top bit ignored, for 16 elements; without the tensor scale */
  FP4J_OPERAND_MXFP4 = 1,      /* E2M1, a UE8M0 scale for 32 */
  FP4J_OPERAND_MXFP8_E4M3 = 2, /* E4M3, a byte each, a UE8M0 scale for 32 */
  FP4J_OPERAND_BF16 = 3        /* bfloat16, two bytes each, the low one first, without scales */
};

/* 1 if fp4j_gemm computes these operands under the model with this NUL-terminated id, bit for bit; otherwise 0. */
FP4J_EXPORT int32_t fp4j_supports_gemm(const char* model, int32_t operand);

/*
 * Computes all of D. k is a positive multiple of the operands' block and of the model's step, else FP4J_BAD_ARGUMENT, as for null pointers; fp4j's
 * own library gives the same answer to c or d that are not aligned, and to sizes whose bytes no size_t can count. c holds the initial accumulators, [m, n], and may be null
 * for +0; it may be d itself. Under a model a NaN is 0x7FFFFFFF.
 */
FP4J_EXPORT int32_t fp4j_gemm(
    const char* model, int32_t operand, size_t m, size_t n, size_t k, const uint8_t* a_codes, const uint8_t* a_scales, const uint8_t* b_codes,
    const uint8_t* b_scales, const float* c, float* d);

/*
 * Products under io.github.fp4j.formats.gemm.Fp32Accumulation, whatever the implementation's vectors, tiles and threads: both operands are restored to float32, element
 * times scale rounded to nearest-even; then, for each element of D, accumulator = fma(a[k], b[k], accumulator) with k ascending. A NaN is stored as 0x7FFFFFFF.
 * Rows of D lie d_stride elements apart, at least n: several callers may each take some rows of A, or of B, of one product.
 * k is a positive multiple of the operands' blocks. FP4J_FAILED is out of memory, and nothing has been written then. Beyond null pointers FP4J_BAD_ARGUMENT covers arrays
 * that are not aligned to their elements and sizes whose bytes no size_t can count.
 */

/* 1 if fp4j_gemm_fp32 takes operands of these formats; otherwise 0. */
FP4J_EXPORT int32_t fp4j_supports_gemm_fp32(int32_t a_operand, int32_t b_operand);

/* D = A * transpose(B) + C. Operands are dense; scales may be null where the format has none. c has d's stride, and may be null for +0, or d itself. */
FP4J_EXPORT int32_t fp4j_gemm_fp32(
    int32_t a_operand, int32_t b_operand, size_t m, size_t n, size_t k, const uint8_t* a_codes, const uint8_t* a_scales, const uint8_t* b_codes,
    const uint8_t* b_scales, const float* c, float* d, size_t d_stride);

/* 1 if fp4j_gemm_weights takes weights of this format; otherwise 0. */
FP4J_EXPORT int32_t fp4j_supports_weights(int32_t operand);

/*
 * D = alpha * (A * transpose(B)), the factor rounded in float32. A is float32, row i from a + i * a_stride on. B's rows are interleaved by 16, zeros where rows end:
 *   codes   uint32_t [ceil(n / 16)][k / e][16]      e = 8 elements of four bits, or 4 of eight: successive elements of a row, the first in the low bits
 *   scales  uint8_t  [ceil(n / 16)][k / block][16]
 */
FP4J_EXPORT int32_t fp4j_gemm_weights(
    int32_t operand, size_t m, size_t n, size_t k, const float* a, size_t a_stride, const uint32_t* codes, const uint8_t* scales, float alpha, float* d,
    size_t d_stride);

#ifdef __cplusplus
}
#endif

#endif
