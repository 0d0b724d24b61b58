// A slice at a time stays in the first two levels of cache: widened, quantised, restored, compared. Compiled several times with FP4J_MEASURED_LOOPS and
// FP4J_BLOCK_LOOPS naming the tables and other instruction sets switched on: everything but the table has internal linkage.
#include "measured_loops.h"

#include <cstdlib>
#include <cstring>
#include <limits>

#include "block_loops.h"
#include "fp4j/block_scale.cuh"
#include "thread_pool.h"

namespace fp4j::host {

extern const BlockLoops FP4J_BLOCK_LOOPS;

namespace {

constexpr std::size_t slice = 8192;
constexpr std::size_t lanes = 8;
static_assert(slice % (lanes * most_elements_in_block) == 0, "every slice starts at sum 0, and a block");

struct Slice {
  float before[slice];
  float after[slice];
  std::uint8_t magnitudes[slice];  // of codes
  std::size_t count;
  std::uint32_t non_finite;
  std::uint32_t saturated;
  std::uint32_t underflowed;
  bool accepted;
};

template <class Word>
Word word_at(const std::uint8_t* bytes, std::size_t index) {
  Word word;
  std::memcpy(&word, bytes + index * sizeof word, sizeof word);
  return word;
}

// Exact: a subnormal is an integer times 2^-24, every other number has its exponent rebiased. A NaN keeps sign and payload and turns quiet, as in hardware.
float from_half(std::uint32_t half) {
  const std::uint32_t magnitude = half & 0x7FFFu;
  const std::uint32_t shifted = magnitude << 13;
  const std::uint32_t subnormal = to_bits(static_cast<float>(static_cast<std::int32_t>(magnitude)) * 0x1p-24f);
  const std::uint32_t special = shifted | (magnitude > 0x7C00u ? canonical_nan_bits : infinity_bits);
  const std::uint32_t bits = magnitude < 0x400u ? subnormal : magnitude >= 0x7C00u ? special : shifted + (112u << 23);
  return from_bits<float>(bits | (half & 0x8000u) << 16);
}

void widen(const Values& values, std::size_t count, float* into) {
  switch (values.type) {
    case ValueType::float32: std::memcpy(into, values.bytes, count * sizeof(float)); break;
    case ValueType::bfloat16:
      for (std::size_t i = 0; i < count; i++) {
        into[i] = from_bits<float>(std::uint32_t{word_at<std::uint16_t>(values.bytes, i)} << 16);
      }
      break;
    case ValueType::float16:
      for (std::size_t i = 0; i < count; i++) {
        into[i] = from_half(word_at<std::uint16_t>(values.bytes, i));
      }
  }
}

#include "magnitude_vectors.h"

float largest(const Profile& profile, const Values& values, std::size_t count) {
  constexpr std::int32_t infinity = infinity_bits;
  constexpr std::int16_t infinity_bf16 = infinity_bits >> 16;
  constexpr std::int16_t infinity_fp16 = 0x7C00;
  std::uint32_t bits = 0;
  switch (values.type) {
    case ValueType::float32: bits = static_cast<std::uint32_t>(largest_magnitude(profile, values.bytes, count, infinity)); break;
    case ValueType::bfloat16: bits = static_cast<std::uint32_t>(largest_magnitude(profile, values.bytes, count, infinity_bf16)) << 16; break;
    case ValueType::float16: bits = to_bits(from_half(static_cast<std::uint32_t>(largest_magnitude(profile, values.bytes, count, infinity_fp16))));
  }
  return amax_of(bits);
}

void unpack(const Profile& profile, const std::uint8_t* codes, std::size_t count, std::uint8_t* magnitudes) {
  const std::uint8_t mask = static_cast<std::uint8_t>(profile.element().magnitude_mask());
  if (profile.codes_per_byte() == 2 && profile.nibble_order == NibbleOrder::interleaved_low_first && count % 2 == 0) {
    for (std::size_t i = 0; i < count / 2; i++) {
      magnitudes[2 * i] = codes[i] & mask;
      magnitudes[2 * i + 1] = static_cast<std::uint8_t>(codes[i] >> 4 & mask);
    }
    return;
  }
  const std::size_t size = static_cast<std::size_t>(profile.block_size);
  const std::size_t bytes = size / static_cast<std::size_t>(profile.codes_per_byte());
  for (std::size_t i = 0; i < count; i++) {
    const int element = static_cast<int>(i % size);
    magnitudes[i] = static_cast<std::uint8_t>(codes[i / size * bytes + static_cast<std::size_t>(byte_of(profile, element))] >> shift_of(profile, element) & mask);
  }
}

typedef float FloatLanes __attribute__((vector_size(4 * lanes)));
typedef double DoubleLanes __attribute__((vector_size(8 * lanes)));
typedef std::int64_t LongLanes __attribute__((vector_size(8 * lanes)));

struct Sums {
  DoubleLanes signal = {};
  DoubleLanes energy = {};
  DoubleLanes error = {};
  DoubleLanes largest = {};
};

// Finite elements, whole turns of lanes.
void add(const float* before, const float* after, std::size_t count, Sums* sums) {
  Sums local = *sums;
  for (std::size_t i = 0; i < count; i += lanes) {
    FloatLanes x;
    FloatLanes y;
    std::memcpy(&x, before + i, sizeof x);
    std::memcpy(&y, after + i, sizeof y);
    const DoubleLanes wide = __builtin_convertvector(x, DoubleLanes);
    const DoubleLanes difference = __builtin_convertvector(y, DoubleLanes) - wide;
    const DoubleLanes error = (DoubleLanes)((LongLanes)difference & INT64_MAX);
    local.signal += wide * wide;
    local.energy += error * error;
    local.error += error;
    local.largest = error > local.largest ? error : local.largest;
  }
  *sums = local;
}

// Counts what no sum takes, and makes zeros of it.
void count_specials(const Profile& profile, Slice* data) {
  const std::size_t count = data->count;
  const std::uint8_t full_code = static_cast<std::uint8_t>(profile.element().max_finite_code());
  std::uint32_t non_finite = 0;
  std::uint32_t saturated = 0;
  std::uint32_t underflowed = 0;
  for (std::size_t i = 0; i < count; i++) {
    const std::uint32_t x = magnitude_bits(data->before[i]);
    const std::uint32_t y = magnitude_bits(data->after[i]);
    const std::uint32_t special = larger(x, y) >= infinity_bits ? 1u : 0u;
    const std::uint32_t smaller_one = y < x ? 1u - special : 0u;
    const std::uint32_t zero = y == 0 ? 1u : 0u;
    const std::uint32_t full = data->magnitudes[i] == full_code ? 1u : 0u;
    non_finite += special;
    underflowed += smaller_one & zero;
    saturated += smaller_one & full & (zero ^ 1u);
  }
  data->non_finite = non_finite;
  data->saturated = saturated;
  data->underflowed = underflowed;
  for (std::size_t i = 0; non_finite != 0 && i < count; i++) {
    if (larger(magnitude_bits(data->before[i]), magnitude_bits(data->after[i])) >= infinity_bits) {
      data->before[i] = 0.0f;
      data->after[i] = 0.0f;
    }
  }
  const std::size_t whole = (count + lanes - 1) / lanes * lanes;
  for (std::size_t i = count; i < whole; i++) {  // what adds nothing
    data->before[i] = 0.0f;
    data->after[i] = 0.0f;
  }
}

// In order: sums of slices are chains over the whole matrix.
void add_slice(const Slice& data, Sums* sums, fp4j_error_figures* figures) {
  figures->non_finite += data.non_finite;
  figures->saturated += data.saturated;
  figures->underflowed += data.underflowed;
  add(data.before, data.after, (data.count + lanes - 1) / lanes * lanes, sums);
}

double total(const DoubleLanes& sums) {
  double total = 0.0;
  for (std::size_t lane = 0; lane < lanes; lane++) {
    total += sums[lane];
  }
  return total;
}

bool quantize(
    const Profile& profile, float tensor_scale, const Values& values, std::size_t rows, std::size_t columns, std::size_t stored, const MeasuredTarget& target,
    fp4j_error_figures* figures) {
  if (columns == stored && columns % lanes == 0) {  // one long row has the same blocks, and the same sums
    columns *= rows;
    stored = columns;
    rows = columns == 0 ? 0 : 1;
  }
  const std::size_t size = static_cast<std::size_t>(profile.block_size);
  const std::size_t per_byte = static_cast<std::size_t>(profile.codes_per_byte());
  const std::size_t step = slice / (lanes * size) * (lanes * size);
  const auto fill = [&](std::size_t row, std::size_t column, Slice* data) {
    const std::size_t count = smaller(step, columns - column);
    const std::size_t stored_count = count == columns - column ? stored - column : step;
    std::uint8_t* codes = target.codes + (row * stored + column) / per_byte;
    std::uint8_t* scales = target.scales + (row * stored + column) / size;
    data->count = count;
    widen(values.from(row * columns + column), count, data->before);
    data->accepted = FP4J_BLOCK_LOOPS.quantize(
        profile, tensor_scale, {data->before, count, 1, 1, count}, stored_count, {codes, stored_count / per_byte, scales, stored_count / size});
    FP4J_BLOCK_LOOPS.dequantize(profile, tensor_scale, {codes, stored_count / per_byte, scales, stored_count / size}, data->after, count, 1, count);
    unpack(profile, codes, count, data->magnitudes);
    count_specials(profile, data);
  };
  const std::size_t slices_of_row = (columns + step - 1) / step;
  const std::size_t slices = rows * slices_of_row;
  // Threads fill some slices each, then one adds them. Slices of short rows are not worth that, and without memory for so many one at a time does as well.
  const std::size_t threads = columns < slice / 4 ? 1 : static_cast<std::size_t>(useful_threads(slices, 1));
  Slice alone;
  Slice* const many = threads == 1 ? nullptr : static_cast<Slice*>(std::malloc(4 * threads * sizeof(Slice)));
  Slice* const data = many == nullptr ? &alone : many;
  const std::size_t at_once = many == nullptr ? 1 : 4 * threads;
  Sums sums;
  *figures = {};
  bool accepted = true;
  for (std::size_t first = 0; first < slices; first += at_once) {
    const std::size_t now = smaller(at_once, slices - first);
    share(now, 1, [&](std::size_t from, std::size_t to) {
      for (std::size_t i = from; i < to; i++) {
        fill((first + i) / slices_of_row, (first + i) % slices_of_row * step, data + i);
      }
    });
    for (std::size_t i = 0; i < now; i++) {
      add_slice(data[i], &sums, figures);
      accepted = accepted && data[i].accepted;
    }
  }
  std::free(many);
  figures->signal_energy = total(sums.signal);
  figures->error_energy = total(sums.energy);
  figures->error_sum = total(sums.error);
  for (std::size_t lane = 0; lane < lanes; lane++) {
    figures->max_error = sums.largest[lane] > figures->max_error ? sums.largest[lane] : figures->max_error;
  }
  return accepted;
}

}  // namespace

extern const MeasuredLoops FP4J_MEASURED_LOOPS;
const MeasuredLoops FP4J_MEASURED_LOOPS = {largest, quantize};

}  // namespace fp4j::host
