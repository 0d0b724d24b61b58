// The C ABI of fp4j_optim.h as a caller sees it: golden bits, and what is refused without anything being written.
#include "fp4j/fp4j_optim.h"

#include <cmath>
#include <cstring>
#include <initializer_list>

#include "check.h"
#include "codebooks.h"

namespace {

void expect(const char* what, std::uint64_t input, std::uint32_t actual, std::uint32_t expected) {
  check::equal(what, input, actual, expected);
}

void accepted(const char* what, std::int32_t status) { expect(what, 0, static_cast<std::uint32_t>(status), FP4J_OK); }
void refused(const char* what, std::int32_t status) { expect(what, 0, static_cast<std::uint32_t>(status), FP4J_BAD_ARGUMENT); }

std::uint32_t bits_of(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

void same_double(const char* what, double actual, std::uint64_t expected) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &actual, sizeof bits);
  expect(what, 0, static_cast<std::uint32_t>(bits), static_cast<std::uint32_t>(expected));
  expect(what, 1, static_cast<std::uint32_t>(bits >> 32), static_cast<std::uint32_t>(expected >> 32));
}

const fp4j_codebook dynamic4 = {codebooks::dynamic4.data(), 4, codebooks::dynamic4_zero};
const std::vector<float> linear_values = codebooks::linear(16);
const fp4j_codebook linear4 = {linear_values.data(), 4, 0};
const fp4j_adam step = {1.5f, .3f, 2.0f, .999f, .9f, .1f, .999f, .001f, .01f, 1.25f, 1e-8f, 0};

// i / 7 for i = 1..33: the sum in one go ends in ...a4.
void statistics() {
  float gradient[33];
  for (int i = 0; i < 33; i++) {
    gradient[i] = static_cast<float>(i + 1) / 7.0f;
  }
  std::int32_t largest = 0;
  double squares = 0;
  accepted("scan", fp4j_optim_scan(gradient, 33, &largest, &squares));
  expect("largest magnitude", 33, static_cast<std::uint32_t>(largest), 0x4096DB6Eu);
  same_double("squares", squares, 0x406FF6343DE782A3u);
  accepted("squares, clipped", fp4j_optim_squares_clipped(gradient, 33, INFINITY, 1.0f, &squares));
  same_double("squares, none clipped", squares, 0x406FF6343DE782A3u);
  std::int64_t above = -1;
  accepted("count", fp4j_optim_count_above(gradient, 33, 3.0f, &above));
  expect("elements above 21/7", 33, static_cast<std::uint32_t>(above), 12);
  gradient[5] = -NAN;
  accepted("scan", fp4j_optim_scan(gradient, 33, &largest, &squares));
  expect("a NaN is the largest", 33, static_cast<std::uint32_t>(largest) > 0x7F800000u, 1);
}

// Computed in float32, operation by operation, by numpy.
void golden_update() {
  const std::uint32_t expected[2][3][2] = {{{0x3eefc490u, 0xbf96fb35u}, {0x3ed58106u, 0xbec41894u}, {0x3c3b44e5u, 0x3b007358u}}, {{0x3eefc490u, 0xbf96fb35u}, {0x3ed58107u, 0xbec41894u}, {0x3c3b44e5u, 0x3b007358u}}};
  const float gradient[2] = {2.0f, -.7f};
  for (std::int32_t lerp : {0, 1}) {
    fp4j_adam adam = step;
    adam.lerp = lerp;
    float parameters[2] = {.5f, -1.25f}, first[2] = {.33f, -.27f}, second[2] = {.01f, 0.0f}, conditioned[2];
    accepted("adam", fp4j_optim_adam(&adam, parameters, gradient, first, second, 2));
    for (int i = 0; i < 2; i++) {
      expect("parameter", static_cast<std::uint64_t>(i), bits_of(parameters[i]), expected[lerp][0][i]);
      expect("first moment", static_cast<std::uint64_t>(i), bits_of(first[i]), expected[lerp][1][i]);
      expect("second moment", static_cast<std::uint64_t>(i), bits_of(second[i]), expected[lerp][2][i]);
    }
    accepted("condition", fp4j_optim_condition(&adam, gradient, conditioned, 2));
    expect("clipped", 0, bits_of(conditioned[0]), bits_of(2.0f * .3f * 2.0f));
    expect("not clipped", 1, bits_of(conditioned[1]), bits_of(-1.4f));
  }
}

// An update of moments in codes is the four others in turn.
void coded_update() {
  const float gradient[6] = {2.0f, -.7f, .01f, 0.0f, 1.0f, -1.0f};
  float parameters[2][6] = {{.5f, -1.25f, 3.0f, -4.0f, 5.0f, 0.0f}, {.5f, -1.25f, 3.0f, -4.0f, 5.0f, 0.0f}};
  float moments[2][6] = {{.33f, -.27f, .1f, 0.0f, -1.0f, .5f}, {.01f, 0.0f, .5f, .25f, 1.0f, 2.0f}};
  const fp4j_codebook* books[2] = {&dynamic4, &linear4};
  std::uint8_t packed[2][2][3];
  float scales[2][2][2];
  for (int i = 0; i < 2; i++) {
    accepted("encode blocks", fp4j_optim_encode_blocks(books[i], 4, moments[i], 6, packed[0][i], scales[0][i]));
    accepted("encode blocks", fp4j_optim_encode_blocks(books[i], 4, moments[i], 6, packed[1][i], scales[1][i]));
    accepted("decode blocks", fp4j_optim_decode_blocks(books[i], 4, packed[0][i], scales[0][i], moments[i], 6));
  }
  accepted("adam", fp4j_optim_adam(&step, parameters[0], gradient, moments[0], moments[1], 6));
  accepted("coded adam", fp4j_optim_adam_blocks(&step, 4, parameters[1], gradient, books[0], packed[1][0], scales[1][0], books[1], packed[1][1], scales[1][1], 6));
  for (int i = 0; i < 2; i++) {
    accepted("encode blocks", fp4j_optim_encode_blocks(books[i], 4, moments[i], 6, packed[0][i], scales[0][i]));
    for (std::size_t k = 0; k < 3; k++) {
      expect("codes", k, packed[1][i][k], packed[0][i][k]);
      expect("parameters", k, bits_of(parameters[1][3 * i + static_cast<int>(k)]), bits_of(parameters[0][3 * i + static_cast<int>(k)]));
    }
    for (std::size_t k = 0; k < 2; k++) {
      expect("scales", k, bits_of(scales[1][i][k]), bits_of(scales[0][i][k]));
    }
  }
}

// The vectors of arXiv 2309.01507's maps: ties, both ends, both neighbours of a boundary; the scale is 1.
void golden_codes() {
  const float dynamic_values[16] = {-1.0f, -.95f, -.55f, -.775f, -.005f, 0.0f, .002f, .00275f, .0028f, .1f, .5f, .55f, .77500004f, .94f, .95f, 1.0f};
  const std::uint8_t dynamic_packed[8] = {0x00, 0x01, 0x76, 0x77, 0xA8, 0xCC, 0xEE, 0xFF};
  const float linear_in[10] = {0.0f, 1e-9f, .03f, .0625f, .09375f, .0938f, .5f, .53125f, .97f, 1.0f};
  const std::uint8_t linear_packed[5] = {0x00, 0x00, 0x10, 0x77, 0xFF};
  std::uint8_t packed[9];
  float scales[2], back[16];
  std::memset(packed, 0xA5, sizeof packed);
  accepted("encode blocks", fp4j_optim_encode_blocks(&dynamic4, 128, dynamic_values, 16, packed, scales));
  expect("scale", 0, bits_of(scales[0]), bits_of(1.0f));
  for (std::size_t i = 0; i < 8; i++) {
    expect("dynamic codes", i, packed[i], dynamic_packed[i]);
  }
  expect("guard", 8, packed[8], 0xA5);
  accepted("decode blocks", fp4j_optim_decode_blocks(&dynamic4, 128, packed, scales, back, 16));
  expect("minus one has no code", 0, bits_of(back[0]), 0xBF633333u);
  expect("one", 15, bits_of(back[15]), bits_of(1.0f));
  accepted("encode blocks", fp4j_optim_encode_blocks(&linear4, 128, linear_in, 10, packed, scales));
  for (std::size_t i = 0; i < 5; i++) {
    expect("linear codes", i, packed[i], linear_packed[i]);
  }
  const float zeros[3] = {0.0f, -0.0f, 0.0f};
  accepted("encode blocks", fp4j_optim_encode_blocks(&dynamic4, 128, zeros, 3, packed, scales));
  expect("zero scale", 0, bits_of(scales[0]), 0);
  expect("zero codes", 0, packed[0], 0x77);
  expect("zero code, and that of the nibble left over", 1, packed[1], 0x77);
}

// [[1, 2, 4], [8, 1, .5]]: scales [[4, 2, 4], [8, 2, 4]], codes [[3, 15, 15], [15, 7, 1]] (arXiv 2309.01507, section 4.2).
void golden_rank_one() {
  const float values[6] = {1.0f, 2.0f, 4.0f, 8.0f, 1.0f, .5f};
  const float expected_scales[6] = {4.0f, 2.0f, 4.0f, 8.0f, 2.0f, 4.0f};
  const std::uint8_t expected_packed[3] = {0xF3, 0xFF, 0x17};
  float columns[3] = {0.0f, 0.0f, 0.0f}, rows[2], scales[6], back[6];
  std::uint8_t packed[3];
  for (int row : {0, 1}) {
    accepted("raise maxima", fp4j_optim_raise_maxima(values + 3 * row, columns, 3, &rows[row]));
  }
  for (int row : {0, 1}) {
    accepted("limit scales", fp4j_optim_limit_scales(rows[row], columns, scales + 3 * row, 3));
  }
  accepted("encode", fp4j_optim_encode(&linear4, values, scales, packed, 6));
  accepted("decode", fp4j_optim_decode(&linear4, packed, scales, back, 6));
  for (std::size_t i = 0; i < 6; i++) {
    expect("rank-1 scales", i, bits_of(scales[i]), bits_of(expected_scales[i]));
    expect("rank-1 values", i, bits_of(back[i]), bits_of(values[i]));
  }
  for (std::size_t i = 0; i < 3; i++) {
    expect("rank-1 codes", i, packed[i], expected_packed[i]);
  }
}

void wrong_arguments() {
  const float in[2] = {1.0f, 2.0f};
  float out[2] = {7.0f, 7.0f}, other[2] = {7.0f, 7.0f}, third[2] = {7.0f, 7.0f};
  std::uint8_t packed[2] = {0xA5, 0xA5};
  std::int32_t magnitudes = 7;
  double squares = 7;
  std::int64_t above = 7;
  refused("scan without gradient", fp4j_optim_scan(nullptr, 2, &magnitudes, &squares));
  refused("scan without magnitudes", fp4j_optim_scan(in, 2, nullptr, &squares));
  refused("scan without squares", fp4j_optim_scan(in, 2, &magnitudes, nullptr));
  refused("more than a chunk", fp4j_optim_squares_clipped(in, FP4J_OPTIM_CHUNK + 1, 1.0f, 1.0f, &squares));
  refused("squares without gradient", fp4j_optim_squares_clipped(nullptr, 2, 1.0f, 1.0f, &squares));
  refused("squares without result", fp4j_optim_squares_clipped(in, 2, 1.0f, 1.0f, nullptr));
  refused("count without gradient", fp4j_optim_count_above(nullptr, 2, 1.0f, &above));
  refused("count without result", fp4j_optim_count_above(in, 2, 1.0f, nullptr));
  refused("condition without coefficients", fp4j_optim_condition(nullptr, in, out, 2));
  refused("condition without gradient", fp4j_optim_condition(&step, nullptr, out, 2));
  refused("condition without target", fp4j_optim_condition(&step, in, nullptr, 2));
  refused("adam without coefficients", fp4j_optim_adam(nullptr, out, in, other, third, 2));
  refused("adam without parameters", fp4j_optim_adam(&step, nullptr, in, other, third, 2));
  refused("adam without gradient", fp4j_optim_adam(&step, out, nullptr, other, third, 2));
  refused("adam without first moment", fp4j_optim_adam(&step, out, in, nullptr, third, 2));
  refused("adam without second moment", fp4j_optim_adam(&step, out, in, other, nullptr, 2));
  const auto refused_blocks = [&](const fp4j_adam* adam, std::size_t block_size, float* parameters, const float* gradient, const fp4j_codebook* book, std::uint8_t* codes,
                                  float* scales) {
    refused("coded adam", fp4j_optim_adam_blocks(adam, block_size, parameters, gradient, book, codes, scales, &dynamic4, packed, third, 2));
    refused("coded adam", fp4j_optim_adam_blocks(adam, block_size, parameters, gradient, &dynamic4, packed, third, book, codes, scales, 2));
  };
  refused_blocks(nullptr, 128, out, in, &dynamic4, packed, other);
  for (std::size_t block_size : {std::size_t{0}, std::size_t{127}, std::size_t{FP4J_OPTIM_CHUNK + 2}}) {
    refused_blocks(&step, block_size, out, in, &dynamic4, packed, other);
  }
  refused_blocks(&step, 128, nullptr, in, &dynamic4, packed, other);
  refused_blocks(&step, 128, out, nullptr, &dynamic4, packed, other);
  refused_blocks(&step, 128, out, in, nullptr, packed, other);
  refused_blocks(&step, 128, out, in, &dynamic4, nullptr, other);
  refused_blocks(&step, 128, out, in, &dynamic4, packed, nullptr);
  refused("maxima without values", fp4j_optim_raise_maxima(nullptr, out, 2, other));
  refused("maxima without maxima", fp4j_optim_raise_maxima(in, nullptr, 2, other));
  refused("maxima without result", fp4j_optim_raise_maxima(in, out, 2, nullptr));
  refused("scales without maxima", fp4j_optim_limit_scales(1.0f, nullptr, out, 2));
  refused("scales without target", fp4j_optim_limit_scales(1.0f, in, nullptr, 2));
  fp4j_codebook books[5] = {dynamic4, dynamic4, dynamic4, dynamic4, dynamic4};
  books[0].values = nullptr;
  books[1].bits = 5;
  books[2].bits = 0;
  books[3].zero_code = 16;
  books[4].zero_code = -1;
  for (const fp4j_codebook* book : {&books[0], &books[1], &books[2], &books[3], &books[4], static_cast<fp4j_codebook*>(nullptr)}) {
    refused("codebook", fp4j_optim_encode_blocks(book, 128, in, 2, packed, out));
    refused("codebook", fp4j_optim_decode_blocks(book, 128, packed, in, out, 2));
    refused("codebook", fp4j_optim_encode(book, in, in, packed, 2));
    refused("codebook", fp4j_optim_decode(book, packed, in, out, 2));
  }
  for (std::size_t block_size : {std::size_t{0}, std::size_t{127}}) {
    refused("block size", fp4j_optim_encode_blocks(&dynamic4, block_size, in, 2, packed, out));
    refused("block size", fp4j_optim_decode_blocks(&dynamic4, block_size, packed, in, out, 2));
  }
  refused("blocks without values", fp4j_optim_encode_blocks(&dynamic4, 128, nullptr, 2, packed, out));
  refused("blocks without codes", fp4j_optim_encode_blocks(&dynamic4, 128, in, 2, nullptr, out));
  refused("blocks without scales", fp4j_optim_encode_blocks(&dynamic4, 128, in, 2, packed, nullptr));
  refused("decoding without codes", fp4j_optim_decode_blocks(&dynamic4, 128, nullptr, in, out, 2));
  refused("decoding without scales", fp4j_optim_decode_blocks(&dynamic4, 128, packed, nullptr, out, 2));
  refused("decoding without target", fp4j_optim_decode_blocks(&dynamic4, 128, packed, in, nullptr, 2));
  refused("encode without scales", fp4j_optim_encode(&dynamic4, in, nullptr, packed, 2));
  refused("decode without scales", fp4j_optim_decode(&dynamic4, packed, nullptr, out, 2));
  accepted("nothing to scan", fp4j_optim_scan(nullptr, 0, nullptr, nullptr));
  accepted("nothing to update", fp4j_optim_adam(&step, nullptr, nullptr, nullptr, nullptr, 0));
  accepted("nothing to encode", fp4j_optim_encode_blocks(&dynamic4, 128, nullptr, 0, nullptr, nullptr));
  for (int i : {0, 1}) {
    expect("nothing written", 0, out[i] == 7.0f && other[i] == 7.0f && third[i] == 7.0f && packed[i] == 0xA5, 1);
  }
  expect("nothing written", 1, magnitudes == 7 && squares == 7 && above == 7, 1);
}

}  // namespace

int main() {
  statistics();
  golden_update();
  golden_codes();
  coded_update();
  golden_rank_one();
  wrong_arguments();
  const long long expected = 11 + 20 + 24 + 26 + 21 + 81;
  return check::summary("optim abi", expected);
}
