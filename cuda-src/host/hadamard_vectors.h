// The butterflies of fp4j/hadamard.cuh in vectors: within one by swapping lanes, beyond its width between two. Included into the anonymous namespace of each instruction
// set's translation unit; FP4J_HADAMARD_VECTORS is defined where there are any.
#if defined(__AVX512F__) && defined(__AVX512DQ__)
#define FP4J_HADAMARD_VECTORS 1

using HadamardVector = __m512;
constexpr int hadamard_lanes = 16;

HadamardVector load_lanes(const float* from) {
  return _mm512_loadu_ps(from);
}

void store_lanes(float* to, HadamardVector x) {
  _mm512_storeu_ps(to, x);
}

HadamardVector swapped(HadamardVector x, int distance) {
  switch (distance) {
    case 1: return _mm512_permute_ps(x, 0xB1);
    case 2: return _mm512_permute_ps(x, 0x4E);
    case 4: return _mm512_shuffle_f32x4(x, x, 0xB1);
    default: return _mm512_shuffle_f32x4(x, x, 0x4E);
  }
}

HadamardVector with_signs(HadamardVector x, HadamardVector signs) {
  return _mm512_xor_ps(x, signs);
}

// Minus signs for the lanes whose bit is set.
HadamardVector sign_lanes(std::uint32_t bits) {
  const __m512i places = _mm512_setr_epi32(31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16);
  const __m512i raised = _mm512_sllv_epi32(_mm512_set1_epi32(static_cast<int>(bits)), places);
  return _mm512_castsi512_ps(_mm512_and_si512(raised, _mm512_set1_epi32(static_cast<int>(0x80000000u))));
}

// To the nearest bf16 if `rounds`; every NaN becomes the canonical one then.
HadamardVector finished(HadamardVector x, float factor, bool rounds) {
  const HadamardVector value = _mm512_mul_ps(x, _mm512_set1_ps(factor));
  if (!rounds) {
    return value;
  }
  const __m512i bits = _mm512_castps_si512(value);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  const __m512i sum = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7FFF)));
  const __m512i rounded = _mm512_and_si512(sum, _mm512_set1_epi32(static_cast<int>(0xFFFF0000u)));
  const __mmask16 nan = _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q);
  return _mm512_castsi512_ps(_mm512_mask_mov_epi32(rounded, nan, _mm512_set1_epi32(static_cast<int>(canonical_nan_bits))));
}

#elif defined(__AVX2__)
#define FP4J_HADAMARD_VECTORS 1

using HadamardVector = __m256;
constexpr int hadamard_lanes = 8;

HadamardVector load_lanes(const float* from) {
  return _mm256_loadu_ps(from);
}

void store_lanes(float* to, HadamardVector x) {
  _mm256_storeu_ps(to, x);
}

HadamardVector swapped(HadamardVector x, int distance) {
  switch (distance) {
    case 1: return _mm256_permute_ps(x, 0xB1);
    case 2: return _mm256_permute_ps(x, 0x4E);
    default: return _mm256_permute2f128_ps(x, x, 1);
  }
}

HadamardVector with_signs(HadamardVector x, HadamardVector signs) {
  return _mm256_xor_ps(x, signs);
}

HadamardVector sign_lanes(std::uint32_t bits) {
  const __m256i raised = _mm256_sllv_epi32(_mm256_set1_epi32(static_cast<int>(bits)), _mm256_setr_epi32(31, 30, 29, 28, 27, 26, 25, 24));
  return _mm256_castsi256_ps(_mm256_and_si256(raised, _mm256_set1_epi32(static_cast<int>(0x80000000u))));
}

HadamardVector finished(HadamardVector x, float factor, bool rounds) {
  const HadamardVector value = _mm256_mul_ps(x, _mm256_set1_ps(factor));
  if (!rounds) {
    return value;
  }
  const __m256i bits = _mm256_castps_si256(value);
  const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  const __m256i sum = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7FFF)));
  const __m256i rounded = _mm256_and_si256(sum, _mm256_set1_epi32(static_cast<int>(0xFFFF0000u)));
  const __m256 canonical = _mm256_castsi256_ps(_mm256_set1_epi32(static_cast<int>(canonical_nan_bits)));
  return _mm256_blendv_ps(_mm256_castsi256_ps(rounded), canonical, _mm256_cmp_ps(value, value, _CMP_UNORD_Q));
}

#endif

#if defined(FP4J_HADAMARD_VECTORS)

// Butterflies of distance 1, 2, ... below `end` within a vector: a lane whose bit is set keeps what lies `distance` before it less itself.
HadamardVector butterflies(HadamardVector x, int end, const HadamardVector (&minus)[4]) {
  for (int distance = 1, i = 0; distance < end; distance *= 2, i++) {
    x = swapped(x, distance) + with_signs(x, minus[i]);
  }
  return x;
}

// Transforms as many groups as fill vectors, and returns how many.
std::size_t hadamard_in_vectors(int log2_size, const std::uint64_t* signs, bool to_bf16, float* values, std::size_t groups) {
  const std::size_t size = std::size_t{1} << log2_size;
  const float factor = hadamard_factor(log2_size);
  const HadamardVector minus[4] = {sign_lanes(0xAAAA), sign_lanes(0xCCCC), sign_lanes(0xF0F0), sign_lanes(0xFF00)};
  if (size <= hadamard_lanes) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < hadamard_lanes; i++) {
      bits |= static_cast<std::uint32_t>(signs[0] >> i % size & 1u) << i;
    }
    const HadamardVector flips = sign_lanes(bits);
    const std::size_t vectors = (groups << log2_size) / hadamard_lanes;
    for (std::size_t i = 0; i < vectors; i++) {
      float* const at = values + i * hadamard_lanes;
      store_lanes(at, finished(butterflies(with_signs(load_lanes(at), flips), static_cast<int>(size), minus), factor, to_bf16));
    }
    return vectors * hadamard_lanes >> log2_size;
  }
  for (std::size_t group = 0; group < groups; group++, values += size) {
    for (std::size_t i = 0; i < size; i += hadamard_lanes) {
      store_lanes(values + i, butterflies(with_signs(load_lanes(values + i), sign_lanes(static_cast<std::uint32_t>(signs[i >> 6] >> (i & 63)))), hadamard_lanes, minus));
    }
    for (std::size_t distance = hadamard_lanes; distance < size; distance *= 2) {
      const bool last = 2 * distance == size;
      for (std::size_t i = 0; i < size; i += 2 * distance) {
        for (std::size_t j = i; j < i + distance; j += hadamard_lanes) {
          const HadamardVector a = load_lanes(values + j);
          const HadamardVector b = load_lanes(values + j + distance);
          store_lanes(values + j, last ? finished(a + b, factor, to_bf16) : a + b);
          store_lanes(values + j + distance, last ? finished(a - b, factor, to_bf16) : a - b);
        }
      }
    }
  }
  return groups;
}

#endif
