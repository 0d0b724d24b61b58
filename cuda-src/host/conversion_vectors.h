// Conversions of floats with the intrinsics of the instruction set that this is compiled for; FP4J_CONVERSION_VECTORS is defined where there are any. Included into
// the anonymous namespace of each instruction set's translation unit, after vector_stores.h and e2m1_vectors.h.

#if defined(FP4J_VECTOR_STORES)
#define FP4J_CONVERSION_VECTORS 1

// The constants of encode<F, float>.
template <class F>
struct EncodingBits {
  static constexpr std::int32_t beyond = (F::max_exponent + 1 + 127) << 23;
  static constexpr std::int32_t smallest_normal = (F::min_exponent + 127) << 23;
  static constexpr int dropped = 23 - F::mantissa_bits;
  static constexpr std::int32_t to_last_place = dropped << 23;
  static constexpr std::int32_t subtrahend = to_last_place + ((F::min_exponent + 127) << F::mantissa_bits);
  static constexpr int sign_shift = 31 - F::magnitude_bits;
};

#endif

#if defined(__AVX512BW__) && defined(__AVX512VL__) && defined(__AVX512DQ__)

constexpr std::size_t encoded_at_once = 64;

// encode<F> of 16 numbers, operation by operation; what comes out for a NaN is to be replaced.
template <class F>
__m512i number_codes(__m512i bits, __m512i overflow) {
  using B = EncodingBits<F>;
  const __m512i clamped = _mm512_min_epu32(_mm512_and_si512(bits, _mm512_set1_epi32(0x7FFFFFFF)), _mm512_set1_epi32(B::beyond));
  const __m512i exponent = _mm512_and_si512(_mm512_max_epu32(clamped, _mm512_set1_epi32(B::smallest_normal)), _mm512_set1_epi32(0x7F800000));
  const __m512 unit = _mm512_castsi512_ps(_mm512_add_epi32(exponent, _mm512_set1_epi32(B::to_last_place)));
  const __m512i sum = _mm512_castps_si512(_mm512_add_ps(_mm512_castsi512_ps(clamped), unit));
  const __m512i binade = _mm512_sub_epi32(_mm512_srli_epi32(exponent, B::dropped), _mm512_set1_epi32(B::subtrahend));
  const __m512i code = _mm512_min_epu32(_mm512_add_epi32(_mm512_sub_epi32(sum, exponent), binade), overflow);
  if (!F::is_signed) {
    return code;
  }
  return _mm512_ternarylogic_epi32(code, _mm512_srli_epi32(bits, B::sign_shift), _mm512_set1_epi32(F::sign_mask), 0xF8);  // code | (sign & mask)
}

// Puts specials.nan ^ (sign & specials.nan_sign_mask) where x is a NaN.
template <class F>
__m512i with_nan_codes(__m512i codes, __m512 x, const Specials& specials) {
  const __m512i mask = _mm512_set1_epi32(static_cast<int>(specials.nan_sign_mask));
  const __m512i sign = _mm512_and_si512(_mm512_srli_epi32(_mm512_castps_si512(x), EncodingBits<F>::sign_shift), mask);
  return _mm512_mask_xor_epi32(codes, _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q), sign, _mm512_set1_epi32(static_cast<int>(specials.nan)));
}

template <class F>
__attribute__((always_inline)) inline void encode_at_once(const float* values, std::uint8_t* codes, const Specials& specials) {
  __m512 x[4];
  for (int i = 0; i < 4; i++) {
    x[i] = _mm512_loadu_ps(values + 16 * i);
  }
  const bool has_nan = (_mm512_cmp_ps_mask(x[0], x[1], _CMP_UNORD_Q) | _mm512_cmp_ps_mask(x[2], x[3], _CMP_UNORD_Q)) != 0;
  if (std::is_same_v<F, E2M1> && !has_nan) {
    _mm512_storeu_si512(codes, in_order(e2m1_codes(x[0], x[1], x[2], x[3])));  // whose overflow is the largest number always
    return;
  }
  const __m512i overflow = _mm512_set1_epi32(static_cast<int>(specials.overflow));
  __m512i lanes[4];
  for (int i = 0; i < 4; i++) {
    lanes[i] = number_codes<F>(_mm512_castps_si512(x[i]), overflow);
  }
  if (has_nan) {
    for (int i = 0; i < 4; i++) {
      lanes[i] = with_nan_codes<F>(lanes[i], x[i], specials);
    }
  }
  // Packing leaves four codes of each vector side by side.
  const __m512i in_turn = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const __m512i packed = _mm512_packus_epi16(_mm512_packus_epi32(lanes[0], lanes[1]), _mm512_packus_epi32(lanes[2], lanes[3]));
  _mm512_storeu_si512(codes, _mm512_permutexvar_epi32(in_turn, packed));
}

#elif defined(__AVX2__)

constexpr std::size_t encoded_at_once = 32;

// encode<F> of 8 numbers, operation by operation; what comes out for a NaN is to be replaced.
template <class F>
__m256i number_codes(__m256i bits, __m256i overflow) {
  using B = EncodingBits<F>;
  const __m256i clamped = _mm256_min_epu32(_mm256_and_si256(bits, _mm256_set1_epi32(0x7FFFFFFF)), _mm256_set1_epi32(B::beyond));
  const __m256i exponent = _mm256_and_si256(_mm256_max_epu32(clamped, _mm256_set1_epi32(B::smallest_normal)), _mm256_set1_epi32(0x7F800000));
  const __m256 unit = _mm256_castsi256_ps(_mm256_add_epi32(exponent, _mm256_set1_epi32(B::to_last_place)));
  const __m256i sum = _mm256_castps_si256(_mm256_add_ps(_mm256_castsi256_ps(clamped), unit));
  const __m256i binade = _mm256_sub_epi32(_mm256_srli_epi32(exponent, B::dropped), _mm256_set1_epi32(B::subtrahend));
  const __m256i code = _mm256_min_epu32(_mm256_add_epi32(_mm256_sub_epi32(sum, exponent), binade), overflow);
  if (!F::is_signed) {
    return code;
  }
  return _mm256_or_si256(code, _mm256_and_si256(_mm256_srli_epi32(bits, B::sign_shift), _mm256_set1_epi32(F::sign_mask)));
}

// Puts specials.nan ^ (sign & specials.nan_sign_mask) where x is a NaN.
template <class F>
__m256i with_nan_codes(__m256i codes, __m256 x, const Specials& specials) {
  const __m256i mask = _mm256_set1_epi32(static_cast<int>(specials.nan_sign_mask));
  const __m256i sign = _mm256_and_si256(_mm256_srli_epi32(_mm256_castps_si256(x), EncodingBits<F>::sign_shift), mask);
  const __m256i of_nan = _mm256_xor_si256(sign, _mm256_set1_epi32(static_cast<int>(specials.nan)));
  return _mm256_blendv_epi8(codes, of_nan, _mm256_castps_si256(_mm256_cmp_ps(x, x, _CMP_UNORD_Q)));
}

template <class F>
__attribute__((always_inline)) inline void encode_at_once(const float* values, std::uint8_t* codes, const Specials& specials) {
  const __m256i overflow = _mm256_set1_epi32(static_cast<int>(specials.overflow));
  __m256 x[4];
  __m256i lanes[4];
  for (int i = 0; i < 4; i++) {
    x[i] = _mm256_loadu_ps(values + 8 * i);
    lanes[i] = number_codes<F>(_mm256_castps_si256(x[i]), overflow);
  }
  if (_mm256_movemask_ps(_mm256_or_ps(_mm256_cmp_ps(x[0], x[1], _CMP_UNORD_Q), _mm256_cmp_ps(x[2], x[3], _CMP_UNORD_Q))) != 0) {
    for (int i = 0; i < 4; i++) {
      lanes[i] = with_nan_codes<F>(lanes[i], x[i], specials);
    }
  }
  // Packing leaves four codes of each vector side by side.
  const __m256i packed = _mm256_packus_epi16(_mm256_packus_epi32(lanes[0], lanes[1]), _mm256_packus_epi32(lanes[2], lanes[3]));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(codes), _mm256_permutevar8x32_epi32(packed, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7)));
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
