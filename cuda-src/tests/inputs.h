// The inputs of the quick sweep: every bfloat16, every float16, and both neighbours of every threshold of a format.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "fp4j/decode.cuh"

namespace inputs {

inline float from_half(std::uint32_t half) {
  return fp4j::decode<fp4j::Format<5, 10, true, fp4j::Top::ieee>>(half);
}

// Every bfloat16 with all NaN payloads as they are, then every float16.
inline std::vector<float> sixteen_bit_values() {
  std::vector<float> values;
  for (std::uint32_t bits = 0; bits < 1u << 16; bits++) {
    values.push_back(fp4j::from_bits<float>(bits << 16));
  }
  for (std::uint32_t bits = 0; bits < 1u << 16; bits++) {
    values.push_back(from_half(bits));
  }
  return values;
}

template <class Real>
void add_with_neighbours(std::vector<Real>* values, Real value) {
  const Real infinity = static_cast<Real>(INFINITY);
  for (Real signed_value : {value, -value}) {
    values->push_back(std::nextafter(signed_value, -infinity));
    values->push_back(signed_value);
    values->push_back(std::nextafter(signed_value, infinity));
  }
}

// Every number of the format, every midpoint, and the midpoint beyond the largest number, each with its neighbours and both signs: 12 per code.
template <class F, class Real>
std::vector<Real> thresholds() {
  std::vector<Real> values;
  for (std::uint32_t code = 0; code <= F::max_finite_code; code++) {
    const double here = static_cast<double>(fp4j::decode<F>(code));
    const double step = std::ldexp(1.0, (code >> F::mantissa_bits == 0 ? 1 : static_cast<int>(code >> F::mantissa_bits)) - F::bias - F::mantissa_bits);
    add_with_neighbours(&values, static_cast<Real>(here));
    add_with_neighbours(&values, static_cast<Real>(here + step / 2));
  }
  return values;
}

}  // namespace inputs
