// Moments in 4-bit codes, sixteen elements to a vector, for any ascending codebook. Included into the anonymous namespace of each instruction set's translation unit.
//
// A code is found by four comparisons with boundaries that permutations look up. The quotient before them is exact without a division: with y the reciprocal of the
// scale, correctly rounded, x * y lies within two ulps of x / scale; one correction by the remainder makes it a neighbour of it, and a second one rounds it correctly
// (Markstein, IBM J. Res. Dev. 34(1), 1990; Cornea et al., "Scientific Computing on Itanium-based Systems", 2002, chapter 8), as long as nothing over- or underflows.
#if defined(__AVX512BW__) && defined(__AVX512VL__)
constexpr std::size_t codebook_lanes = 16;

// Scales between these leave quotients and remainders that matter far from overflow and from subnormals.
constexpr float least_scale = 0x1p-60f;
constexpr float most_scale = 0x1p60f;

struct VectorCodebook {
  __m512 values;
  __m512 middle;      // boundary 7
  __m512 quarters;    // boundary i + 3, then i + 1, then i
  __m512 eighths;
  __m512 sixteenths;
  bool is_linear;     // boundaries (2i + 3) / 32
};

VectorCodebook vectors_of(const CodeTable& table) {
  float boundaries[16 + 3] = {};
  std::memcpy(boundaries, table.midpoints, 15 * sizeof(float));
  bool is_linear = true;
  for (int i = 0; i < 15; i++) {
    is_linear = is_linear && boundaries[i] == static_cast<float>(2 * i + 3) / 32.0f;
  }
  return {_mm512_loadu_ps(table.values),   _mm512_set1_ps(boundaries[7]), _mm512_loadu_ps(boundaries + 3),
          _mm512_loadu_ps(boundaries + 1), _mm512_loadu_ps(boundaries),   is_linear};
}

// The values of a block's codes.
__m512 scaled_values(const VectorCodebook& codebook, float scale) {
  return _mm512_mul_ps(codebook.values, _mm512_set1_ps(scale));
}

// A permutation looks at the low four bits of an index only: nibble i of eight bytes, shifted down, is one.
__m512 decoded(__m512 scaled, const std::uint8_t* packed) {
  const __m512i halves = _mm512_setr_epi32(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
  const __m512i shifts = _mm512_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28, 0, 4, 8, 12, 16, 20, 24, 28);
  const __m512i words = _mm512_castsi128_si512(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(packed)));
  return _mm512_permutexvar_ps(_mm512_srlv_epi32(_mm512_permutexvar_epi32(halves, words), shifts), scaled);
}

__m512 quotients(__m512 x, __m512 scale, __m512 reciprocal) {
  __m512 q = _mm512_mul_ps(x, reciprocal);
  q = _mm512_fmadd_ps(_mm512_fnmadd_ps(q, scale, x), reciprocal, q);
  return _mm512_fmadd_ps(_mm512_fnmadd_ps(q, scale, x), reciprocal, q);
}

__m512i searched_codes(const VectorCodebook& codebook, __m512 q) {
  const auto step = [&](__m512i code, __m512 boundary, int by) {
    return _mm512_mask_add_epi32(code, _mm512_cmp_ps_mask(q, boundary, _CMP_GT_OQ), code, _mm512_set1_epi32(by));
  };
  __m512i code = step(_mm512_setzero_si512(), codebook.middle, 8);
  code = step(code, _mm512_permutexvar_ps(code, codebook.quarters), 4);
  code = step(code, _mm512_permutexvar_ps(code, codebook.eighths), 2);
  return step(code, _mm512_permutexvar_ps(code, codebook.sixteenths), 1);
}

// 16q - 1.5 rounded up, where 2^23 beside it leaves integers only; numbers of at most 0 become code 0.
__m512i linear_codes(__m512 q) {
  const __m512 zero = _mm512_set1_ps(0x1p23f);
  const __m512 sum = _mm512_fmadd_round_ps(q, _mm512_set1_ps(16.0f), _mm512_set1_ps(0x1p23f - 1.5f), _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC);
  return _mm512_castps_si512(_mm512_max_ps(sum, zero));
}

// The eight bytes of the low nibbles of sixteen codes below 256.
void store_codes(__m512i code, std::uint8_t* packed) {
  const __m128i pairs = _mm_maddubs_epi16(_mm512_cvtepi32_epi8(code), _mm_set1_epi16(0x1001));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(packed), _mm_packus_epi16(pairs, pairs));
}

__m512i magnitudes_in(__m512 x) {
  return _mm512_and_si512(_mm512_castps_si512(x), _mm512_set1_epi32(0x7FFFFFFF));
}

template <class Codes>
void encode_all(const float* values, std::size_t count, float scale, std::uint8_t* packed, Codes codes) {
  const __m512 scales = _mm512_set1_ps(scale);
  const __m512 reciprocals = _mm512_set1_ps(1.0f / scale);
  for (std::size_t i = 0; i < count; i += codebook_lanes) {
    store_codes(codes(quotients(_mm512_loadu_ps(values + i), scales, reciprocals)), packed + i / 2);
  }
}

float largest_of(__m512i magnitudes) {
  return from_bits<float>(static_cast<std::uint32_t>(_mm512_reduce_max_epi32(magnitudes)));
}

// Encodes a block of whole vectors under its scale, or gives false where that is zero, too small, too large or not a number.
bool encode_in_vectors(const VectorCodebook& codebook, const float* values, std::size_t count, float scale, std::uint8_t* packed) {
  if (!(scale >= least_scale && scale <= most_scale)) {
    return false;
  }
  if (codebook.is_linear) {
    encode_all(values, count, scale, packed, linear_codes);
  } else {
    encode_all(values, count, scale, packed, [&](__m512 q) { return searched_codes(codebook, q); });
  }
  return true;
}

// The update of sixteen elements, operation by operation that of fp4j/optim.cuh.
template <bool lerp>
void adam_vector(const AdamCoefficients& c, const float* gradient, float* parameters, __m512& first, __m512& second) {
  const __m512 g = _mm512_loadu_ps(gradient);
  const __mmask16 large = _mm512_cmp_ps_mask(_mm512_castsi512_ps(magnitudes_in(g)), _mm512_set1_ps(c.threshold), _CMP_GT_OQ);
  const __m512 a = _mm512_mul_ps(_mm512_mask_mul_ps(g, large, g, _mm512_set1_ps(c.ratio)), _mm512_set1_ps(c.gain));
  const __m512 part = _mm512_set1_ps(c.one_minus_beta1);
  const __m512 m = lerp ? _mm512_add_ps(first, _mm512_mul_ps(_mm512_sub_ps(a, first), part))
                        : _mm512_add_ps(_mm512_mul_ps(first, _mm512_set1_ps(c.beta1)), _mm512_mul_ps(a, part));
  const __m512 squares = _mm512_mul_ps(_mm512_mul_ps(a, _mm512_set1_ps(c.one_minus_beta2)), a);
  const __m512 v = _mm512_add_ps(_mm512_mul_ps(second, _mm512_set1_ps(c.beta2)), squares);
  const __m512 root = _mm512_mul_ps(_mm512_sqrt_ps(v), _mm512_set1_ps(c.inverse_root_correction2));
  const __m512 update = _mm512_div_ps(_mm512_mul_ps(m, _mm512_set1_ps(c.step_size)), _mm512_add_ps(root, _mm512_set1_ps(c.epsilon)));
  _mm512_storeu_ps(parameters, _mm512_sub_ps(_mm512_mul_ps(_mm512_loadu_ps(parameters), _mm512_set1_ps(c.decay)), update));
  first = m;
  second = v;
}
#endif
