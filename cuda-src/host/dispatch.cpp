#include "dispatch.h"

#include <cstdlib>
#include <cstring>

#include "loops.h"

namespace fp4j::host {
namespace {

// The compiler's run-time tests also ask whether the operating system saves the registers.
Level best_level() {
#if defined(FP4J_X86_64_LEVELS)
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("bmi2");
  if (avx512) {
    const bool has_newer = __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
    return has_newer ? Level::avx512vnni : Level::avx512;
  }
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma") ? Level::avx2 : Level::baseline;
#else
  return Level::baseline;
#endif
}

Level chosen_level() {
  const Level best = best_level();
  const char* wanted = std::getenv("FP4J_INSTRUCTION_SET");
  if (wanted != nullptr) {
    const char* const names[] = {"baseline", "avx2", "avx512", "avx512vnni"};
    for (int level = 0; level < static_cast<int>(best); level++) {
      if (std::strcmp(wanted, names[level]) == 0) {
        return static_cast<Level>(level);
      }
    }
  }
  return best;
}

}  // namespace

Level usable_level() {
  static const Level level = chosen_level();
  return level;
}

const Loops* const* usable_loops() {
#if defined(FP4J_X86_64_LEVELS)
  static const Loops* const all[] = {&loops_avx512vnni, &loops_avx512, &loops_avx2, &loops_baseline, nullptr};
  return all + (static_cast<int>(Level::avx512vnni) - static_cast<int>(usable_level()));
#else
  static const Loops* const all[] = {&loops_baseline, nullptr};
  return all;
#endif
}

}  // namespace fp4j::host
