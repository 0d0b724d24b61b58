// Conversions of floats with the intrinsics of the instruction set that this is compiled for; FP4J_CONVERSION_VECTORS is defined where there are any. Included into
// the anonymous namespace of each instruction set's translation unit, after vector_stores.h and e2m1_vectors.h.

#if defined(FP4J_VECTOR_STORES)
#define FP4J_CONVERSION_VECTORS 1

#if defined(__AVX512BW__) && defined(__AVX512VL__) && defined(__AVX512DQ__)
constexpr std::size_t conversion_lanes = 16;
#else
constexpr std::size_t conversion_lanes = 8;
#endif
constexpr std::size_t encoded_at_once = 4 * conversion_lanes;

typedef float Floats __attribute__((vector_size(conversion_lanes * sizeof(float))));
typedef std::uint32_t Words __attribute__((vector_size(conversion_lanes * sizeof(std::uint32_t))));

Words all(std::uint32_t value) {
  return Words{} + value;
}

#if defined(__AVX512BW__) && defined(__AVX512VL__) && defined(__AVX512DQ__)

Floats loaded(const float* values) {
  return (Floats)_mm512_loadu_ps(values);
}

Words least(Words a, Words b) {
  return (Words)_mm512_min_epu32((__m512i)a, (__m512i)b);
}

Words greatest(Words a, Words b) {
  return (Words)_mm512_max_epu32((__m512i)a, (__m512i)b);
}

bool has_nan(const Floats x[4]) {
  return (_mm512_cmp_ps_mask((__m512)x[0], (__m512)x[1], _CMP_UNORD_Q) | _mm512_cmp_ps_mask((__m512)x[2], (__m512)x[3], _CMP_UNORD_Q)) != 0;
}

// The low bytes of all lanes, in order. Packing leaves four codes of each vector side by side.
void store_codes(std::uint8_t* codes, const Words lanes[4]) {
  const __m512i in_turn = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const __m512i ab = _mm512_packus_epi32((__m512i)lanes[0], (__m512i)lanes[1]);
  const __m512i cd = _mm512_packus_epi32((__m512i)lanes[2], (__m512i)lanes[3]);
  _mm512_storeu_si512(codes, _mm512_permutexvar_epi32(in_turn, _mm512_packus_epi16(ab, cd)));
}

#else

Floats loaded(const float* values) {
  return (Floats)_mm256_loadu_ps(values);  // a memcpy of 32 bytes becomes two of 16 through the stack
}

Words least(Words a, Words b) {
  return (Words)_mm256_min_epu32((__m256i)a, (__m256i)b);
}

Words greatest(Words a, Words b) {
  return (Words)_mm256_max_epu32((__m256i)a, (__m256i)b);
}

bool has_nan(const Floats x[4]) {
  const __m256 ab = _mm256_cmp_ps((__m256)x[0], (__m256)x[1], _CMP_UNORD_Q);
  return _mm256_movemask_ps(_mm256_or_ps(ab, _mm256_cmp_ps((__m256)x[2], (__m256)x[3], _CMP_UNORD_Q))) != 0;
}

// The low bytes of all lanes, in order. Packing leaves four codes of each vector side by side.
void store_codes(std::uint8_t* codes, const Words lanes[4]) {
  const __m256i in_turn = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  const __m256i ab = _mm256_packus_epi32((__m256i)lanes[0], (__m256i)lanes[1]);
  const __m256i cd = _mm256_packus_epi32((__m256i)lanes[2], (__m256i)lanes[3]);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(codes), _mm256_permutevar8x32_epi32(_mm256_packus_epi16(ab, cd), in_turn));
}

#endif

// encode<F> of numbers, operation by operation; what comes out for a NaN is to be replaced.
template <class F>
Words number_codes(Words bits, Words overflow) {
  constexpr std::uint32_t beyond = static_cast<std::uint32_t>(F::max_exponent + 1 + 127) << 23;
  constexpr std::uint32_t smallest_normal = static_cast<std::uint32_t>(F::min_exponent + 127) << 23;
  constexpr int dropped = 23 - F::mantissa_bits;
  constexpr std::uint32_t to_last_place = static_cast<std::uint32_t>(dropped) << 23;
  constexpr std::uint32_t subtrahend = to_last_place + (static_cast<std::uint32_t>(F::min_exponent + 127) << F::mantissa_bits);
  const Words clamped = least(bits & 0x7FFFFFFFu, all(beyond));
  const Words exponent = greatest(clamped, all(smallest_normal)) & 0x7F800000u;
  const Words sum = (Words)((Floats)clamped + (Floats)(exponent + to_last_place));
  const Words code = least(sum - exponent + ((exponent >> dropped) - subtrahend), overflow);
  return F::is_signed ? code | (bits >> (31 - F::magnitude_bits) & static_cast<std::uint32_t>(F::sign_mask)) : code;
}

// Puts specials.nan ^ (sign & specials.nan_sign_mask) where x is a NaN.
template <class F>
Words with_nan_codes(Words codes, Floats x, const Specials& specials) {
  const Words sign = (Words)x >> (31 - F::magnitude_bits) & static_cast<std::uint32_t>(specials.nan_sign_mask);
  return x != x ? sign ^ static_cast<std::uint32_t>(specials.nan) : codes;
}

template <class F>
__attribute__((always_inline)) inline void encode_at_once(const float* values, std::uint8_t* codes, const Specials& specials) {
  Floats x[4];
  for (std::size_t i = 0; i < 4; i++) {
    x[i] = loaded(values + conversion_lanes * i);
  }
  const bool nan = has_nan(x);
#if defined(__AVX512BW__) && defined(__AVX512VL__) && defined(__AVX512DQ__)
  if (std::is_same_v<F, E2M1> && !nan) {
    _mm512_storeu_si512(codes, in_order(e2m1_codes((__m512)x[0], (__m512)x[1], (__m512)x[2], (__m512)x[3])));  // whose overflow is the largest number always
    return;
  }
#endif
  const Words overflow = all(static_cast<std::uint32_t>(specials.overflow));
  Words lanes[4];
  for (int i = 0; i < 4; i++) {
    lanes[i] = number_codes<F>((Words)x[i], overflow);
  }
  if (nan) {
    for (int i = 0; i < 4; i++) {
      lanes[i] = with_nan_codes<F>(lanes[i], x[i], specials);
    }
  }
  store_codes(codes, lanes);
}

#endif

#if defined(__AVX512VBMI__)

constexpr std::size_t decoded_at_once = 64;

// The upper two bytes of every code's value, whose lower two are zero.
struct DecodingTables {
  alignas(64) std::uint8_t top[256];
  alignas(64) std::uint8_t second[256];

  template <class ValueOf>
  explicit DecodingTables(ValueOf value_of) {
    for (std::uint32_t code = 0; code < 256; code++) {
      const std::uint32_t bits = to_bits(value_of(code));
      top[code] = static_cast<std::uint8_t>(bits >> 24);
      second[code] = static_cast<std::uint8_t>(bits >> 16);
    }
  }
};

// One byte for each of 64 codes from a table of 256.
struct ByteTable {
  __m512i quarters[4];

  explicit ByteTable(const std::uint8_t* bytes) {
    for (int i = 0; i < 4; i++) {
      quarters[i] = _mm512_load_si512(bytes + 64 * i);
    }
  }
  __m512i operator()(__m512i codes, __mmask64 is_high) const {
    return _mm512_mask_blend_epi8(is_high, _mm512_permutex2var_epi8(quarters[0], codes, quarters[1]), _mm512_permutex2var_epi8(quarters[2], codes, quarters[3]));
  }
};

// Decodes whole 64s and says how many that were.
template <class Stores>
std::size_t decode_by_tables(const DecodingTables& tables, const std::uint8_t* codes, float* values, std::size_t count) {
  const ByteTable top(tables.top);
  const ByteTable second(tables.second);
  // Unpacking bytes, then words, takes four codes of each 128 bits to one vector.
  const __m512i in_turn = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const __m512i zero = _mm512_setzero_si512();
  Stores stores(values);
  std::size_t i = 0;
  for (; i + decoded_at_once <= count; i += decoded_at_once) {
    const __m512i code = _mm512_permutexvar_epi32(in_turn, _mm512_loadu_si512(codes + i));
    const __mmask64 is_high = _mm512_movepi8_mask(code);
    const __m512i upper = top(code, is_high);
    const __m512i lower = second(code, is_high);
    const __m512i low = _mm512_unpacklo_epi8(lower, upper);
    const __m512i high = _mm512_unpackhi_epi8(lower, upper);
    stores.put(_mm512_castsi512_ps(_mm512_unpacklo_epi16(zero, low)));
    stores.put(_mm512_castsi512_ps(_mm512_unpackhi_epi16(zero, low)));
    stores.put(_mm512_castsi512_ps(_mm512_unpacklo_epi16(zero, high)));
    stores.put(_mm512_castsi512_ps(_mm512_unpackhi_epi16(zero, high)));
  }
  stores.finish();
  return i;
}

#elif defined(FP4J_CONVERSION_VECTORS)

constexpr std::size_t decoded_at_once = 16;

// Decodes whole 16s and says how many that were: none where a number of the format is too large for binary16. A code is a binary16 whose fields have moved, times a power
// of two.
template <class F, class Stores>
std::size_t decode_by_halves(const std::uint8_t* codes, float* values, std::size_t count) {
  if constexpr (F::max_finite_code >= 31u << F::mantissa_bits) {
    return 0;
  }
  const float unit = from_bits<float>(static_cast<std::uint32_t>(127 + 15 - F::bias) << 23);
  const __m256i largest = _mm256_set1_epi16(F::max_finite_code + (F::has_infinity ? 1 : 0));
  Stores stores(values);
  std::size_t i = 0;
  for (; i + decoded_at_once <= count; i += decoded_at_once) {
    const __m256i code = _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(codes + i)));
    const __m256i magnitude = _mm256_and_si256(code, _mm256_set1_epi16(F::magnitude_mask));
    const __m256i sign = _mm256_slli_epi16(_mm256_and_si256(code, _mm256_set1_epi16(F::sign_mask)), 15 - F::magnitude_bits);
    __m256i half = _mm256_slli_epi16(magnitude, 10 - F::mantissa_bits);
    if (F::has_infinity) {
      half = _mm256_blendv_epi8(half, _mm256_set1_epi16(0x7C00), _mm256_cmpeq_epi16(magnitude, _mm256_set1_epi16(F::infinity_code)));
    }
    half = _mm256_or_si256(half, sign);
    if (F::has_nan) {
      half = _mm256_blendv_epi8(half, _mm256_set1_epi16(0x7E00), _mm256_cmpgt_epi16(magnitude, largest));
    }
#if defined(__AVX512BW__)
    stores.put(_mm512_mul_ps(_mm512_cvtph_ps(half), _mm512_set1_ps(unit)));
#else
    stores.put(_mm256_mul_ps(_mm256_cvtph_ps(_mm256_castsi256_si128(half)), _mm256_set1_ps(unit)));
    stores.put(_mm256_mul_ps(_mm256_cvtph_ps(_mm256_extracti128_si256(half, 1)), _mm256_set1_ps(unit)));
#endif
  }
  stores.finish();
  return i;
}

#endif
