// The functions of fp4j_optim.h over whichever loops this processor runs.
#include "dispatch.h"
#include "fp4j/fp4j_optim.h"
#include "optim_loops.h"

namespace {

using namespace fp4j;
using namespace fp4j::host;

const OptimLoops& loops() {
#if defined(FP4J_X86_64_LEVELS)
  static const OptimLoops* const all[] = {&optim_loops_baseline, &optim_loops_avx2, &optim_loops_avx512, &optim_loops_avx512vnni};
  return *all[static_cast<int>(usable_level())];
#else
  return optim_loops_baseline;
#endif
}

AdamCoefficients coefficients(const fp4j_adam& adam) {
  return {adam.threshold, adam.ratio, adam.gain, adam.decay, adam.beta1, adam.one_minus_beta1, adam.beta2,
          adam.one_minus_beta2, adam.step_size, adam.inverse_root_correction2, adam.epsilon};
}

bool is_codebook(const fp4j_codebook* codebook) {
  return codebook != nullptr && codebook->values != nullptr && (codebook->bits == 4 || codebook->bits == 8) && codebook->zero_code >= 0 &&
         codebook->zero_code < 1 << codebook->bits;
}

CodeTable table_of(const fp4j_codebook& codebook) {
  CodeTable table;
  table.values = codebook.values;
  table.bits = codebook.bits;
  table.zero_code = codebook.zero_code;
  for (int code = 0; code < (1 << codebook.bits) - 1; code++) {
    table.midpoints[code] = midpoint(codebook.values, code);
  }
  return table;
}

template <class... Pointers>
bool are_missing(size_t count, const Pointers*... pointers) {
  return count != 0 && (... || (pointers == nullptr));
}

}  // namespace

extern "C" {

int32_t fp4j_optim_scan(const float* gradient, size_t count, int32_t* magnitudes, double* squares) {
  if (are_missing(count, gradient, magnitudes, squares)) {
    return FP4J_BAD_ARGUMENT;
  }
  loops().scan(gradient, count, magnitudes, squares);
  return FP4J_OK;
}

int32_t fp4j_optim_squares_clipped(const float* gradient, size_t count, float threshold, float ratio, double* squares) {
  if (are_missing(count, gradient) || squares == nullptr || count > FP4J_OPTIM_CHUNK) {
    return FP4J_BAD_ARGUMENT;
  }
  *squares = loops().squares_clipped(gradient, count, threshold, ratio);
  return FP4J_OK;
}

int32_t fp4j_optim_count_above(const float* gradient, size_t count, float threshold, int64_t* above) {
  if (are_missing(count, gradient) || above == nullptr) {
    return FP4J_BAD_ARGUMENT;
  }
  *above = loops().count_above(gradient, count, threshold);
  return FP4J_OK;
}

int32_t fp4j_optim_condition(const fp4j_adam* adam, const float* gradient, float* target, size_t count) {
  if (adam == nullptr || are_missing(count, gradient, target)) {
    return FP4J_BAD_ARGUMENT;
  }
  loops().condition(coefficients(*adam), gradient, target, count);
  return FP4J_OK;
}

int32_t fp4j_optim_adam(const fp4j_adam* adam, float* parameters, const float* gradient, float* first, float* second, size_t count) {
  if (adam == nullptr || are_missing(count, parameters, gradient, first, second)) {
    return FP4J_BAD_ARGUMENT;
  }
  (adam->lerp != 0 ? loops().adam_lerp : loops().adam_blend)(coefficients(*adam), parameters, gradient, first, second, count);
  return FP4J_OK;
}

int32_t fp4j_optim_encode_blocks(
    const fp4j_codebook* codebook, size_t block_size, const float* values, size_t count, uint8_t* packed, float* scales) {
  if (!is_codebook(codebook) || block_size == 0 || block_size % 2 != 0 || are_missing(count, values, packed, scales)) {
    return FP4J_BAD_ARGUMENT;
  }
  loops().encode_blocks(table_of(*codebook), block_size, values, count, packed, scales);
  return FP4J_OK;
}

int32_t fp4j_optim_decode_blocks(
    const fp4j_codebook* codebook, size_t block_size, const uint8_t* packed, const float* scales, float* values, size_t count) {
  if (!is_codebook(codebook) || block_size == 0 || block_size % 2 != 0 || are_missing(count, packed, scales, values)) {
    return FP4J_BAD_ARGUMENT;
  }
  loops().decode_blocks(table_of(*codebook), block_size, packed, scales, values, count);
  return FP4J_OK;
}

int32_t fp4j_optim_adam_blocks(
    const fp4j_adam* adam, size_t block_size, float* parameters, const float* gradient, const fp4j_codebook* first, uint8_t* first_packed, float* first_scales,
    const fp4j_codebook* second, uint8_t* second_packed, float* second_scales, size_t count) {
  if (adam == nullptr || !is_codebook(first) || !is_codebook(second) || block_size == 0 || block_size % 2 != 0 || block_size > FP4J_OPTIM_CHUNK ||
      are_missing(count, parameters, gradient, first_packed, first_scales, second_packed, second_scales)) {
    return FP4J_BAD_ARGUMENT;
  }
  const CodeTable first_table = table_of(*first);
  const CodeTable second_table = table_of(*second);
  (adam->lerp != 0 ? loops().adam_blocks_lerp : loops().adam_blocks_blend)(
      coefficients(*adam), parameters, gradient, {&first_table, first_packed, first_scales}, {&second_table, second_packed, second_scales}, block_size, count);
  return FP4J_OK;
}

int32_t fp4j_optim_encode(const fp4j_codebook* codebook, const float* values, const float* scales, uint8_t* packed, size_t count) {
  if (!is_codebook(codebook) || are_missing(count, values, scales, packed)) {
    return FP4J_BAD_ARGUMENT;
  }
  loops().encode(table_of(*codebook), values, scales, packed, count);
  return FP4J_OK;
}

int32_t fp4j_optim_decode(const fp4j_codebook* codebook, const uint8_t* packed, const float* scales, float* values, size_t count) {
  if (!is_codebook(codebook) || are_missing(count, packed, scales, values)) {
    return FP4J_BAD_ARGUMENT;
  }
  loops().decode(table_of(*codebook), packed, scales, values, count);
  return FP4J_OK;
}

int32_t fp4j_optim_raise_maxima(const float* values, float* maxima, size_t count, float* largest) {
  if (are_missing(count, values, maxima) || largest == nullptr) {
    return FP4J_BAD_ARGUMENT;
  }
  *largest = loops().raise_maxima(values, maxima, count);
  return FP4J_OK;
}

int32_t fp4j_optim_limit_scales(float bound, const float* maxima, float* scales, size_t count) {
  if (are_missing(count, maxima, scales)) {
    return FP4J_BAD_ARGUMENT;
  }
  loops().limit_scales(bound, maxima, scales, count);
  return FP4J_OK;
}

}  // extern "C"
