// The 4-bit codebooks of arXiv 2309.01507, and two of nobody's.
#pragma once

#include <vector>

namespace codebooks {

inline const std::vector<float> dynamic4 = {-.8875f, -.6625f, -.4375f, -.2125f, -.0775f, -.0325f, -.0055f, 0.0f,
                                            .0055f,  .0325f,  .0775f,  .2125f,  .4375f,  .6625f,  .8875f,  1.0f};
constexpr int dynamic4_zero = 7;

// With a boundary at 0, large ones, and others that no binary fraction of few bits is.
inline const std::vector<float> around_zero = {-3.0f, -1.0f, -.7f, -.3f, -.1f, -.07f, -.02f, -.001f, .001f, .03f, .08f, .2f, .6f, .9f, 1.0f, 5.0f};

// Whose boundaries are subnormal numbers.
inline std::vector<float> subnormal() {
  std::vector<float> values;
  for (int i = -7; i <= 8; i++) {
    values.push_back(static_cast<float>(i) * 0x1p-148f);
  }
  return values;
}

inline std::vector<float> linear(int size) {
  std::vector<float> values;
  for (int i = 1; i <= size; i++) {
    values.push_back(static_cast<float>(i) / static_cast<float>(size));
  }
  return values;
}

}  // namespace codebooks
