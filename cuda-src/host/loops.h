// The loops over arrays, compiled once per instruction set: one table for each, chosen at run time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "fp4j/format.cuh"
#include "fp4j/fp4j.h"

namespace fp4j::host {

using Encode32 = void (*)(const float* values, std::uint8_t* codes, std::size_t count, const Specials& specials);
using Encode64 = void (*)(const double* values, std::uint8_t* codes, std::size_t count, const Specials& specials);
using Decode = void (*)(const std::uint8_t* codes, float* values, std::size_t count);

// The functions for one conversion; null where there is none.
struct Encoder {
  Encode32 f32;
  Encode64 f64;
  Specials specials;
};

// What one instruction set's translation unit offers.
struct Loops {
  const char* name;         // of the implementation
  const char* description;  // the same with version and instruction set
  Encoder (*encoder)(const fp4j_conversion& conversion);
  Decode (*decoder)(const fp4j_format& format);
  void (*pack)(const std::uint8_t* codes, std::uint8_t* packed, std::size_t count);
  void (*unpack)(const std::uint8_t* packed, std::uint8_t* codes, std::size_t count);
};

extern const Loops loops_baseline;
#if defined(FP4J_X86_64_LEVELS)
extern const Loops loops_avx2;
extern const Loops loops_avx512;
extern const Loops loops_avx512vnni;
#endif

// The tables that this processor can run, best first, ended by null.
const Loops* const* usable_loops();

}  // namespace fp4j::host
