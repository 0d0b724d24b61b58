// The functions of fp4j_optim.h over whichever loops this processor runs.
#include "dispatch.h"
#include "fp4j/fp4j_optim.h"
#include "optim_loops.h"
#include "thread_pool.h"

#include <atomic>

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

constexpr size_t chunk = FP4J_OPTIM_CHUNK;

size_t code_bytes(const fp4j_codebook& codebook, size_t elements) {
  return elements * static_cast<size_t>(codebook.bits) / 8;
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
  share(count, elements_at_once(chunk), [&](size_t from, size_t to) {
    loops().scan(gradient + from, to - from, magnitudes + from / chunk, squares + from / chunk);
  });
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
  std::atomic<int64_t> sum{0};
  share(count, elements_at_once(2), [&](size_t from, size_t to) { sum += loops().count_above(gradient + from, to - from, threshold); });
  *above = sum;
  return FP4J_OK;
}

int32_t fp4j_optim_condition(const fp4j_adam* adam, const float* gradient, float* target, size_t count) {
  if (adam == nullptr || are_missing(count, gradient, target)) {
    return FP4J_BAD_ARGUMENT;
  }
  const AdamCoefficients c = coefficients(*adam);
  share(count, elements_at_once(2), [&](size_t from, size_t to) { loops().condition(c, gradient + from, target + from, to - from); });
  return FP4J_OK;
}

int32_t fp4j_optim_adam(const fp4j_adam* adam, float* parameters, const float* gradient, float* first, float* second, size_t count) {
  if (adam == nullptr || are_missing(count, parameters, gradient, first, second)) {
    return FP4J_BAD_ARGUMENT;
  }
  const AdamCoefficients c = coefficients(*adam);
  const auto update = adam->lerp != 0 ? loops().adam_lerp : loops().adam_blend;
  share(count, elements_at_once(2), [&](size_t from, size_t to) { update(c, parameters + from, gradient + from, first + from, second + from, to - from); });
  return FP4J_OK;
}

int32_t fp4j_optim_encode_blocks(
    const fp4j_codebook* codebook, size_t block_size, const float* values, size_t count, uint8_t* packed, float* scales) {
  if (!is_codebook(codebook) || block_size == 0 || block_size % 2 != 0 || are_missing(count, values, packed, scales)) {
    return FP4J_BAD_ARGUMENT;
  }
  const CodeTable table = table_of(*codebook);
  share(count, elements_at_once(block_size), [&](size_t from, size_t to) {
    loops().encode_blocks(table, block_size, values + from, to - from, packed + code_bytes(*codebook, from), scales + from / block_size);
  });
  return FP4J_OK;
}

int32_t fp4j_optim_decode_blocks(
    const fp4j_codebook* codebook, size_t block_size, const uint8_t* packed, const float* scales, float* values, size_t count) {
  if (!is_codebook(codebook) || block_size == 0 || block_size % 2 != 0 || are_missing(count, packed, scales, values)) {
    return FP4J_BAD_ARGUMENT;
  }
  const CodeTable table = table_of(*codebook);
  share(count, elements_at_once(block_size), [&](size_t from, size_t to) {
    loops().decode_blocks(table, block_size, packed + code_bytes(*codebook, from), scales + from / block_size, values + from, to - from);
  });
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
  const AdamCoefficients c = coefficients(*adam);
  const auto update = adam->lerp != 0 ? loops().adam_blocks_lerp : loops().adam_blocks_blend;
  share(count, elements_at_once(block_size), [&](size_t from, size_t to) {
    update(c, parameters + from, gradient + from, {&first_table, first_packed + code_bytes(*first, from), first_scales + from / block_size},
           {&second_table, second_packed + code_bytes(*second, from), second_scales + from / block_size}, block_size, to - from);
  });
  return FP4J_OK;
}

int32_t fp4j_optim_encode(const fp4j_codebook* codebook, const float* values, const float* scales, uint8_t* packed, size_t count) {
  if (!is_codebook(codebook) || are_missing(count, values, scales, packed)) {
    return FP4J_BAD_ARGUMENT;
  }
  const CodeTable table = table_of(*codebook);
  share(count, elements_at_once(2), [&](size_t from, size_t to) {
    loops().encode(table, values + from, scales + from, packed + code_bytes(*codebook, from), to - from);
  });
  return FP4J_OK;
}

int32_t fp4j_optim_decode(const fp4j_codebook* codebook, const uint8_t* packed, const float* scales, float* values, size_t count) {
  if (!is_codebook(codebook) || are_missing(count, packed, scales, values)) {
    return FP4J_BAD_ARGUMENT;
  }
  const CodeTable table = table_of(*codebook);
  share(count, elements_at_once(2), [&](size_t from, size_t to) {
    loops().decode(table, packed + code_bytes(*codebook, from), scales + from, values + from, to - from);
  });
  return FP4J_OK;
}

int32_t fp4j_optim_raise_maxima(const float* values, float* maxima, size_t count, float* largest) {
  if (are_missing(count, values, maxima) || largest == nullptr) {
    return FP4J_BAD_ARGUMENT;
  }
  std::atomic<uint32_t> bits{0};
  share(count, elements_at_once(2), [&](size_t from, size_t to) { raise(&bits, to_bits(loops().raise_maxima(values + from, maxima + from, to - from))); });
  *largest = from_bits<float>(bits);
  return FP4J_OK;
}

int32_t fp4j_optim_limit_scales(float bound, const float* maxima, float* scales, size_t count) {
  if (are_missing(count, maxima, scales)) {
    return FP4J_BAD_ARGUMENT;
  }
  share(count, elements_at_once(2), [&](size_t from, size_t to) { loops().limit_scales(bound, maxima + from, scales + from, to - from); });
  return FP4J_OK;
}

}  // extern "C"
