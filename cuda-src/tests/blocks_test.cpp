// The bodies of include/fp4j for blocks against published vectors, and the loops of every instruction set that this processor has against the plain ones.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "block_loops.h"
#include "check.h"
#include "dispatch.h"
#include "fp4j/block_element.cuh"
#include "fp4j/hadamard.cuh"
#include "fp4j/profiles.cuh"
#include "fp4j/scale_layout.cuh"
#include "inputs.h"

namespace {

using namespace fp4j;
using namespace fp4j::host;

const BlockLoops* const levels[] = {
    &block_loops_baseline,
#if defined(FP4J_X86_64_LEVELS)
    &block_loops_avx2, &block_loops_avx512, &block_loops_avx512vnni
#endif
};

// Random123's kat_vectors for philox4x32-10.
void philox_known_answers() {
  const std::uint64_t ones = ~std::uint64_t{0};
  const PhiloxBlock zero = philox(0, 0, 0);
  const PhiloxBlock all = philox(ones, ones, ones);
  const PhiloxBlock pi = philox(0x85a308d3243f6a88u, 0x0370734413198a2eu, 0x299f31d0a4093822u);
  const std::uint32_t expected[3][4] = {{0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u},
                                        {0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu},
                                        {0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u}};
  for (int i = 0; i < 4; i++) {
    check::equal("philox", 0, zero.words[i], expected[0][i]);
    check::equal("philox", 1, all.words[i], expected[1][i]);
    check::equal("philox", 2, pi.words[i], expected[2][i]);
  }
}

// Block and tensor maxima, as float bits, that make the published scale formulas disagree; codes of F1 to F6.
void scale_formulas() {
  const struct {
    std::uint32_t b, g;
    std::uint32_t codes[6];
  } vectors[] = {{0x3ec83850, 0x40c150da, {0x5f, 0x5e, 0x5e, 0x5e, 0x5f, 0x5e}}, {0x3ebd9c1e, 0x3ffcd028, {0x6b, 0x6a, 0x6a, 0x6a, 0x6a, 0x6b}},
                 {0x3f87d4b9, 0x40482c04, {0x71, 0x71, 0x72, 0x71, 0x72, 0x71}}, {0x3e056327, 0x3e0a53dd, {0x7e, 0x7e, 0x7e, 0x7d, 0x7e, 0x7e}},
                 {0x3ee2758a, 0x403a7ee9, {0x69, 0x69, 0x69, 0x69, 0x68, 0x69}}, {0x3f8e2e66, 0x403d9332, {0x73, 0x73, 0x73, 0x73, 0x73, 0x72}},
                 {0x3faf0000, 0x40c40000, {0x6d, 0x6c, 0x6d, 0x6c, 0x6c, 0x6c}}, {0x3e910000, 0x3f8c0000, {0x6f, 0x6e, 0x6f, 0x6e, 0x6e, 0x6e}},
                 {0x3cdd0000, 0x3eb60000, {0x60, 0x60, 0x61, 0x60, 0x60, 0x60}}, {0x3fa20000, 0x41580000, {0x63, 0x62, 0x62, 0x62, 0x62, 0x62}},
                 {0x3f2b0000, 0x3fe40000, {0x72, 0x72, 0x72, 0x72, 0x73, 0x72}}};
  for (const auto& vector : vectors) {
    for (int formula = 0; formula < 6; formula++) {
      Profile profile = formula == 3 || formula == 4 ? profiles::modelopt : profiles::te_2_15;
      profile.scale_formula = static_cast<ScaleFormula>(formula);
      const float tensor_scale = stored_tensor_scale(profile, from_bits<float>(vector.g));
      check::equal("scale formula", vector.b, scale_code(profile, from_bits<float>(vector.b), tensor_scale), vector.codes[formula]);
    }
  }
}

// The 128x4 tile by TransformerEngine's way of writing it, and every place taken once.
void scale_layouts() {
  const std::size_t rows = 200;
  const std::size_t columns = 10;
  for (ScaleLayout layout : {ScaleLayout::swizzled_128x4, ScaleLayout::swizzled_8x4}) {
    std::vector<std::uint8_t> taken(scale_bytes(layout, rows, columns));
    for (std::size_t row = 0; row < padded_rows(layout, rows); row++) {
      for (std::size_t column = 0; column < padded_columns(layout, columns); column++) {
        const std::size_t offset = scale_offset(layout, row, column, columns);
        const std::size_t golden = layout == ScaleLayout::swizzled_8x4
                                       ? ((row / 8) * 3 + column / 4) * 32 + row % 8 * 4 + column % 4
                                       : ((row / 128 * 3 + column / 4) * 32 + row % 32) * 16 + row % 128 / 32 * 4 + column % 4;
        check::equal("scale offset", row, static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(golden));
        taken[offset]++;
      }
    }
    for (std::size_t i = 0; i < taken.size(); i++) {
      check::equal("place taken", i, taken[i], 1);
    }
  }
}

// On small integers every sum is exact, so that the transform can be compared with the matrix.
void hadamard_of_integers() {
  float x[16];
  float y[16];
  for (int i = 0; i < 16; i++) {
    x[i] = y[i] = static_cast<float>(i * i % 11 - 5);
  }
  const std::uint64_t signs[] = {transformer_engine_signs};
  hadamard(y, 4, signs, true);
  const int te_signs[16] = {1, 1, 1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, 1, -1, -1};
  for (int j = 0; j < 16; j++) {
    float sum = 0;
    for (int i = 0; i < 16; i++) {
      sum += x[i] * static_cast<float>(te_signs[i]) * (__builtin_parity(static_cast<unsigned>(i & j)) != 0 ? -1.0f : 1.0f);
    }
    check::equal("hadamard", static_cast<std::uint64_t>(j), to_bits(y[j]), to_bits(sum / 4));
  }
}

constexpr std::size_t rows = 32;
constexpr std::size_t columns = 23 * 32;  // no multiple of a vector's blocks
constexpr std::size_t narrow = 23;         // columns of the same elements as a tall matrix, whose height is a multiple of 1024

std::vector<float> matrix(int kind, std::mt19937* random) {
  std::vector<float> values(rows * columns);
  std::normal_distribution<float> normal;
  for (float& value : values) {
    const std::uint32_t bits = static_cast<std::uint32_t>((*random)());
    const float gauss = normal(*random);
    value = kind == 0   ? gauss
            : kind == 1 ? from_bits<float>(to_bits(gauss) & 0xFFFF0000u)                                              // bf16
            : kind == 2 ? static_cast<float>(static_cast<int>(bits % 25) - 12)                                        // ties
            : kind == 3 ? std::ldexp(gauss, static_cast<int>(bits % 80) - 60)                                         // wide
            : kind == 4 ? (bits % 3 == 0 ? gauss : bits % 2 == 0 ? 0.0f : -0.0f)                                      // zeros
            : kind == 5 ? (bits % 200 == 0 ? INFINITY : bits % 211 == 0 ? -NAN : bits % 97 == 0 ? NAN : gauss)        // special
                        : from_bits<float>(bits);                                                                     // any pattern
  }
  return values;
}

constexpr int kinds = 7;
constexpr std::size_t guard = 3;

// Codes and scales of one call, with guard bytes.
struct Result {
  std::vector<std::uint8_t> bytes;
  bool accepted = true;
};

template <class Call>
Result run(const Profile& profile, std::size_t out_rows, std::size_t out_columns, Call call) {
  const std::size_t code_stride = out_columns / static_cast<std::size_t>(profile.codes_per_byte());
  const std::size_t scale_stride = out_columns / static_cast<std::size_t>(profile.block_size);
  Result result;
  result.bytes.assign(out_rows * (code_stride + scale_stride) + 3 * guard, 0xA5);
  std::uint8_t* codes = result.bytes.data() + guard;
  result.accepted = call(Target{codes, code_stride, codes + out_rows * code_stride + guard, scale_stride});
  return result;
}

void compare(const char* what, const char* id, const Result& actual, const Result& expected) {
  std::uint32_t different = actual.accepted == expected.accepted ? 0 : 1;
  for (std::size_t i = 0; i < expected.bytes.size(); i++) {
    different += actual.bytes[i] != expected.bytes[i] ? 1u : 0u;
  }
  if (different != 0) {
    std::printf("%s under %s\n", what, id);
  }
  check::equal(what, 0, different, 0);
}

void compare_level(const BlockLoops& loops, const profiles::NamedProfile& named, const std::vector<float>& values) {
  const BlockLoops& plain = block_loops_baseline;
  const Profile& profile = named.profile;
  const Source along = {values.data(), columns, 1, rows, columns};
  const Source across = {values.data(), 1, columns, columns, rows};
  const std::uint32_t largest = plain.largest(profile, along);
  check::equal("largest", largest, loops.largest(profile, along), largest);
  const float t = stored_tensor_scale(profile, amax_of(largest));
  const std::size_t multiple = static_cast<std::size_t>(profile.row_multiple);
  const std::size_t stored = (columns + multiple - 1) / multiple * multiple;
  const std::size_t stored_across = (rows + multiple - 1) / multiple * multiple;
  const auto both = [&](const char* what, std::size_t out_rows, std::size_t out_columns, auto call) {
    const Result expected = run(profile, out_rows, out_columns, [&](const Target& target) { return call(plain, target); });
    compare(what, named.id, run(profile, out_rows, out_columns, [&](const Target& target) { return call(loops, target); }), expected);
    return expected;
  };
  const Result quantized =
      both("rows", rows, stored, [&](const BlockLoops& with, const Target& target) { return with.quantize(profile, t, along, stored, target); });
  both("transposed", columns, stored_across,
       [&](const BlockLoops& with, const Target& target) { return with.quantize(profile, t, across, stored_across, target); });
  both("tiles", rows, stored, [&](const BlockLoops& with, const Target& target) { return with.quantize_tiles(profile, t, along, stored, target); });
  // Rows that end before the next begins, a last square that is cut off, and a long transpose of rows that fill no 16.
  const Source part = {values.data() + 7, columns, 1, rows - 5, columns - 160};
  const std::size_t part_stored = (part.columns + multiple - 1) / multiple * multiple;
  both("part in tiles", part.rows, part_stored,
       [&](const BlockLoops& with, const Target& target) { return with.quantize_tiles(profile, t, part, part_stored, target); });
  const Source tall = {values.data(), 1, narrow, narrow - 2, rows * columns / narrow};
  const std::size_t tall_stored = (tall.columns + multiple - 1) / multiple * multiple;
  both("tall transposed", tall.rows, tall_stored,
       [&](const BlockLoops& with, const Target& target) { return with.quantize(profile, t, tall, tall_stored, target); });
  const Stochastic stochastic = {{StochasticArithmetic::carry_8, StochasticBytes::ptx, 7, 9}, 5, columns};
  if (profile.element_cast == ElementCast::convert && profile.scale_search == ScaleSearch::none) {
    both("stochastic", rows, stored,
         [&](const BlockLoops& with, const Target& target) { return with.quantize_stochastic(profile, t, stochastic, along, stored, target); });
  }

  const std::size_t code_stride = stored / static_cast<std::size_t>(profile.codes_per_byte());
  const std::uint8_t* codes = quantized.bytes.data() + guard;
  const StoredRows tensor = {codes, code_stride, codes + rows * code_stride + guard, stored / static_cast<std::size_t>(profile.block_size)};
  std::vector<float> expected(rows * columns);
  std::vector<float> actual(rows * columns);
  plain.dequantize(profile, t, tensor, expected.data(), columns, rows, columns);
  loops.dequantize(profile, t, tensor, actual.data(), columns, rows, columns);
  std::uint32_t different = 0;
  for (std::size_t i = 0; i < expected.size(); i++) {
    different += to_bits(expected[i]) != to_bits(actual[i]) && !(is_nan(expected[i]) && is_nan(actual[i])) ? 1u : 0u;
  }
  check::equal(named.id, 0, different, 0);
}

// Results so long that they go past the caches, at every offset from a line, any bytes being codes: against the same in rows that do not. Dense, and with bytes
// between rows that nobody may write.
long long long_restores(std::mt19937* random, int usable) {
  constexpr std::size_t long_rows = 3;
  constexpr std::size_t long_columns = 352 * 1024 + 96;
  constexpr std::size_t gap = 5;
  std::vector<std::uint8_t> codes(long_rows * long_columns / 2);
  std::vector<std::uint8_t> scales(long_rows * long_columns / 16);
  for (std::vector<std::uint8_t>* bytes : {&codes, &scales}) {
    std::generate(bytes->begin(), bytes->end(), [&] { return static_cast<std::uint8_t>((*random)()); });
  }
  long long compared = 0;
  for (const Profile& profile : {profiles::te_2_15, profiles::ocp_mx, profiles::jax}) {
    const std::size_t blocks = long_columns / static_cast<std::size_t>(profile.block_size);
    for (int level = 0; level < usable; level++) {
      std::vector<float> right(long_columns);
      for (std::size_t offset = 0; offset < 17; offset++) {
        const std::size_t stride = long_columns + (offset % 2 == 0 ? 0 : gap);
        std::vector<float> actual(offset + long_rows * stride + 16, 0x1p100f);
        float* const values = actual.data() + offset;
        levels[level]->dequantize(profile, 3.0f, {codes.data(), long_columns / 2, scales.data(), blocks}, values, stride, long_rows, long_columns);
        std::uint32_t different = 0;
        for (std::size_t i = 0; i < offset; i++) {
          different += actual[i] != 0x1p100f ? 1u : 0u;
        }
        for (std::size_t row = 0; row < long_rows; row++) {
          levels[level]->dequantize(
              profile, 3.0f, {codes.data() + row * long_columns / 2, long_columns / 2, scales.data() + row * blocks, blocks}, right.data(), long_columns, 1, long_columns);
          different += std::memcmp(right.data(), values + row * stride, long_columns * sizeof(float)) != 0 ? 1u : 0u;
          const std::size_t end = row + 1 == long_rows ? actual.size() : offset + (row + 1) * stride;
          for (std::size_t i = offset + row * stride + long_columns; i < end; i++) {
            different += actual[i] != 0x1p100f ? 1u : 0u;
          }
        }
        check::equal("long restore", offset, different, 0);
        compared++;
        if (level == 0) {
          break;  // no vectors, and slow
        }
      }
    }
  }
  return compared;
}

// Every size from 2 to 4096, of any signs, with and without rounding to bf16, in as many groups as leave parts of vectors over.
long long hadamard_levels(std::mt19937* random, int usable) {
  long long compared = 0;
  for (int log2_size = 1; log2_size <= 12; log2_size++) {
    const std::size_t size = std::size_t{1} << log2_size;
    const std::size_t groups = log2_size < 6 ? 37 : 3;
    for (int kind = 0; kind < kinds; kind++) {
      std::vector<float> values = matrix(kind, random);
      values.resize(size * groups);
      std::vector<std::uint64_t> signs(size / 64 + 1);
      for (std::uint64_t& word : signs) {
        word = static_cast<std::uint64_t>((*random)()) << 32 | (*random)();
      }
      for (bool to_bf16 : {false, true}) {
        std::vector<float> right = values;
        for (std::size_t i = 0; i < groups; i++) {
          hadamard(right.data() + i * size, log2_size, signs.data(), to_bf16);
        }
        for (int level = 0; level < usable; level++) {
          std::vector<float> actual = values;
          levels[level]->hadamard(log2_size, signs.data(), to_bf16, actual.data(), groups);
          std::uint32_t different = 0;
          for (std::size_t i = 0; i < right.size(); i++) {
            different += to_bits(right[i]) != to_bits(actual[i]) && !(is_nan(right[i]) && is_nan(actual[i])) ? 1u : 0u;
          }
          check::equal("hadamard of this level", size, different, 0);
          compared++;
        }
      }
    }
  }
  return compared;
}

}  // namespace

int main() {
  philox_known_answers();
  scale_formulas();
  scale_layouts();
  hadamard_of_integers();
  long long expected = 12 + 66 + 2 * (256 * 12 + 200 * 12) + 16;

  std::mt19937 random(2025);
  const int usable = static_cast<int>(usable_level()) + 1;
  std::printf("instruction sets: %d\n", usable);
  for (const profiles::NamedProfile& named : profiles::all) {
    const bool stochastic = named.profile.element_cast == ElementCast::convert && named.profile.scale_search == ScaleSearch::none;
    for (int kind = 0; kind < kinds; kind++) {
      const std::vector<float> values = matrix(kind, &random);
      for (int level = 0; level < usable; level++) {
        compare_level(*levels[level], named, values);
        expected += stochastic ? 8 : 7;
      }
    }
  }
  const long long restores = long_restores(&random, usable);
  check::equal("long restores", 0, static_cast<std::uint32_t>(restores), static_cast<std::uint32_t>(3 * (1 + 17 * (usable - 1))));
  expected += restores + 1;
  const long long transforms = hadamard_levels(&random, usable);
  check::equal("transforms", 0, static_cast<std::uint32_t>(transforms), static_cast<std::uint32_t>(12 * kinds * 2 * usable));
  expected += transforms + 1;
  return check::summary("blocks", expected);
}
