// The steps of quantising E2M1 blocks of 16 or 32 with the intrinsics of the instruction set that this is compiled for; FP4J_BLOCK_VECTORS
// is defined where there are any. Included into the anonymous namespace of each instruction set's translation unit.

// Which zeros lose a minus sign: none, those that scaled to zero, those that were zero before.
enum class MinusZero { kept, dropped_scaled, dropped_input };

#if defined(__AVX512BW__) && defined(__AVX512VL__) && defined(__AVX512DQ__)
#define FP4J_BLOCK_VECTORS 1

constexpr std::size_t maxima_turn = 16;  // blocks

template <int Size>
__m512i block_magnitudes(const float* x) {
  const __m512i mask = _mm512_set1_epi32(0x7FFFFFFF);
  const __m512i low = _mm512_and_si512(_mm512_loadu_si512(x), mask);
  return Size == 16 ? low : _mm512_max_epu32(low, _mm512_and_si512(_mm512_loadu_si512(x + Size - 16), mask));
}

// The magnitude bits of the largest element of each of 16 consecutive blocks; whether one is a NaN's. Lanes are folded within 128 bits first, where shuffles are cheapest.
template <int Size>
bool maxima(const float* x, std::uint32_t* largest) {
  __m512i fours[4];  // 128 bits of it hold a quarter of each of four blocks
  for (int i = 0; i < 4; i++) {
    const float* const of_four = x + 4 * i * Size;
    const __m512i a = block_magnitudes<Size>(of_four);
    const __m512i b = block_magnitudes<Size>(of_four + Size);
    const __m512i c = block_magnitudes<Size>(of_four + 2 * Size);
    const __m512i d = block_magnitudes<Size>(of_four + 3 * Size);
    const __m512i ab = _mm512_max_epu32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
    const __m512i cd = _mm512_max_epu32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
    fours[i] = _mm512_max_epu32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
  }
  const __m512i low = _mm512_max_epu32(_mm512_shuffle_i32x4(fours[0], fours[1], 0x88), _mm512_shuffle_i32x4(fours[0], fours[1], 0xDD));
  const __m512i high = _mm512_max_epu32(_mm512_shuffle_i32x4(fours[2], fours[3], 0x88), _mm512_shuffle_i32x4(fours[2], fours[3], 0xDD));
  const __m512i all = _mm512_max_epu32(_mm512_shuffle_i32x4(low, high, 0x88), _mm512_shuffle_i32x4(low, high, 0xDD));
  _mm512_storeu_si512(largest, all);
  return _mm512_cmpgt_epu32_mask(all, _mm512_set1_epi32(static_cast<int>(infinity_bits))) != 0;
}

template <Scaling How>
__m512 scaled_vector(__m512 x, float first, float second) {
  const __m512 a = _mm512_set1_ps(first);
  const __m512 b = _mm512_set1_ps(second);
  switch (How) {
    case Scaling::multiply: return _mm512_mul_ps(x, a);
    case Scaling::divide: return _mm512_div_ps(x, a);
    case Scaling::multiply_multiply: return _mm512_mul_ps(_mm512_mul_ps(x, a), b);
    case Scaling::divide_divide: return _mm512_div_ps(_mm512_div_ps(x, a), b);
    default: return _mm512_mul_ps(_mm512_div_ps(x, a), b);
  }
}

// The 64 codes that e2m1_codes makes in order, two to a byte.
__m256i packed_in_order(__m512i codes) {
  const __m512i even_and_sixteen_odd = _mm512_set1_epi16(0x1001);
#if defined(__AVX512VBMI__)
  const __m512i even_bytes = _mm512_castsi256_si512(
      _mm256_setr_epi8(0, 2, 4, 6, 16, 18, 20, 22, 32, 34, 36, 38, 48, 50, 52, 54, 8, 10, 12, 14, 24, 26, 28, 30, 40, 42, 44, 46, 56, 58, 60, 62));
  return _mm512_castsi512_si256(_mm512_permutexvar_epi8(even_bytes, _mm512_maddubs_epi16(codes, even_and_sixteen_odd)));
#else
  return _mm512_cvtepi16_epi8(_mm512_maddubs_epi16(in_order(codes), even_and_sixteen_odd));
#endif
}

// 64 elements to 32 bytes; `first` and `second` say which factors belong to each 16. False if a NaN came up: the bytes are then of no use.
template <Scaling How, bool MayBeNan, MinusZero Zero, int Size>
__attribute__((always_inline)) inline bool encode_64(const float* x, const float* first, const float* second, std::uint8_t* packed) {
  const __m512 plus_zero = _mm512_setzero_ps();  // added to -0 it gives +0
  __m512 scaled[4];
  for (int i = 0; i < 4; i++) {
    const int block = i * 16 / Size;
    const __m512 input = _mm512_loadu_ps(x + 16 * i);
    scaled[i] = scaled_vector<How>(Zero == MinusZero::dropped_input ? _mm512_add_ps(input, plus_zero) : input, first[block], second[block]);
    scaled[i] = Zero == MinusZero::dropped_scaled ? _mm512_add_ps(scaled[i], plus_zero) : scaled[i];
  }
  const __m256i codes = packed_in_order(e2m1_codes(scaled[0], scaled[1], scaled[2], scaled[3]));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(packed), codes);
  return !MayBeNan || (_mm512_cmp_ps_mask(scaled[0], scaled[1], _CMP_UNORD_Q) | _mm512_cmp_ps_mask(scaled[2], scaled[3], _CMP_UNORD_Q)) == 0;
}

#elif defined(__AVX2__)
#define FP4J_BLOCK_VECTORS 1

constexpr std::size_t maxima_turn = 8;

template <int Size>
__m256i block_magnitudes(const float* x) {
  const __m256i mask = _mm256_set1_epi32(0x7FFFFFFF);
  __m256i largest = _mm256_and_si256(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(x)), mask);
  for (int i = 8; i < Size; i += 8) {
    largest = _mm256_max_epu32(largest, _mm256_and_si256(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(x + i)), mask));
  }
  return largest;
}

// Even and odd lanes of two vectors, pairwise: within each half four of a, then four of b.
__m256i pairwise_maxima(__m256i a, __m256i b) {
  const __m256 x = _mm256_castsi256_ps(a);
  const __m256 y = _mm256_castsi256_ps(b);
  return _mm256_max_epu32(_mm256_castps_si256(_mm256_shuffle_ps(x, y, 0x88)), _mm256_castps_si256(_mm256_shuffle_ps(x, y, 0xDD)));
}

template <int Size>
bool maxima(const float* x, std::uint32_t* largest) {
  __m256i quads[2];
  for (int i = 0; i < 2; i++) {
    const float* of_four = x + 4 * i * Size;
    quads[i] = pairwise_maxima(pairwise_maxima(block_magnitudes<Size>(of_four), block_magnitudes<Size>(of_four + Size)),
                               pairwise_maxima(block_magnitudes<Size>(of_four + 2 * Size), block_magnitudes<Size>(of_four + 3 * Size)));
  }
  const __m256i low = _mm256_permute2x128_si256(quads[0], quads[1], 0x20);
  const __m256i high = _mm256_permute2x128_si256(quads[0], quads[1], 0x31);
  const __m256i all = _mm256_max_epu32(low, high);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(largest), all);
  return _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(all, _mm256_set1_epi32(static_cast<int>(infinity_bits))))) != 0;
}

template <Scaling How>
__m256 scaled_vector(__m256 x, float first, float second) {
  const __m256 a = _mm256_set1_ps(first);
  const __m256 b = _mm256_set1_ps(second);
  switch (How) {
    case Scaling::multiply: return _mm256_mul_ps(x, a);
    case Scaling::divide: return _mm256_div_ps(x, a);
    case Scaling::multiply_multiply: return _mm256_mul_ps(_mm256_mul_ps(x, a), b);
    case Scaling::divide_divide: return _mm256_div_ps(_mm256_div_ps(x, a), b);
    default: return _mm256_mul_ps(_mm256_div_ps(x, a), b);
  }
}

template <bool MayBeNan, MinusZero Zero>
__m256i e2m1_lanes(__m256 x, __m256 input, __m256* nan) {
  const __m256i bits = _mm256_castps_si256(x);
  const __m256i magnitude = _mm256_and_si256(bits, _mm256_set1_epi32(0x7FFFFFFF));
  if (MayBeNan) {
    *nan = _mm256_or_ps(*nan, _mm256_cmp_ps(x, x, _CMP_UNORD_Q));
  }
  const __m256i clamped = _mm256_min_epu32(magnitude, _mm256_set1_epi32(0x40C00000));
  const __m256i exponent = _mm256_and_si256(_mm256_max_epu32(clamped, _mm256_set1_epi32(0x3F800000)), _mm256_set1_epi32(0x7F800000));
  const __m256 unit = _mm256_castsi256_ps(_mm256_add_epi32(exponent, _mm256_set1_epi32(22 << 23)));
  const __m256i sum = _mm256_castps_si256(_mm256_add_ps(_mm256_castsi256_ps(clamped), unit));
  const __m256i rounded = _mm256_add_epi32(_mm256_sub_epi32(sum, exponent), _mm256_srli_epi32(exponent, 22));
  const __m256i code = _mm256_sub_epi32(rounded, _mm256_set1_epi32((22 << 23) + 254));
  __m256i sign = _mm256_and_si256(_mm256_srli_epi32(bits, 28), _mm256_set1_epi32(8));
  if (Zero != MinusZero::kept) {
    const __m256i sized = Zero == MinusZero::dropped_input ? _mm256_and_si256(_mm256_castps_si256(input), _mm256_set1_epi32(0x7FFFFFFF)) : magnitude;
    sign = _mm256_andnot_si256(_mm256_cmpeq_epi32(sized, _mm256_setzero_si256()), sign);
  }
  return _mm256_or_si256(code, sign);
}

template <Scaling How, bool MayBeNan, MinusZero Zero, int Size>
__attribute__((always_inline)) inline bool encode_64(const float* x, const float* first, const float* second, std::uint8_t* packed) {
  __m256 nan = _mm256_setzero_ps();
  __m256i lanes[8];
  for (int i = 0; i < 8; i++) {
    const int block = i * 8 / Size;
    const __m256 input = _mm256_loadu_ps(x + 8 * i);
    lanes[i] = e2m1_lanes<MayBeNan, Zero>(scaled_vector<How>(input, first[block], second[block]), input, &nan);
  }
  __m256i nibbles[2];
  for (int i = 0; i < 2; i++) {
    // The packs interleave 128-bit halves: dwords 0 4 1 5 2 6 3 7 of 32 codes.
    nibbles[i] = _mm256_packus_epi16(_mm256_packus_epi32(lanes[4 * i], lanes[4 * i + 1]), _mm256_packus_epi32(lanes[4 * i + 2], lanes[4 * i + 3]));
    nibbles[i] = _mm256_permutevar8x32_epi32(nibbles[i], _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
    nibbles[i] = _mm256_maddubs_epi16(nibbles[i], _mm256_set1_epi16(0x1001));  // even + 16 * odd
  }
  const __m256i bytes = _mm256_permute4x64_epi64(_mm256_packus_epi16(nibbles[0], nibbles[1]), 0xD8);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(packed), bytes);
  return _mm256_movemask_ps(nan) == 0;
}

#endif
