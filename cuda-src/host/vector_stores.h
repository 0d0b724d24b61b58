// Vectors of floats stored one after the other: as they are, or past the caches. Included into the anonymous namespace of each instruction set's translation unit, after
// <immintrin.h>; FP4J_VECTOR_STORES is defined where there are vectors.

#if defined(__AVX512BW__) && defined(__AVX512VL__) && defined(__AVX512DQ__)
#define FP4J_VECTOR_STORES 1

struct PlainStores {
  float* to;

  explicit PlainStores(float* values) : to(values) {}
  void put(__m512 vector) {
    _mm512_storeu_ps(to, vector);
    to += 16;
  }
  void finish() {}
};

// A line that is stored past the caches need not be read before. It has to be whole and aligned: vectors that lie across two lines are put together anew.
class StreamedStores {
 public:
  explicit StreamedStores(float* values)
      : offset(static_cast<int>(reinterpret_cast<std::uintptr_t>(values) / sizeof(float) % 16)),
        line(values - offset),
        first(static_cast<__mmask16>(0xFFFF << offset)),
        turned(_mm512_add_epi32(_mm512_set1_epi32(16 - offset), _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))),
        before(_mm512_setzero_ps()) {}

  void put(__m512 vector) {
    const __m512 whole = _mm512_permutex2var_ps(before, turned, vector);
    if (first == 0xFFFF) {
      _mm512_stream_ps(line, whole);
    } else {
      _mm512_mask_storeu_ps(line, first, whole);
      first = 0xFFFF;
    }
    line += 16;
    before = vector;
  }

  void finish() {
    if (offset != 0 && first == 0xFFFF) {
      _mm512_mask_storeu_ps(line, static_cast<__mmask16>((1 << offset) - 1), _mm512_permutex2var_ps(before, turned, before));
    }
    _mm_sfence();
  }

 private:
  int offset;       // of the first value in its line
  float* line;      // to be stored next
  __mmask16 first;  // what is ours of it
  __m512i turned;
  __m512 before;
};

#elif defined(__AVX2__)
#define FP4J_VECTOR_STORES 1

struct PlainStores {
  float* to;

  explicit PlainStores(float* values) : to(values) {}
  void put(__m256 vector) {
    _mm256_storeu_ps(to, vector);
    to += 8;
  }
  void finish() {}
};

// A line that is stored past the caches need not be read before. Vectors that are not aligned are stored as they are.
struct StreamedStores {
  float* to;
  bool is_aligned;

  explicit StreamedStores(float* values) : to(values), is_aligned(reinterpret_cast<std::uintptr_t>(values) % 32 == 0) {}
  void put(__m256 vector) {
    if (is_aligned) {
      _mm256_stream_ps(to, vector);
    } else {
      _mm256_storeu_ps(to, vector);
    }
    to += 8;
  }
  void finish() { _mm_sfence(); }
};

#endif

// From here on what is written would push all else out of the caches, and would not stay there itself.
constexpr std::size_t least_streamed = std::size_t{1} << 20;  // floats
constexpr std::size_t least_streamed_row = 256;              // of which most lines are whole
