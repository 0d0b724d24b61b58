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

// Codes of 16 numbers in 16 lanes, as encode<E2M1> makes them; a NaN, where there may be one, sets *nan. `input` is x before it was scaled.
template <bool MayBeNan, MinusZero Zero>
__m512i e2m1_lanes(__m512 x, __m512 input, __mmask16* nan) {
  const __m512i bits = _mm512_castps_si512(x);
  const __m512i magnitude = _mm512_and_si512(bits, _mm512_set1_epi32(0x7FFFFFFF));
  if (MayBeNan) {
    *nan = static_cast<__mmask16>(*nan | _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q));
  }
  const __m512i clamped = _mm512_min_epu32(magnitude, _mm512_set1_epi32(0x40C00000));
  const __m512i exponent = _mm512_and_si512(_mm512_max_epu32(clamped, _mm512_set1_epi32(0x3F800000)), _mm512_set1_epi32(0x7F800000));
  const __m512 unit = _mm512_castsi512_ps(_mm512_add_epi32(exponent, _mm512_set1_epi32(22 << 23)));
  const __m512i sum = _mm512_castps_si512(_mm512_add_ps(_mm512_castsi512_ps(clamped), unit));
  const __m512i rounded = _mm512_add_epi32(_mm512_sub_epi32(sum, exponent), _mm512_srli_epi32(exponent, 22));
  const __m512i code = _mm512_sub_epi32(rounded, _mm512_set1_epi32((22 << 23) + 254));
  const __m512i sized = Zero == MinusZero::dropped_input ? _mm512_and_si512(_mm512_castps_si512(input), _mm512_set1_epi32(0x7FFFFFFF)) : magnitude;
  const __m512i sign =
      Zero == MinusZero::kept ? _mm512_srli_epi32(bits, 28) : _mm512_maskz_srli_epi32(_mm512_test_epi32_mask(sized, sized), bits, 28);
  return _mm512_ternarylogic_epi32(code, sign, _mm512_set1_epi32(8), 0xF8);  // code | (sign & 8)
}

// 64 elements to 32 bytes; `of` says which factor belongs to each 16. False if a NaN came up: the bytes are then of no use.
template <Scaling How, bool MayBeNan, MinusZero Zero, int Size>
__attribute__((always_inline)) inline bool encode_64(const float* x, const float* first, const float* second, std::uint8_t* packed) {
  __mmask16 nan = 0;
  __m512i lanes[4];
  for (int i = 0; i < 4; i++) {
    const int block = i * 16 / Size;
    const __m512 input = _mm512_loadu_ps(x + 16 * i);
    lanes[i] = e2m1_lanes<MayBeNan, Zero>(scaled_vector<How>(input, first[block], second[block]), input, &nan);
  }
  // Byte j of lane l is element l of the j-th 16; the odd lane's nibble goes above the even one's.
  const __m512i bytes = _mm512_or_si512(_mm512_or_si512(lanes[0], _mm512_slli_epi32(lanes[1], 8)),
                                        _mm512_or_si512(_mm512_slli_epi32(lanes[2], 16), _mm512_slli_epi32(lanes[3], 24)));
  const __m256i pairs = _mm512_cvtepi64_epi32(_mm512_or_si512(bytes, _mm512_srli_epi64(bytes, 28)));
  const __m256i transposed = _mm256_shuffle_epi8(
      pairs, _mm256_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
  const __m256i ordered = _mm256_permutevar8x32_epi32(transposed, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(packed), ordered);
  return nan == 0;
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
