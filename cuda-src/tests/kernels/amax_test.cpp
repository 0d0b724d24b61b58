// The largest magnitude of a matrix, of its Hadamard transform along either direction, and the tensor scale that each profile stores for it.
#include "fp4j/hadamard.cuh"
#include "fp4j/profiles.cuh"
#include "launch.h"

namespace {

using namespace launches;

long long expected_count = 0;

struct Shape {
  long long rows, columns, stride;
};

std::uint32_t largest(const std::vector<float>& values, const Shape& shape, bool keeps_nan) {
  std::uint32_t largest = 0;
  for (long long r = 0; r < shape.rows; r++) {
    for (long long c = 0; c < shape.columns; c++) {
      const float value = values[static_cast<std::size_t>(r * shape.stride + c)];
      if (!fp4j::is_nan(value) || keeps_nan) {
        largest = fp4j::larger(largest, fp4j::is_nan(value) ? fp4j::canonical_nan_bits : fp4j::magnitude_bits(value));
      }
    }
  }
  return largest;
}

std::vector<float> values_of(const Shape& shape, std::uint64_t seed, bool with_specials) {
  Random random(seed);
  std::vector<float> values(static_cast<std::size_t>((shape.rows - 1) * shape.stride + shape.columns));
  for (float& value : values) {
    value = random.value();
    if (!with_specials && !(fp4j::magnitude(value) < 0x1p100f)) {
      value = 1.0f;
    }
  }
  return values;
}

template <class Launch>
void expect(std::uint32_t expected, const Launch& launch) {
  for (const shim::Schedule& schedule : schedules) {
    const Buffer<unsigned> result(std::vector<unsigned>{0});
    launch(schedule, result.data());
    same_bytes("amax", result, {expected});
    expected_count++;
  }
}

void amax(const Shape& shape, std::size_t skipped) {
  for (int keeps_nan : {0, 1}) {
    for (bool with_specials : {false, true}) {
      const std::vector<float> values = values_of(shape, static_cast<std::uint64_t>(shape.rows + 7 * shape.columns), with_specials);
      const Buffer<float> from(values, skipped);
      expect(largest(values, shape, keeps_nan != 0), [&](const shim::Schedule& schedule, unsigned* result) {
        shim::launch(schedule, 3, 256, [&] { fp4j_amax(from.data(), shape.rows, shape.columns, shape.stride, keeps_nan, result); });
      });
    }
  }
}

// Transforms every group of 16 along one direction, in place.
void transform(std::vector<float>* values, const Shape& shape, bool along_columns, unsigned signs, bool to_bf16) {
  const std::uint64_t words[1] = {signs};
  const long long lines = along_columns ? shape.columns : shape.rows;
  const long long along = along_columns ? shape.rows : shape.columns;
  for (long long line = 0; line < lines; line++) {
    for (long long first = 0; first < along; first += 16) {
      float group[16];
      const auto at = [&](int i) -> float& {
        return (*values)[static_cast<std::size_t>(along_columns ? (first + i) * shape.stride + line : line * shape.stride + first + i)];
      };
      for (int i = 0; i < 16; i++) {
        group[i] = at(i);
      }
      fp4j::hadamard(group, 4, words, to_bf16);
      for (int i = 0; i < 16; i++) {
        at(i) = group[i];
      }
    }
  }
}

void hadamard(const Shape& shape, unsigned signs, int to_bf16, std::size_t skipped) {
  const std::vector<float> values = values_of(shape, static_cast<std::uint64_t>(shape.rows * 3 + shape.columns), true);
  for (int along_columns : {0, 1}) {
    if ((along_columns != 0 ? shape.rows : shape.columns) % 16 != 0) {
      continue;
    }
    std::vector<float> transformed = values;
    transform(&transformed, shape, along_columns != 0, signs, to_bf16 != 0);
    const Buffer<float> from(values, skipped);
    for (int keeps_nan : {0, 1}) {
      expect(largest(transformed, shape, keeps_nan != 0), [&](const shim::Schedule& schedule, unsigned* result) {
        shim::launch(schedule, 2, 256, [&] {
          fp4j_hadamard16_amax(from.data(), shape.rows, shape.columns, shape.stride, along_columns, signs, to_bf16, keeps_nan, result);
        });
      });
    }
    if (along_columns == 0) {
      for (const shim::Schedule& schedule : schedules) {
        const Buffer<float> in_place(values, skipped);
        shim::launch(schedule, 2, 256, [&] { fp4j_hadamard16(in_place.data(), shape.rows, shape.columns, shape.stride, signs, to_bf16); });
        same_bytes("hadamard16", in_place, transformed);
        expected_count += static_cast<long long>(values.size());
      }
    }
  }
}

}  // namespace

int main() {
  for (const Shape& shape : {Shape{1, 1, 1}, Shape{1, 3, 3}, Shape{5, 7, 9}, Shape{3, 64, 64}, Shape{2, 8191, 8200}, Shape{1, 8192, 8192}, Shape{7, 2345, 2345},
                             Shape{2, 20000, 20001}}) {
    amax(shape, 0);
    amax(shape, 1);
  }
  for (const Shape& shape : {Shape{1, 16, 16}, Shape{16, 1, 1}, Shape{16, 48, 52}, Shape{80, 144, 145}, Shape{65, 64, 64}}) {
    hadamard(shape, 0xD7E8u, 1, 0);
    hadamard(shape, 0u, 0, 1);
  }
  for (const fp4j::profiles::NamedProfile& named : fp4j::profiles::all) {
    for (std::uint32_t bits : {0u, 1u, 0x00800000u, 0x3F800000u, 0x40C00000u, 0x45280000u, 0x7F7FFFFFu, fp4j::infinity_bits, fp4j::canonical_nan_bits}) {
      const Buffer<unsigned> amax_bits(std::vector<unsigned>{bits});
      const Buffer<float> stored(1);
      shim::launch(schedules[0], 1, 32, [&] { fp4j_tensor_scale(named.profile, amax_bits.data(), stored.data()); });
      same_bytes(named.id, stored, {fp4j::stored_tensor_scale(named.profile, fp4j::from_bits<float>(bits))});
      expected_count++;
    }
  }
  return check::summary("amax", expected_count);
}
