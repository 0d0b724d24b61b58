// Packed codes of four bits spread over lanes. Included into the anonymous namespace of each instruction set's translation unit, after <immintrin.h>.
#if defined(__AVX512BW__) && defined(__AVX512VL__)

// Sixteen nibbles, each in the low four bits of a lane with anything above: what a permutation of sixteen takes for an index.
__m512i nibbles_of(const std::uint8_t* packed) {
  std::int64_t bytes;
  std::memcpy(&bytes, packed, sizeof bytes);
#if defined(__AVX512VBMI__)
  const __m512i shifts = _mm512_setr_epi64(0x0400000000, 0x0C00000008, 0x1400000010, 0x1C00000018, 0x2400000020, 0x2C00000028, 0x3400000030, 0x3C00000038);
  return _mm512_multishift_epi64_epi8(shifts, _mm512_set1_epi64(bytes));
#else
  const __m512i halves = _mm512_setr_epi32(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
  const __m512i shifts = _mm512_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28, 0, 4, 8, 12, 16, 20, 24, 28);
  return _mm512_srlv_epi32(_mm512_permutexvar_epi32(halves, _mm512_castsi128_si512(_mm_cvtsi64_si128(bytes))), shifts);
#endif
}

#endif
