// 64 floats to E2M1 in 16-bit lanes, with AVX-512 BW. Included into the anonymous namespace of each instruction set's translation unit, after <immintrin.h>.

#if defined(__AVX512BW__) && defined(__AVX512VL__) && defined(__AVX512DQ__)

// The codes of 32 magnitudes from the upper and lower halves of the numbers' bits.
//
// A code begins above 0.25, 1.25, 2.5 and 5, whose upper mantissa bit is clear, and at 0.75, 1.75 and 3.5, where it is set. If every number with that bit clear gives way
// to the float before it, all codes begin at a quarter of a binade, which exponent field and two bits number: 499 is the last of code 0, 517 the first of code 7.
__m512i e2m1_magnitudes(__m512i upper, __m512i lower) {
  const __m512i code_of_quarter =  // by its number modulo 32: two to a word from 512 to 517, then from 498 to 511
      _mm512_setr_epi32(0x00050004, 0x00060005, 0x00070006, 0, 0, 0, 0, 0, 0, 0, 0x00010001, 0x00010001, 0x00010001, 0x00020002, 0x00030002, 0x00040003);
  const __m512i any_below = _mm512_ternarylogic_epi32(lower, upper, _mm512_set1_epi16(0x40), 0xF8);  // lower | (upper & 0x40)
  const __m512i borrow = _mm512_subs_epu16(_mm512_set1_epi16(1), any_below);
  const __m512i before = _mm512_sub_epi16(_mm512_and_si512(upper, _mm512_set1_epi16(0x7FFF)), borrow);
  const __m512i quarter = _mm512_max_epi16(_mm512_srai_epi16(before, 5), _mm512_set1_epi16(499));
  return _mm512_permutexvar_epi16(_mm512_min_epi16(quarter, _mm512_set1_epi16(517)), code_of_quarter);
}

// One code to a byte, the sign of a zero kept, anything for a NaN. Eight codes of a and b alternate with eight of c and d.
__m512i e2m1_codes(__m512 a, __m512 b, __m512 c, __m512 d) {
  const __m512i lower = _mm512_set_epi16(62, 60, 58, 56, 54, 52, 50, 48, 46, 44, 42, 40, 38, 36, 34, 32, 30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
  const __m512i upper = _mm512_add_epi16(lower, _mm512_set1_epi16(1));
  const __m512i ab = _mm512_permutex2var_epi16(_mm512_castps_si512(a), upper, _mm512_castps_si512(b));
  const __m512i cd = _mm512_permutex2var_epi16(_mm512_castps_si512(c), upper, _mm512_castps_si512(d));
  const __m512i of_ab = e2m1_magnitudes(ab, _mm512_permutex2var_epi16(_mm512_castps_si512(a), lower, _mm512_castps_si512(b)));
  const __m512i of_cd = e2m1_magnitudes(cd, _mm512_permutex2var_epi16(_mm512_castps_si512(c), lower, _mm512_castps_si512(d)));
  const __m512i signs = _mm512_srli_epi16(_mm512_packs_epi16(ab, cd), 4);
  return _mm512_ternarylogic_epi32(_mm512_packus_epi16(of_ab, of_cd), signs, _mm512_set1_epi8(8), 0xF8);  // codes | (signs & 8)
}

// The 64 codes in order.
inline __m512i in_order(__m512i codes) {
  return _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), codes);
}

#endif
