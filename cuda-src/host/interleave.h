// A transpose of words. Included into an anonymous namespace.

#if defined(__AVX512F__)

// 16 words of each of 16 rows, as below.
inline void interleave_16(const void* const (&rows)[16], std::size_t first, std::uint8_t* to, std::size_t stride) {
  __m512i pairs[16];
  for (int r = 0; r < 16; r += 2) {
    const __m512i even = _mm512_loadu_si512(static_cast<const float*>(rows[r]) + first);
    const __m512i odd = _mm512_loadu_si512(static_cast<const float*>(rows[r + 1]) + first);
    pairs[r] = _mm512_unpacklo_epi32(even, odd);
    pairs[r + 1] = _mm512_unpackhi_epi32(even, odd);
  }
  __m512i fours[16];  // fours[r + j]: words j, 4 + j, 8 + j and 12 + j, each of rows r to r + 3
  for (int r = 0; r < 16; r += 4) {
    fours[r] = _mm512_unpacklo_epi64(pairs[r], pairs[r + 2]);
    fours[r + 1] = _mm512_unpackhi_epi64(pairs[r], pairs[r + 2]);
    fours[r + 2] = _mm512_unpacklo_epi64(pairs[r + 1], pairs[r + 3]);
    fours[r + 3] = _mm512_unpackhi_epi64(pairs[r + 1], pairs[r + 3]);
  }
  for (std::size_t j = 0; j < 4; j++) {
    const __m512i even_low = _mm512_shuffle_i32x4(fours[j], fours[4 + j], 0x88);  // words j and 8 + j of rows 0 to 7
    const __m512i odd_low = _mm512_shuffle_i32x4(fours[j], fours[4 + j], 0xDD);   // words 4 + j and 12 + j
    const __m512i even_high = _mm512_shuffle_i32x4(fours[8 + j], fours[12 + j], 0x88);
    const __m512i odd_high = _mm512_shuffle_i32x4(fours[8 + j], fours[12 + j], 0xDD);
    _mm512_storeu_si512(to + 4 * j * stride, _mm512_shuffle_i32x4(even_low, even_high, 0x88));
    _mm512_storeu_si512(to + 4 * (4 + j) * stride, _mm512_shuffle_i32x4(odd_low, odd_high, 0x88));
    _mm512_storeu_si512(to + 4 * (8 + j) * stride, _mm512_shuffle_i32x4(even_low, even_high, 0xDD));
    _mm512_storeu_si512(to + 4 * (12 + j) * stride, _mm512_shuffle_i32x4(odd_low, odd_high, 0xDD));
  }
}

#endif

// 32-bit words of 16 rows side by side: word i of row r to to + 4 * (i * stride + r).
void interleave(const void* const (&rows)[16], std::size_t words, void* to, std::size_t stride) {
  std::uint8_t* const bytes = static_cast<std::uint8_t*>(to);
  std::size_t i = 0;
#if defined(__AVX512F__)
  for (; i + 16 <= words; i += 16) {
    interleave_16(rows, i, bytes + 4 * i * stride, stride);
  }
#endif
#if defined(__SSE2__)
  for (; i + 4 <= words; i += 4) {
    for (std::size_t r = 0; r < 16; r += 4) {
      __m128 word0 = _mm_loadu_ps(static_cast<const float*>(rows[r]) + i);
      __m128 word1 = _mm_loadu_ps(static_cast<const float*>(rows[r + 1]) + i);
      __m128 word2 = _mm_loadu_ps(static_cast<const float*>(rows[r + 2]) + i);
      __m128 word3 = _mm_loadu_ps(static_cast<const float*>(rows[r + 3]) + i);
      _MM_TRANSPOSE4_PS(word0, word1, word2, word3);
      _mm_storeu_ps(reinterpret_cast<float*>(bytes + 4 * (i * stride + r)), word0);
      _mm_storeu_ps(reinterpret_cast<float*>(bytes + 4 * ((i + 1) * stride + r)), word1);
      _mm_storeu_ps(reinterpret_cast<float*>(bytes + 4 * ((i + 2) * stride + r)), word2);
      _mm_storeu_ps(reinterpret_cast<float*>(bytes + 4 * ((i + 3) * stride + r)), word3);
    }
  }
#endif
  for (; i < words; i++) {
    for (std::size_t r = 0; r < 16; r++) {
      std::memcpy(bytes + 4 * (i * stride + r), static_cast<const std::uint8_t*>(rows[r]) + 4 * i, 4);
    }
  }
}
