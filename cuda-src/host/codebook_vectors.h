// Moments in 4-bit codes, sixteen elements to a vector, for any ascending codebook. Included into the anonymous namespace of each instruction set's translation unit.
//
// A code is the number of boundaries below the quotient of value and scale, which is rounded to float. No value is divided: for each block and boundary there is a
// largest value whose quotient is not above it, and values are compared with that. Quotients above a boundary are those behind the midpoint between it and the next
// float. Scale times midpoint has at most 49 bits and is exact in double; rounded down to float it is that largest value. Ties need no thought: the midpoint between
// normal floats has 25 bits, so that its product with a scale is no float; the one above a boundary of 0 belongs to 0.
#if defined(__AVX512BW__) && defined(__AVX512VL__)
constexpr std::size_t codebook_lanes = 16;

struct VectorCodebook {
  __m512 values;
  __m512d low_midpoints;   // above boundaries 0..7
  __m512d high_midpoints;  // above boundaries 8..14, and infinity
  bool is_linear;          // boundaries (2i + 3) / 32
};

bool has_subnormal_boundary(const CodeTable& table) {
  return std::any_of(table.midpoints, table.midpoints + 15, [](float boundary) { return boundary != 0 && std::fabs(boundary) < 0x1p-126f; });
}

__m512d midpoints(__m256 boundary, __m256 above) {
  return _mm512_mul_pd(_mm512_add_pd(_mm512_cvtps_pd(boundary), _mm512_cvtps_pd(above)), _mm512_set1_pd(0.5));
}

bool is_linear(const CodeTable& table) {
  bool is = true;
  for (int i = 0; i < 15; i++) {
    is = is && table.midpoints[i] == static_cast<float>(2 * i + 3) / 32.0f;
  }
  return is;
}

VectorCodebook vectors_of(const CodeTable& table) {
  alignas(64) float boundaries[16];
  for (int i = 0; i < 15; i++) {
    boundaries[i] = table.midpoints[i] + 0.0f;  // no -0, whose bits say that the next float is nearer to zero
  }
  boundaries[15] = INFINITY;
  const __m512i bits = _mm512_load_si512(boundaries);
  const __m512i step = _mm512_or_si512(_mm512_srai_epi32(bits, 31), _mm512_set1_epi32(1));
  const __m512 boundary = _mm512_castsi512_ps(bits);
  const __m512 above = _mm512_castsi512_ps(_mm512_mask_add_epi32(bits, 0x7FFF, bits, step));
  return {_mm512_loadu_ps(table.values), midpoints(_mm512_castps512_ps256(boundary), _mm512_castps512_ps256(above)),
          midpoints(_mm512_extractf32x8_ps(boundary, 1), _mm512_extractf32x8_ps(above, 1)), is_linear(table)};
}

// The largest values of a block that lie not above each boundary; the scale is positive and finite.
__m512 largest_below(const VectorCodebook& codebook, float scale) {
  constexpr int down = _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC;
  const __m512d scales = _mm512_set1_pd(static_cast<double>(scale));
  const __m256 low = _mm512_cvt_roundpd_ps(_mm512_mul_round_pd(codebook.low_midpoints, scales, down), down);
  const __m256 high = _mm512_cvt_roundpd_ps(_mm512_mul_round_pd(codebook.high_midpoints, scales, down), down);
  return _mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1);
}

// The values of a block's codes.
__m512 scaled_values(const VectorCodebook& codebook, float scale) {
  return _mm512_mul_ps(codebook.values, _mm512_set1_ps(scale));
}

__m512 decoded(__m512 scaled, const std::uint8_t* packed) {
  return _mm512_permutexvar_ps(nibbles_of(packed), scaled);
}

// Twice the code, and one where the limit minus x is negative: x is above it, and gradual underflow keeps that from being lost.
__m512i doubled_and_one_if_negative(__m512i code, __m512 difference) {
#if defined(__AVX512VBMI2__)
  return _mm512_shldi_epi32(code, _mm512_castps_si512(difference), 1);
#else
  return _mm512_or_si512(_mm512_add_epi32(code, code), _mm512_srli_epi32(_mm512_castps_si512(difference), 31));
#endif
}

// By halving: every step finds one more bit of the code, the upper ones first.
struct SearchedCodes {
  __m512 middle;      // limit 7
  __m512 quarters;    // limits 3 and 11, by the first bit
  __m512 eighths;     // limits 1, 5, 9, 13, by two bits
  __m512 sixteenths;  // the even ones

  static bool suits(float scale) { return scale > 0 && scale < INFINITY; }

  SearchedCodes(const VectorCodebook& codebook, float scale) : SearchedCodes(largest_below(codebook, scale)) {}

  explicit SearchedCodes(__m512 limits)
      : middle(_mm512_permutexvar_ps(_mm512_set1_epi32(7), limits)),
        quarters(_mm512_permutexvar_ps(_mm512_setr_epi32(3, 11, 3, 11, 3, 11, 3, 11, 3, 11, 3, 11, 3, 11, 3, 11), limits)),
        eighths(_mm512_permutexvar_ps(_mm512_setr_epi32(1, 5, 9, 13, 1, 5, 9, 13, 1, 5, 9, 13, 1, 5, 9, 13), limits)),
        sixteenths(_mm512_permutexvar_ps(_mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 0, 2, 4, 6, 8, 10, 12, 14), limits)) {}

  __m512i operator()(__m512 x) const {
    __m512i code = _mm512_srli_epi32(_mm512_castps_si512(_mm512_sub_ps(middle, x)), 31);
    code = doubled_and_one_if_negative(code, _mm512_sub_ps(_mm512_permutexvar_ps(code, quarters), x));
    code = doubled_and_one_if_negative(code, _mm512_sub_ps(_mm512_permutexvar_ps(code, eighths), x));
    return doubled_and_one_if_negative(code, _mm512_sub_ps(_mm512_permutexvar_ps(code, sixteenths), x));
  }
};

// Of a linear codebook: by 16q - 1.5 rounded up, where 2^23 beside it leaves integers only. The factor is too small by a 2^21st at most and never too large: the
// guess is the code or one less. Numbers of at most 0 are guessed 0. Suits scales that leave factor and products far from overflow and from subnormals.
struct GuessedCodes {
  __m512 factor;
  __m512 limits;

  static bool suits(float scale) { return scale >= 0x1p-60f && scale <= 0x1p60f; }

  GuessedCodes(const VectorCodebook& codebook, float scale)
      : factor(_mm512_set1_ps(16.0f / scale * (1 - 0x1p-21f))), limits(largest_below(codebook, scale)) {}

  __m512i operator()(__m512 x) const {
    const __m512 zero = _mm512_set1_ps(0x1p23f);
    const __m512 sum = _mm512_fmadd_round_ps(x, factor, _mm512_set1_ps(0x1p23f - 1.5f), _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC);
    const __m512i guess = _mm512_sub_epi32(_mm512_castps_si512(_mm512_max_ps(sum, zero)), _mm512_castps_si512(zero));
    const __mmask16 is_above = _mm512_cmp_ps_mask(x, _mm512_permutexvar_ps(guess, limits), _CMP_GT_OQ);
    return _mm512_mask_add_epi32(guess, is_above, guess, _mm512_set1_epi32(1));
  }
};

// The eight bytes of sixteen codes.
void store_codes(__m512i code, std::uint8_t* packed) {
  const __m128i pairs = _mm_maddubs_epi16(_mm512_cvtepi32_epi8(code), _mm_set1_epi16(0x1001));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(packed), _mm_packus_epi16(pairs, pairs));
}

// The 32 bytes of 64 codes. Packing leaves four codes of each vector side by side.
void store_codes(__m512i a, __m512i b, __m512i c, __m512i d, std::uint8_t* packed) {
  const __m512i in_turn = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const __m512i bytes = _mm512_permutexvar_epi32(in_turn, _mm512_packus_epi16(_mm512_packus_epi32(a, b), _mm512_packus_epi32(c, d)));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(packed), _mm512_cvtepi16_epi8(_mm512_maddubs_epi16(bytes, _mm512_set1_epi16(0x1001))));
}

__m512i magnitudes_in(__m512 x) {
  return _mm512_and_si512(_mm512_castps_si512(x), _mm512_set1_epi32(0x7FFFFFFF));
}

template <class Codes>
void encode_all(const Codes& codes, const float* values, std::size_t count, std::uint8_t* packed) {
  const auto code = [&](std::size_t i) { return codes(_mm512_loadu_ps(values + i)); };
  std::size_t i = 0;
  for (; i + 4 * codebook_lanes <= count; i += 4 * codebook_lanes) {
    store_codes(code(i), code(i + codebook_lanes), code(i + 2 * codebook_lanes), code(i + 3 * codebook_lanes), packed + i / 2);
  }
  for (; i < count; i += codebook_lanes) {
    store_codes(code(i), packed + i / 2);
  }
}

float largest_of(__m512i magnitudes) {
  return from_bits<float>(static_cast<std::uint32_t>(_mm512_reduce_max_epi32(magnitudes)));
}

// Encodes a block of whole vectors under its scale, or gives false where that is zero or not finite.
bool encode_in_vectors(const VectorCodebook& codebook, const float* values, std::size_t count, float scale, std::uint8_t* packed) {
  if (codebook.is_linear && GuessedCodes::suits(scale)) {
    encode_all(GuessedCodes(codebook, scale), values, count, packed);
    return true;
  }
  if (SearchedCodes::suits(scale)) {
    encode_all(SearchedCodes(codebook, scale), values, count, packed);
    return true;
  }
  return false;
}
#endif
