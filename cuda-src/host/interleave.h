// A transpose of words. Included into an anonymous namespace.

// 32-bit words of 16 rows side by side: word i of row r to to + 4 * (i * stride + r).
void interleave(const void* const (&rows)[16], std::size_t words, void* to, std::size_t stride) {
  std::uint8_t* const bytes = static_cast<std::uint8_t*>(to);
  std::size_t i = 0;
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
