// Vectors as wide as the instruction set that this is compiled for, and elements restored in them. Included into the anonymous namespace of each instruction set's
// translation unit.
#if defined(__AVX512F__) && defined(__AVX512BW__)
constexpr std::size_t lanes = 16;
constexpr std::size_t tile_rows = 8;  // 24 accumulators of 32 registers
constexpr std::size_t tile_vectors = 3;
#elif defined(__AVX2__) && defined(__FMA__)
constexpr std::size_t lanes = 8;
constexpr std::size_t tile_rows = 4;  // 12 accumulators of 16 registers
constexpr std::size_t tile_vectors = 3;
#else
constexpr std::size_t lanes = 4;
constexpr std::size_t tile_rows = 4;
constexpr std::size_t tile_vectors = 2;
#endif

typedef float Floats __attribute__((vector_size(lanes * 4)));
typedef std::uint32_t Words __attribute__((vector_size(lanes * 4)));

constexpr std::size_t group_vectors = group_rows / lanes;

template <class Vector>
Vector load(const void* from) {
  Vector vector;
  std::memcpy(&vector, from, sizeof vector);
  return vector;
}

template <class Vector>
void store(void* to, Vector vector) {
  std::memcpy(to, &vector, sizeof vector);
}

Floats broadcast(float value) {
#if defined(__AVX512F__) && defined(__AVX512BW__)
  return (Floats)_mm512_set1_ps(value);
#elif defined(__AVX2__) && defined(__FMA__)
  return (Floats)_mm256_set1_ps(value);
#else
  return Floats{value, value, value, value};
#endif
}

Floats fused_multiply_add(Floats a, Floats b, Floats c) {
#if defined(__AVX512F__) && defined(__AVX512BW__)
  return (Floats)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__AVX2__) && defined(__FMA__)
  return (Floats)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
  for (std::size_t i = 0; i < lanes; i++) {
    c[i] = __builtin_fmaf(a[i], b[i], c[i]);
  }
  return c;
#endif
}

Words words_of_bytes(const std::uint8_t* bytes) {
#if defined(__AVX512F__) && defined(__AVX512BW__)
  return (Words)_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes)));
#elif defined(__AVX2__) && defined(__FMA__)
  return (Words)_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(bytes)));
#else
  return Words{bytes[0], bytes[1], bytes[2], bytes[3]};
#endif
}

// E2M1 in the low four bits of each lane.
Floats e2m1_values(Words codes) {
#if defined(__AVX512F__) && defined(__AVX512BW__)
  const __m512 table = _mm512_setr_ps(0.0f, 0.5f, 1.0f, 1.5f, 2.0f, 3.0f, 4.0f, 6.0f, -0.0f, -0.5f, -1.0f, -1.5f, -2.0f, -3.0f, -4.0f, -6.0f);
  return (Floats)_mm512_permutexvar_ps((__m512i)codes, table);
#elif defined(__AVX2__) && defined(__FMA__)
  const __m256 table = _mm256_setr_ps(0.0f, 0.5f, 1.0f, 1.5f, 2.0f, 3.0f, 4.0f, 6.0f);
  const Words magnitude = (Words)_mm256_permutevar8x32_ps(table, (__m256i)codes);
  return (Floats)(magnitude | (codes << 28 & 0x80000000u));
#else
  const Words magnitude = codes & 7u;
  const Words normal = (magnitude << 22) + (126u << 23);
  const Words bits = magnitude == 0u ? magnitude : magnitude == 1u ? magnitude + 0x3EFFFFFFu : normal;
  return (Floats)(bits | (codes << 28 & 0x80000000u));
#endif
}

// E4M3 in the low seven bits of each lane, without a sign. The subtraction makes subnormals from normal numbers, as decode<E4M3> does.
Words e4m3_magnitudes(Words codes) {
  const Words magnitude = codes & 0x7Fu;
  const Words normal = (magnitude << 20) + (120u << 23);
  const Words subnormal = (Words)((Floats)(normal + (1u << 23)) - (Floats)(normal * 0u + (121u << 23)));
  const Words bits = magnitude < 8u ? subnormal : normal;
  return magnitude == 0x7Fu ? normal * 0u + 0x7FC00000u : bits;
}

// Element `index` of the word in each lane, without its scale.
template <OperandFormat F>
Floats element_values(Words words, std::uint32_t index) {
  if constexpr (F == OperandFormat::bf16) {
    return (Floats)(words >> 16 * index << 16);
  } else if constexpr (F == OperandFormat::mxfp8_e4m3) {
    const Words codes = words >> 8 * index;
    return (Floats)(e4m3_magnitudes(codes) | (codes << 24 & 0x80000000u));
  } else {
    return e2m1_values(words >> 4 * index);
  }
}

// The values of a vector of scale codes.
template <OperandFormat F>
Floats scale_values(const std::uint8_t* codes) {
  const Words words = words_of_bytes(codes);
  if constexpr (F == OperandFormat::nvfp4) {
    return (Floats)e4m3_magnitudes(words);
  } else {
    const Words bits = words == 0u ? words + 0x00400000u : words << 23;
    return (Floats)(words == 0xFFu ? words * 0u + 0x7FC00000u : bits);
  }
}
