// The loops of an optimizer step over the bodies of fp4j/optim.cuh, written so that compilers make vectors of them. Compiled several times with FP4J_OPTIM_LOOPS
// naming the table and other instruction sets switched on: everything but the table has internal linkage.
#include "optim_loops.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace fp4j::host {
namespace {

constexpr std::size_t lanes_count = static_cast<std::size_t>(reduction_lanes);
constexpr std::size_t chunk_size = static_cast<std::size_t>(reduction_chunk);

// Elements that are encoded by way of an array of codes, one to a byte.
constexpr std::size_t piece_size = 1024;

#include "nibble_vectors.h"

#include "codebook_vectors.h"

std::int32_t largest_bits(const float* values, std::size_t count) {
  std::int32_t largest_so_far = 0;
  for (std::size_t i = 0; i < count; i++) {
    largest_so_far = larger(largest_so_far, static_cast<std::int32_t>(magnitude_bits(values[i])));
  }
  return largest_so_far;
}

double squares_clipped(const float* gradient, std::size_t count, float threshold, float ratio) {
  double lanes[lanes_count] = {};
  std::size_t i = 0;
  for (; i + lanes_count <= count; i += lanes_count) {
    for (std::size_t lane = 0; lane < lanes_count; lane++) {
      const double g = static_cast<double>(clipped(gradient[i + lane], threshold, ratio));
      lanes[lane] += g * g;
    }
  }
  for (std::size_t lane = 0; i + lane < count; lane++) {
    const double g = static_cast<double>(clipped(gradient[i + lane], threshold, ratio));
    lanes[lane] += g * g;
  }
  return fold(lanes);
}

void scan(const float* gradient, std::size_t count, std::int32_t* magnitudes, double* squares) {
  for (std::size_t from = 0; from < count; from += chunk_size) {
    const std::size_t length = smaller(chunk_size, count - from);
    magnitudes[from / chunk_size] = largest_bits(gradient + from, length);
    squares[from / chunk_size] = squares_clipped(gradient + from, length, __builtin_inff(), 1.0f);
  }
}

std::int64_t count_above(const float* gradient, std::size_t count, float threshold) {
  std::int64_t above = 0;
  for (std::size_t from = 0; from < count; from += chunk_size) {
    const std::size_t end = smaller(from + chunk_size, count);
    std::int32_t in_chunk = 0;
    for (std::size_t i = from; i < end; i++) {
      in_chunk += magnitude(gradient[i]) > threshold ? 1 : 0;
    }
    above += in_chunk;
  }
  return above;
}

void condition(const AdamCoefficients& coefficients, const float* gradient, float* target, std::size_t count) {
  const AdamCoefficients c = coefficients;
  for (std::size_t i = 0; i < count; i++) {
    target[i] = conditioned(c, gradient[i]);
  }
}

template <bool lerp>
void adam_run(
    const AdamCoefficients& coefficients, float* __restrict parameters, const float* __restrict gradient, float* __restrict first, float* __restrict second,
    std::size_t count) {
  const AdamCoefficients c = coefficients;
  for (std::size_t i = 0; i < count; i++) {
    float p = parameters[i];
    float m = first[i];
    float v = second[i];
    adam<lerp>(c, gradient[i], p, m, v);
    parameters[i] = p;
    first[i] = m;
    second[i] = v;
  }
}

// Up to the next cache line first: arrays of a JVM begin 16 bytes into one, all four alike, and stores that cross lines cost a third of the speed in memory.
template <bool lerp>
void adam_all(const AdamCoefficients& c, float* parameters, const float* gradient, float* first, float* second, std::size_t count) {
  const std::size_t head = std::min<std::size_t>(count, -reinterpret_cast<std::uintptr_t>(first) % 64 / sizeof(float));
  adam_run<lerp>(c, parameters, gradient, first, second, head);
  adam_run<lerp>(c, parameters + head, gradient + head, first + head, second + head, count - head);
}

// Codes of quotients, one to a byte.
void codes_of(const CodeTable& table, const float* __restrict quotients, std::uint8_t* __restrict codes, std::size_t count) {
  if (table.bits == 4) {
    float midpoints[15];
    for (int i = 0; i < 15; i++) {
      midpoints[i] = table.midpoints[i];
    }
    for (std::size_t i = 0; i < count; i++) {
      codes[i] = static_cast<std::uint8_t>(encode4(midpoints, quotients[i]));
    }
  } else {
    for (std::size_t i = 0; i < count; i++) {
      codes[i] = static_cast<std::uint8_t>(searched<8>(table.midpoints, quotients[i]));
    }
  }
}

// Writes the codes of a piece; `from` is even where codes are packed.
void store(const CodeTable& table, std::uint8_t* __restrict codes, std::uint8_t* __restrict packed, std::size_t from, std::size_t count) {
  if (table.bits == 8) {
    std::memcpy(packed + from, codes, count);
    return;
  }
  if (count % 2 != 0) {
    codes[count] = static_cast<std::uint8_t>(table.zero_code);
  }
  for (std::size_t i = 0; i < (count + 1) / 2; i++) {
    packed[from / 2 + i] = static_cast<std::uint8_t>(codes[2 * i] | codes[2 * i + 1] << 4);
  }
}

void encode_blocks_by_division(
    const CodeTable& table, std::size_t block_size, const float* __restrict values, std::size_t count, std::uint8_t* __restrict packed, float* __restrict scales) {
  float quotients[piece_size];
  std::uint8_t codes[piece_size + 1];
  for (std::size_t start = 0; start < count; start += block_size) {
    const std::size_t end = smaller(start + block_size, count);
    const float scale = from_bits<float>(static_cast<std::uint32_t>(largest_bits(values + start, end - start)));
    scales[start / block_size] = scale;
    for (std::size_t from = start; from < end; from += piece_size) {
      const std::size_t length = smaller(piece_size, end - from);
      for (std::size_t i = 0; i < length; i++) {
        quotients[i] = scaled(values[from + i], scale);
      }
      codes_of(table, quotients, codes, length);
      store(table, codes, packed, from, length);
    }
  }
}

#if defined(__AVX512BW__) && defined(__AVX512VL__)
bool is_in_vectors(const CodeTable& table, std::size_t block_size) {
  return table.bits == 4 && block_size % codebook_lanes == 0 && block_size <= piece_size && !has_subnormal_boundary(table);
}

// The codes of whole blocks whose scales are known. These are found in a loop of their own: codes that wait for their block's scale would hold up the next block's.
void encode_scaled(const CodeTable& table, const VectorCodebook& codebook, std::size_t block_size, const float* values, std::size_t count, std::uint8_t* packed, float* scales) {
  for (std::size_t at = 0; at < count; at += block_size) {
    if (!encode_in_vectors(codebook, values + at, block_size, scales[at / block_size], packed + at / 2)) {
      encode_blocks_by_division(table, block_size, values + at, block_size, packed + at / 2, scales + at / block_size);
    }
  }
}
#endif

void encode_blocks(const CodeTable& table, std::size_t block_size, const float* values, std::size_t count, std::uint8_t* packed, float* scales) {
  std::size_t done = 0;
#if defined(__AVX512BW__) && defined(__AVX512VL__)
  if (is_in_vectors(table, block_size)) {
    const VectorCodebook codebook = vectors_of(table);
    const std::size_t whole = count - count % block_size;
    const std::size_t run = piece_size - piece_size % block_size;
    for (; done < whole; done = smaller(done + run, whole)) {
      const std::size_t end = smaller(done + run, whole);
      for (std::size_t at = done; at < end; at += block_size) {
        __m512i largest = _mm512_setzero_si512();
        for (std::size_t i = 0; i < block_size; i += codebook_lanes) {
          largest = _mm512_max_epi32(largest, magnitudes_in(_mm512_loadu_ps(values + at + i)));
        }
        scales[at / block_size] = largest_of(largest);
      }
      encode_scaled(table, codebook, block_size, values + done, end - done, packed + done / 2, scales + done / block_size);
    }
  }
#endif
  encode_blocks_by_division(table, block_size, values + done, count - done, packed + done * static_cast<std::size_t>(table.bits) / 8, scales + done / block_size);
}

void encode(const CodeTable& table, const float* __restrict values, const float* __restrict scales, std::uint8_t* __restrict packed, std::size_t count) {
  float quotients[piece_size];
  std::uint8_t codes[piece_size + 1];
  for (std::size_t from = 0; from < count; from += piece_size) {
    const std::size_t length = smaller(piece_size, count - from);
    for (std::size_t i = 0; i < length; i++) {
      quotients[i] = scaled(values[from + i], scales[from + i]);
    }
    codes_of(table, quotients, codes, length);
    store(table, codes, packed, from, length);
  }
}

// Values of codes, before their scale.
void look(const CodeTable& table, const std::uint8_t* __restrict packed, float* __restrict values, std::size_t count) {
  if (table.bits == 8) {
    for (std::size_t i = 0; i < count; i++) {
      values[i] = table.values[packed[i]];
    }
    return;
  }
  float local[16];
  std::memcpy(local, table.values, sizeof local);
  for (std::size_t i = 0; i < count / 2; i++) {
    values[2 * i] = local[packed[i] & 15];
    values[2 * i + 1] = local[packed[i] >> 4];
  }
  if (count % 2 != 0) {
    values[count - 1] = local[packed[count / 2] & 15];
  }
}

void decode_blocks(
    const CodeTable& table, std::size_t block_size, const std::uint8_t* __restrict packed, const float* __restrict scales, float* __restrict values,
    std::size_t count) {
#if defined(__AVX512BW__) && defined(__AVX512VL__)
  if (is_in_vectors(table, block_size) && count % codebook_lanes == 0) {
    const VectorCodebook codebook = vectors_of(table);
    for (std::size_t start = 0; start < count; start += block_size) {
      const __m512 scaled = scaled_values(codebook, scales[start / block_size]);
      for (std::size_t i = start; i < smaller(start + block_size, count); i += codebook_lanes) {
        _mm512_storeu_ps(values + i, decoded(scaled, packed + i / 2));
      }
    }
    return;
  }
#endif
  look(table, packed, values, count);
  for (std::size_t start = 0; start < count; start += block_size) {
    const float scale = scales[start / block_size];
    for (std::size_t i = start; i < smaller(start + block_size, count); i++) {
      values[i] = mul_rn(values[i], scale);
    }
  }
}

void decode(const CodeTable& table, const std::uint8_t* __restrict packed, const float* __restrict scales, float* __restrict values, std::size_t count) {
  look(table, packed, values, count);
  for (std::size_t i = 0; i < count; i++) {
    values[i] = mul_rn(values[i], scales[i]);
  }
}

// One block, of at most a chunk.
template <bool lerp>
void adam_block(const AdamCoefficients& c, float* parameters, const float* gradient, const CodedMoment& first, const CodedMoment& second, std::size_t at,
                std::size_t block_size, std::size_t count) {
  float m[chunk_size];
  float v[chunk_size];
  const auto decode_to = [&](const CodedMoment& moment, float* values) {
    decode_blocks(*moment.table, block_size, moment.codes_from(at), moment.scales + at / block_size, values, count);
  };
  const auto encode_from = [&](const CodedMoment& moment, const float* values) {
    encode_blocks(*moment.table, block_size, values, count, moment.codes_from(at), moment.scales + at / block_size);
  };
  decode_to(first, m);
  decode_to(second, v);
  adam_run<lerp>(c, parameters + at, gradient + at, m, v, count);
  encode_from(first, m);
  encode_from(second, v);
}

#include "adam_vectors.h"

template <bool lerp>
void adam_blocks(const AdamCoefficients& c, float* parameters, const float* gradient, const CodedMoment& first, const CodedMoment& second, std::size_t block_size,
                 std::size_t count) {
  std::size_t at = 0;
#if defined(__AVX512BW__) && defined(__AVX512VL__)
  at = is_plain(c) ? adam_in_vectors<lerp, true>(c, parameters, gradient, first, second, block_size, count)
                   : adam_in_vectors<lerp, false>(c, parameters, gradient, first, second, block_size, count);
#endif
  for (; at < count; at += block_size) {
    adam_block<lerp>(c, parameters, gradient, first, second, at, block_size, smaller(block_size, count - at));
  }
}

float raise_maxima(const float* __restrict values, float* __restrict maxima, std::size_t count) {
  for (std::size_t i = 0; i < count; i++) {
    maxima[i] = larger_magnitude(maxima[i], values[i]);
  }
  return from_bits<float>(static_cast<std::uint32_t>(largest_bits(values, count)));
}

void limit_scales(float bound, const float* __restrict maxima, float* __restrict scales, std::size_t count) {
  for (std::size_t i = 0; i < count; i++) {
    scales[i] = limited(bound, maxima[i]);
  }
}

}  // namespace

extern const OptimLoops FP4J_OPTIM_LOOPS;
const OptimLoops FP4J_OPTIM_LOOPS = {scan, squares_clipped, count_above, condition, adam_all<false>, adam_all<true>,
                                     encode_blocks, decode_blocks, adam_blocks<false>, adam_blocks<true>, encode, decode, raise_maxima, limit_scales};

}  // namespace fp4j::host
