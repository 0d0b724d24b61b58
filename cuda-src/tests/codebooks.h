// The 4-bit codebooks of arXiv 2309.01507, and values between which all of their boundaries lie.
#pragma once

#include <vector>

namespace codebooks {

inline const std::vector<float> dynamic4 = {-.8875f, -.6625f, -.4375f, -.2125f, -.0775f, -.0325f, -.0055f, 0.0f,
                                            .0055f,  .0325f,  .0775f,  .2125f,  .4375f,  .6625f,  .8875f,  1.0f};
constexpr int dynamic4_zero = 7;

inline std::vector<float> linear(int size) {
  std::vector<float> values;
  for (int i = 1; i <= size; i++) {
    values.push_back(static_cast<float>(i) / static_cast<float>(size));
  }
  return values;
}

}  // namespace codebooks
