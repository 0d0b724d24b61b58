// Quantising blocks that several lanes of a warp share: each holds some elements in registers, maxima and error sums go through shuffles.
//
// Profiles are data in parameter memory, the same for all threads: their branches are uniform, and what is asked once for a block costs nothing beside the block's
// bytes. A template for each of some thirty profiles would multiply compile time and fatbin by as much. The one thing asked for each element, whether the plain E2M1
// conversion serves, is answered once in a Quantizer, and leads straight to the hardware's.
#pragma once

#include "kernel.cuh"

namespace fp4j {

// A block of Size elements, or a square of Size rows of them (Rows = Size), spread over a warp: a lane holds Elements consecutive elements of each of Passes rows. The
// lanes of one row are LaneStep apart; in a square rows follow one another in the lanes, then in the passes.
template <int Size, int Elements, int LaneStep, int Rows = 1>
struct BlockPart {
  static constexpr int size = Size;
  static constexpr int elements = Elements;
  static constexpr int lane_step = LaneStep;
  static constexpr int parts = Size / Elements;
  static constexpr int rows_per_pass = Rows == 1 ? 1 : 32 / parts;
  static constexpr int passes = Rows / rows_per_pass;
  static constexpr int words = Elements / 8;  // of eight codes

  static_assert(Elements % 8 == 0 && Size % Elements == 0, "whole words of codes");
  static_assert(Rows == 1 || LaneStep == 1, "rows of a square take neighbouring lanes");

  // Which part of the row this lane holds.
  __device__ __forceinline__ static int part() { return static_cast<int>(threadIdx.x) / LaneStep % parts; }

  // This lane's number with another part.
  __device__ __forceinline__ static int lane_of(int part_wanted) {
    const int lane = static_cast<int>(threadIdx.x) % 32;
    return lane + (part_wanted - part()) * LaneStep;
  }

  __device__ __forceinline__ static unsigned block_max(unsigned value) {
    if constexpr (Rows > 1) {
      return warp_max(value);
    } else {
#pragma unroll
      for (int distance = LaneStep; distance < LaneStep * parts; distance *= 2) {
        value = larger(value, __shfl_xor_sync(whole_warp, value, distance));
      }
      return value;
    }
  }
};

FP4J_OUT_OF_LINE std::uint32_t scale_code_of(const Profile& profile, float amax, float tensor_scale, float widening) {
  return scale_code(profile, amax, tensor_scale, widening);
}

FP4J_OUT_OF_LINE ElementScale element_scale_of(const Profile& profile, std::uint32_t code, float tensor_scale) {
  return element_scale(profile, code, tensor_scale);
}

FP4J_OUT_OF_LINE std::uint32_t element_code_of(const Profile& profile, Scaling scaling, float first, float second, float x) {
  return element_code(profile, {scaling, first, second}, x) & 15u;
}

FP4J_OUT_OF_LINE float search_error_of(const Profile& profile, float scale, float tensor_scale, std::uint32_t code, float x) {
  return search_error(profile, scale, tensor_scale, code, x);
}

// What does not change from block to block.
struct Quantizer {
  float tensor_scale;
  bool plain_e2m1;  // elements are scaled, then converted as cvt.rn.satfinite.e2m1x2 does

  __device__ __forceinline__ Quantizer(const Profile& profile, const float* tensor_scale_at)
      : tensor_scale(*tensor_scale_at),
        plain_e2m1(profile.element_cast == ElementCast::convert && detail::is_plain_e2m1(profile.element_conversion) &&
                   profile.element_conversion.nan == NanPolicy::positive_max && profile.element_conversion.zero_sign == ZeroSign::keep) {}
};

// No change between loading and quantising.
struct Untransformed {
  template <class Part>
  __device__ __forceinline__ void apply(float (&)[Part::elements], bool) const {}
};

// Rounds to the nearest code as the profile says.
struct Deterministic {
  static constexpr int chunks_at_once = 4;

  template <int Elements>
  __device__ __forceinline__ void encode(const Profile& profile, const Quantizer& quantizer, const ElementScale& scale, const float (&x)[Elements],
                                         long long, unsigned (&words)[Elements / 8]) const {
    if (quantizer.plain_e2m1) {
#pragma unroll
      for (int i = 0; i < Elements; i += 2) {
        const unsigned pair = scale.scaling == Scaling::multiply ? encode_e2m1x2(mul_rn(x[i], scale.first), mul_rn(x[i + 1], scale.first))
                                                                 : encode_e2m1x2(scaled(scale, x[i]), scaled(scale, x[i + 1]));
        words[i / 8] = (i % 8 == 0 ? 0u : words[i / 8]) | pair << (4 * (i % 8));
      }
      return;
    }
#pragma unroll
    for (int i = 0; i < Elements / 8; i++) {
      words[i] = 0;
    }
#pragma unroll
    for (int i = 0; i < Elements; i++) {
      words[i / 8] |= element_code_of(profile, scale.scaling, scale.first, scale.second, x[i]) << (4 * (i % 8));
    }
  }
};

// The scale and codes of the part of a block that this lane holds: words of eight codes in element order, element 0 in the lowest nibble.
template <class Part>
struct QuantizedPart {
  unsigned scale;
  unsigned words[Part::passes][Part::words];
};

// The error sum of a ScaleSearch, in every lane: along each row in element order, over rows as a tree. Rows from `rows` on count as 0.
template <class Part>
__device__ __forceinline__ float block_error(const Profile& profile, float tensor_scale, const QuantizedPart<Part>& quantized,
                                             const float (&x)[Part::passes][Part::elements], int rows) {
  const float s = scale_of(profile, quantized.scale);
  float sums[Part::passes];
#pragma unroll
  for (int pass = 0; pass < Part::passes; pass++) {
    float sum = 0.0f;
#pragma unroll
    for (int turn = 0; turn < Part::parts; turn++) {
      float here = turn == 0 ? 0.0f : sum;
#pragma unroll
      for (int i = 0; i < Part::elements; i++) {
        here = add_rn(here, search_error_of(profile, s, tensor_scale, quantized.words[pass][i / 8] >> (4 * (i % 8)) & 15u, x[pass][i]));
      }
      sum = __shfl_sync(whole_warp, here, Part::lane_of(turn));
    }
    const int row = pass * Part::rows_per_pass + static_cast<int>(threadIdx.x) % 32 / Part::parts;
    sums[pass] = Part::passes * Part::rows_per_pass == 1 || row < rows ? sum : 0.0f;
  }
#pragma unroll
  for (int distance = Part::passes / 2; distance > 0; distance /= 2) {
#pragma unroll
    for (int pass = 0; pass < distance; pass++) {
      sums[pass] = add_rn(sums[pass], sums[pass + distance]);
    }
  }
#pragma unroll
  for (int distance = Part::rows_per_pass / 2; distance > 0; distance /= 2) {
    sums[0] = add_rn(sums[0], __shfl_xor_sync(whole_warp, sums[0], distance * Part::parts));
  }
  return sums[0];
}

template <class Part, class Rounding>
__device__ __forceinline__ void encode_under(const Profile& profile, const Quantizer& quantizer, const Rounding& rounding,
                                             const float (&x)[Part::passes][Part::elements], long long first_element, QuantizedPart<Part>& into) {
  const ElementScale scale = element_scale_of(profile, into.scale, quantizer.tensor_scale);
#pragma unroll
  for (int pass = 0; pass < Part::passes; pass++) {
    rounding.encode(profile, quantizer, scale, x[pass], first_element, into.words[pass]);
  }
}

// Quantises a block, all of whose lanes call this together with the whole warp. first_element is the number of x[0][0] in its tensor; rows of a square from `rows` on
// are not there.
template <class Part, class Rounding>
__device__ __forceinline__ QuantizedPart<Part> quantize_block(const Profile& profile, const Quantizer& quantizer, const Rounding& rounding,
                                                              const float (&x)[Part::passes][Part::elements], long long first_element, int rows) {
  unsigned largest = 0;
#pragma unroll
  for (int pass = 0; pass < Part::passes; pass++) {
#pragma unroll
    for (int i = 0; i < Part::elements; i++) {
      largest = fold_magnitude(profile, largest, x[pass][i]);
    }
  }
  const float amax = amax_of(Part::block_max(largest));
  QuantizedPart<Part> result;
  float least = 0.0f;
  const int attempts = profile.scale_search == ScaleSearch::none ? 1 : 2;
#pragma unroll 1
  for (int attempt = 0; attempt < attempts; attempt++) {
    QuantizedPart<Part> candidate;
    candidate.scale = scale_code_of(profile, amax, quantizer.tensor_scale, attempt == 0 ? 1.0f : 1.5f);
    encode_under(profile, quantizer, rounding, x, first_element, candidate);
    const float error = attempts == 1 ? 0.0f : block_error(profile, quantizer.tensor_scale, candidate, x, rows);
    if (attempt == 0 || error < least) {
      result = candidate;
      least = error;
    }
  }
  return result;
}

// The four low nibbles of a word, one to a byte.
__device__ __forceinline__ unsigned spread_nibbles(unsigned four) {
  const unsigned pairs = (four & 0xFFu) | (four & 0xFF00u) << 8;
  return (pairs & 0x000F000Fu) | (pairs & 0x00F000F0u) << 4;
}

// From codes in element order to the bytes of this lane's part of the row in the profile's order, as words. The whole warp calls it.
template <class Part>
__device__ __forceinline__ void to_stored_order(const Profile& profile, unsigned (&words)[Part::words]) {
  if (profile.nibble_order == NibbleOrder::interleaved_low_first) {
    return;
  }
  // Byte j of a block holds elements j and j + Size / 2. This lane's bytes begin at part * Elements / 2: with the elements of that number, 4 to a word.
  constexpr int half = Part::parts / 2;
  const int part = Part::part();
  unsigned low;
  unsigned high;
  if (Part::parts == 1) {
    low = words[0];
    high = words[Part::words - 1];
  } else if (Part::words == 1) {
    low = __shfl_sync(whole_warp, words[0], Part::lane_of(part / 2)) >> (16 * (part % 2));
    high = __shfl_sync(whole_warp, words[0], Part::lane_of(half + part / 2)) >> (16 * (part % 2));
  } else {
    const unsigned low_first = __shfl_sync(whole_warp, words[0], Part::lane_of(0));
    const unsigned low_second = __shfl_sync(whole_warp, words[Part::words - 1], Part::lane_of(0));
    const unsigned high_first = __shfl_sync(whole_warp, words[0], Part::lane_of(half));
    const unsigned high_second = __shfl_sync(whole_warp, words[Part::words - 1], Part::lane_of(half));
    low = part == 0 ? low_first : low_second;
    high = part == 0 ? high_first : high_second;
  }
#pragma unroll
  for (int i = 0; i < Part::words; i++) {
    words[i] = spread_nibbles(low >> (16 * i) & 0xFFFFu) | spread_nibbles(high >> (16 * i) & 0xFFFFu) << 4;
  }
}

}  // namespace fp4j
