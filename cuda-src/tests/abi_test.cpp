// The C ABI of fp4j.h as a caller sees it, on whichever library this test is linked with.
#include "fp4j/fp4j.h"

#include <cstring>
#include <initializer_list>

#include "check.h"

namespace {

const fp4j_conversion to_e2m1 = {FP4J_E2M1, FP4J_NEAREST_EVEN, 0, FP4J_SATURATE, FP4J_NAN_POSITIVE_MAX, 0, 0, {0, 0, 0, 0, 0, 0}};

void expect(const char* what, long long actual, long long expected) {
  check::equal(what, 0, static_cast<std::uint32_t>(actual), static_cast<std::uint32_t>(expected));
}

void conversions_on_offer() {
  expect("abi version", fp4j_abi_version(), FP4J_ABI_VERSION);
  expect("name", std::strlen(fp4j_name()) > 0 && std::strlen(fp4j_name()) <= 64, 1);
  expect("description", std::strlen(fp4j_description()) <= 1024 && std::strchr(fp4j_description(), '\n') == nullptr, 1);
  expect("supports float", fp4j_supports(&to_e2m1, FP4J_FLOAT32), 1);
  expect("supports double", fp4j_supports(&to_e2m1, FP4J_FLOAT64), 1);
  expect("supports other input", fp4j_supports(&to_e2m1, 2), 0);
  expect("supports null", fp4j_supports(nullptr, FP4J_FLOAT32), 0);
  fp4j_conversion stochastic = to_e2m1;
  stochastic.rounding = FP4J_STOCHASTIC;
  expect("supports stochastic", fp4j_supports(&stochastic, FP4J_FLOAT32), 0);
  fp4j_conversion twice = to_e2m1;
  twice.pre_rounding = {8, 7, 127, 1, FP4J_TOP_IEEE, FP4J_BOTTOM_ZERO_AND_SUBNORMALS};
  expect("supports double rounding", fp4j_supports(&twice, FP4J_FLOAT32), 0);
  fp4j_conversion infinite = to_e2m1;
  infinite.overflow = FP4J_OVERFLOW_TO_INFINITY;
  expect("supports an infinity that is not there", fp4j_supports(&infinite, FP4J_FLOAT32), 0);
}

void wrong_arguments() {
  const float value = 1.0f;
  const double wide = 1.0;
  float back = 0.0f;
  std::uint8_t code = 0xA5;
  const fp4j_format e2m1 = FP4J_E2M1;
  const fp4j_format e4m3 = FP4J_E4M3;
  fp4j_conversion to_e4m3 = to_e2m1;
  to_e4m3.format = e4m3;
  to_e4m3.nan = FP4J_NAN_POSITIVE;
  fp4j_conversion unknown = to_e2m1;
  unknown.format.bias = 2;
  expect("null conversion", fp4j_encode_f32(nullptr, &value, &code, 1), FP4J_BAD_ARGUMENT);
  expect("null values", fp4j_encode_f32(&to_e2m1, nullptr, &code, 1), FP4J_BAD_ARGUMENT);
  expect("null codes", fp4j_encode_f64(&to_e2m1, &wide, nullptr, 1), FP4J_BAD_ARGUMENT);
  expect("null packed", fp4j_encode_packed(&to_e2m1, &value, nullptr, 1), FP4J_BAD_ARGUMENT);
  expect("null format", fp4j_decode(nullptr, &code, &back, 1), FP4J_BAD_ARGUMENT);
  expect("null target", fp4j_decode_packed(&e2m1, &code, nullptr, 1), FP4J_BAD_ARGUMENT);
  expect("nothing to do", fp4j_encode_f32(&to_e2m1, nullptr, nullptr, 0), FP4J_OK);
  expect("unknown format", fp4j_encode_f32(&unknown, &value, &code, 1), FP4J_UNSUPPORTED);
  expect("unknown format to decode", fp4j_decode(&unknown.format, &code, &back, 1), FP4J_UNSUPPORTED);
  expect("eight bits packed", fp4j_encode_packed(&to_e4m3, &value, &code, 1), FP4J_UNSUPPORTED);
  expect("eight bits unpacked", fp4j_decode_packed(&e4m3, &code, &back, 1), FP4J_UNSUPPORTED);
  expect("nothing written", code, 0xA5);
}

// Lengths around the chunk of the packed loops, with guards behind the last byte.
void packing() {
  constexpr std::size_t most = 4100;
  static float values[most];
  static std::uint8_t codes[most];
  static std::uint8_t packed[most / 2 + 2];
  static float back[most + 1];
  const fp4j_format e2m1 = FP4J_E2M1;
  for (std::size_t i = 0; i < most; i++) {
    values[i] = static_cast<float>(i % 29) * 0.25f - 3.5f;
  }
  for (std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{2047}, std::size_t{2048}, std::size_t{2049}, most - 1, most}) {
    std::memset(packed, 0xA5, sizeof packed);
    expect("encode", fp4j_encode_f32(&to_e2m1, values, codes, count), FP4J_OK);
    expect("encode packed", fp4j_encode_packed(&to_e2m1, values, packed, count), FP4J_OK);
    for (std::size_t i = 0; i < (count + 1) / 2; i++) {
      const int high = 2 * i + 1 < count ? codes[2 * i + 1] : 0;
      check::equal("packed", i, packed[i], static_cast<std::uint32_t>(codes[2 * i] | high << 4));
    }
    expect("guard", packed[(count + 1) / 2], 0xA5);
    back[count] = -1.0f;
    expect("decode packed", fp4j_decode_packed(&e2m1, packed, back, count), FP4J_OK);
    for (std::size_t i = 0; i < count; i++) {
      float one = 0.0f;
      fp4j_decode(&e2m1, codes + i, &one, 1);
      check::equal("unpacked", i, one == back[i], 1u);
    }
    expect("guard", back[count] == -1.0f, 1);
  }
}

}  // namespace

int main() {
  conversions_on_offer();
  wrong_arguments();
  packing();
  const long long counts = 0 + 1 + 2 + 3 + 2047 + 2048 + 2049 + 4099 + 4100;
  const long long bytes = 0 + 1 + 1 + 2 + 1024 + 1024 + 1025 + 2050 + 2050;
  return check::summary(fp4j_name(), 10 + 12 + 9 * 5 + counts + bytes);
}
