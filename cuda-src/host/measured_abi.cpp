// fp4j_amax_of_values and fp4j_quantize_measured of fp4j_blocks.h over whichever loops this processor runs: arguments are checked here and nowhere below.
#include "dispatch.h"
#include "measured_loops.h"
#include "fp4j/platform.cuh"
#include "profile_check.h"
#include "thread_pool.h"

namespace {

using namespace fp4j;
using namespace fp4j::host;

const MeasuredLoops& loops() {
#if defined(FP4J_X86_64_LEVELS)
  static const MeasuredLoops* const all[] = {&measured_loops_baseline, &measured_loops_avx2, &measured_loops_avx512, &measured_loops_avx512vnni};
  return *all[static_cast<int>(usable_level())];
#else
  return measured_loops_baseline;
#endif
}

bool read_values(int32_t type, const void* values, size_t count, Values* into) {
  *into = {static_cast<ValueType>(type), static_cast<const std::uint8_t*>(values)};
  return type >= FP4J_VALUES_FLOAT32 && type <= FP4J_VALUES_FLOAT16 && (values != nullptr || count == 0);
}

}  // namespace

extern "C" {

int32_t fp4j_amax_of_values(const fp4j_profile* profile, int32_t type, const void* values, size_t count, float* amax) {
  Values read;
  if (profile == nullptr || amax == nullptr || !read_values(type, values, count, &read)) {
    return FP4J_BAD_ARGUMENT;
  }
  Profile rules;
  if (!read_profile(*profile, &rules)) {
    return FP4J_UNSUPPORTED;
  }
  std::atomic<uint32_t> bits{0};
  share(count, elements_at_once(), [&](size_t from, size_t to) { raise(&bits, to_bits(loops().largest(rules, read.from(from), to - from))); });
  *amax = from_bits<float>(bits);
  return FP4J_OK;
}

int32_t fp4j_quantize_measured(
    const fp4j_profile* profile, float tensor_scale, int32_t type, const void* values, size_t rows, size_t columns, uint8_t* codes, uint8_t* scales,
    fp4j_error_figures* figures) {
  const bool empty = rows == 0 || columns == 0;
  Values read;
  if (profile == nullptr || figures == nullptr || !read_values(type, values, empty ? 0 : 1, &read) || (!empty && (codes == nullptr || scales == nullptr))) {
    return FP4J_BAD_ARGUMENT;
  }
  Profile rules;
  if (!read_profile(*profile, &rules)) {
    return FP4J_UNSUPPORTED;
  }
  size_t stored = 0;
  if (!stored_columns(rules, columns, &stored)) {
    return FP4J_BAD_ARGUMENT;
  }
  return loops().quantize(rules, tensor_scale, read, empty ? 0 : rows, columns, stored, {codes, scales}, figures) ? FP4J_OK : FP4J_REFUSED;
}

}  // extern "C"
