/*
 * Optional functions of the C ABI of fp4j.h: the array kernels of an optimizer step. The rules of fp4j.h hold for them too, but for this: target arrays of
 * fp4j_optim_condition and fp4j_optim_adam are also sources. Bits are fixed by io.github.fp4j.backend.OptimizerKernels: float32 operations round to nearest-even
 * one by one, sums run in float64 over 32 lanes to a chunk of 4096 elements. NaN may have any payload. A library has all of these functions or none, but for
 * fp4j_optim_adam_blocks: without it a step decodes, updates and encodes in turn.
 */
#ifndef FP4J_FP4J_OPTIM_H
#define FP4J_FP4J_OPTIM_H

#include "fp4j/fp4j.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Elements of a chunk. */
#define FP4J_OPTIM_CHUNK 4096

/*
 * One Adam update of one tensor. For every element, with a = (|g| > threshold ? g * ratio : g) * gain:
 *   m = lerp ? m + (a - m) * one_minus_beta1 : m * beta1 + a * one_minus_beta1
 *   v = v * beta2 + (a * one_minus_beta2) * a
 *   p = p * decay - (m * step_size) / (sqrt(v) * inverse_root_correction2 + epsilon)
 */
typedef struct fp4j_adam {
  float threshold;
  float ratio;
  float gain;
  float decay;
  float beta1;
  float one_minus_beta1;
  float beta2;
  float one_minus_beta2;
  float step_size;
  float inverse_root_correction2;
  float epsilon;
  int32_t lerp; /* 0 or 1 */
} fp4j_adam;

/* A codebook: 2^bits ascending values. A code is an index; boundaries are (values[i] + values[i + 1]) * .5f, a value on one has the lower code, NaN has code 0. */
typedef struct fp4j_codebook {
  const float* values;
  int32_t bits;      /* 4, packed two to a byte, the earlier one low; or 8 */
  int32_t zero_code; /* that of 0: of everything under a zero scale, and of the nibble left over */
} fp4j_codebook;

/* For every chunk the bits of the largest magnitude (NaN above infinity) and the sum of squares. */
FP4J_EXPORT int32_t fp4j_optim_scan(const float* gradient, size_t count, int32_t* magnitudes, double* squares);

/* The sum of squares of at most one chunk, of g * ratio where |g| > threshold. */
FP4J_EXPORT int32_t fp4j_optim_squares_clipped(const float* gradient, size_t count, float threshold, float ratio, double* squares);

/* The number of elements with |g| > threshold. */
FP4J_EXPORT int32_t fp4j_optim_count_above(const float* gradient, size_t count, float threshold, int64_t* above);

/* target = a, as above; target may be the gradient itself. */
FP4J_EXPORT int32_t fp4j_optim_condition(const fp4j_adam* adam, const float* gradient, float* target, size_t count);

/* The update, in place. */
FP4J_EXPORT int32_t fp4j_optim_adam(const fp4j_adam* adam, float* parameters, const float* gradient, float* first, float* second, size_t count);

/* Blocks of block_size (even) elements: to each its largest magnitude as scale, and the codes of values / scale. */
FP4J_EXPORT int32_t fp4j_optim_encode_blocks(
    const fp4j_codebook* codebook, size_t block_size, const float* values, size_t count, uint8_t* packed, float* scales);

FP4J_EXPORT int32_t fp4j_optim_decode_blocks(
    const fp4j_codebook* codebook, size_t block_size, const uint8_t* packed, const float* scales, float* values, size_t count);

/* fp4j_optim_decode_blocks of both moments, fp4j_optim_adam, fp4j_optim_encode_blocks of both, in place. block_size is even and at most FP4J_OPTIM_CHUNK. */
FP4J_EXPORT int32_t fp4j_optim_adam_blocks(
    const fp4j_adam* adam, size_t block_size, float* parameters, const float* gradient, const fp4j_codebook* first, uint8_t* first_packed, float* first_scales,
    const fp4j_codebook* second, uint8_t* second_packed, float* second_scales, size_t count);

/* The same with a given scale to every element. */
FP4J_EXPORT int32_t fp4j_optim_encode(const fp4j_codebook* codebook, const float* values, const float* scales, uint8_t* packed, size_t count);

FP4J_EXPORT int32_t fp4j_optim_decode(const fp4j_codebook* codebook, const uint8_t* packed, const float* scales, float* values, size_t count);

/* Raises maxima to magnitudes, and gives the largest of these, 0 for none; NaN wins. */
FP4J_EXPORT int32_t fp4j_optim_raise_maxima(const float* values, float* maxima, size_t count, float* largest);

/* scales = min(bound, maxima), none of which are negative; NaN wins. */
FP4J_EXPORT int32_t fp4j_optim_limit_scales(float bound, const float* maxima, float* scales, size_t count);

#ifdef __cplusplus
}
#endif

#endif
