#include "loops.h"

namespace fp4j::host {

const Loops* const* usable_loops() {
#if defined(FP4J_X86_64_LEVELS)
  static const Loops* const all[] = {&loops_avx512, &loops_avx2, &loops_baseline, nullptr};
  // The compiler's run-time test also asks whether the operating system saves the registers.
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("bmi2")) {
    return all;
  }
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma") ? all + 1 : all + 2;
#else
  static const Loops* const all[] = {&loops_baseline, nullptr};
  return all;
#endif
}

}  // namespace fp4j::host
