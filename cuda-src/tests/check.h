// Counting checks: the first failures are printed, and every test says how many comparisons it made.
#pragma once

#include <cstdint>
#include <cstdio>

namespace check {

inline long long made = 0;
inline long long failed = 0;

// Compares two codes that came from the input with these bits.
inline void equal(const char* what, std::uint64_t input, std::uint32_t actual, std::uint32_t expected) {
  made++;
  if (actual != expected && failed++ < 20) {
    std::printf("%s: input 0x%llx: got 0x%x, expected 0x%x\n", what, static_cast<unsigned long long>(input), actual, expected);
  }
}

// Prints the summary; the process's exit status. expected_count guards against loops that run short.
inline int summary(const char* name, long long expected_count) {
  std::printf("%s: %lld comparisons, %lld failed\n", name, made, failed);
  if (made != expected_count) {
    std::printf("%s: expected %lld comparisons\n", name, expected_count);
    return 1;
  }
  return failed == 0 ? 0 : 1;
}

}  // namespace check
