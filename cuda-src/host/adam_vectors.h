// Adam's update of moments in 4-bit codes, sixteen elements to a vector. Included into the anonymous namespace of each instruction set's translation unit, after
// codebook_vectors.h and encode_scaled.
#if defined(__AVX512BW__) && defined(__AVX512VL__)
__m512 conditioned(const AdamCoefficients& c, __m512 g) {
  const __mmask16 large = _mm512_cmp_ps_mask(_mm512_castsi512_ps(magnitudes_in(g)), _mm512_set1_ps(c.threshold), _CMP_GT_OQ);
  return _mm512_mul_ps(_mm512_mask_mul_ps(g, large, g, _mm512_set1_ps(c.ratio)), _mm512_set1_ps(c.gain));
}

// Whether conditioning leaves every gradient as it is.
bool is_plain(const AdamCoefficients& c) {
  return c.gain == 1 && (c.ratio == 1 || c.threshold == INFINITY);
}

// The update of sixteen elements, operation by operation that of fp4j/optim.cuh.
template <bool lerp, bool plain>
void adam_vector(const AdamCoefficients& c, const float* gradient, float* parameters, __m512& first, __m512& second) {
  const __m512 g = _mm512_loadu_ps(gradient);
  const __m512 a = plain ? g : conditioned(c, g);
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

// How far ahead parameters and gradients are fetched: the core stops reading them while it looks for codes, and its prefetchers lose the thread.
constexpr std::size_t ahead = 512;

// Elements after which codes are stored: four vectors.
constexpr std::size_t coded_turn = 4 * codebook_lanes;

// One block: codes that are read, parameters and gradients, and the moments that come out.
struct AdamBlock {
  float* parameters;
  const float* gradient;
  const std::uint8_t* first_packed;
  const std::uint8_t* second_packed;
  float* m;
  float* v;
};

// The codes of a block that has been updated, found while the next one is: the search for them runs beside square roots and divisions.
template <class SecondCodes>
struct LateCodes {
  SearchedCodes first;
  SecondCodes second;
  const float* m;
  const float* v;
  std::uint8_t* first_packed;
  std::uint8_t* second_packed;

  void store_turn(std::size_t i) const {
    const auto of_first = [&](std::size_t k) { return first(_mm512_load_ps(m + i + k * codebook_lanes)); };
    const auto of_second = [&](std::size_t k) { return second(_mm512_load_ps(v + i + k * codebook_lanes)); };
    store_codes(of_first(0), of_first(1), of_first(2), of_first(3), first_packed + i / 2);
    store_codes(of_second(0), of_second(1), of_second(2), of_second(3), second_packed + i / 2);
  }
};

struct NoLateCodes {
  void store_turn(std::size_t) const {}
};

// Decodes under the block's scales, and writes the new ones.
template <bool lerp, bool plain, class Late>
void adam_block_in_vectors(
    const AdamCoefficients& c, const AdamBlock& block, std::size_t size, const VectorCodebook& first_codebook, const VectorCodebook& second_codebook,
    float& first_scale, float& second_scale, const Late& late) {
  const __m512 first_values = scaled_values(first_codebook, first_scale);
  const __m512 second_values = scaled_values(second_codebook, second_scale);
  __m512i first_largest = _mm512_setzero_si512();
  __m512i second_largest = _mm512_setzero_si512();
  for (std::size_t turn = 0; turn < size; turn += coded_turn) {
    for (std::size_t i = turn; i < turn + coded_turn; i += codebook_lanes) {
      _mm_prefetch(reinterpret_cast<const char*>(block.parameters + i + ahead), _MM_HINT_T0);
      _mm_prefetch(reinterpret_cast<const char*>(block.gradient + i + ahead), _MM_HINT_T0);
      __m512 m = decoded(first_values, block.first_packed + i / 2);
      __m512 v = decoded(second_values, block.second_packed + i / 2);
      adam_vector<lerp, plain>(c, block.gradient + i, block.parameters + i, m, v);
      first_largest = _mm512_max_epi32(first_largest, magnitudes_in(m));
      second_largest = _mm512_max_epi32(second_largest, magnitudes_in(v));
      _mm512_store_ps(block.m + i, m);
      _mm512_store_ps(block.v + i, v);
    }
    late.store_turn(turn);
  }
  first_scale = largest_of(first_largest);
  second_scale = largest_of(second_largest);
}

// Whole blocks; gives the number of elements done.
template <bool lerp, bool plain, class SecondCodes>
std::size_t adam_blocks_in_vectors(
    const AdamCoefficients& c, float* parameters, const float* gradient, const CodedMoment& first, const CodedMoment& second, std::size_t size, std::size_t count) {
  alignas(64) float m[2][piece_size];
  alignas(64) float v[2][piece_size];
  const VectorCodebook first_codebook = vectors_of(*first.table);
  const VectorCodebook second_codebook = vectors_of(*second.table);
  const auto encode_block = [&](std::size_t n) {
    encode_scaled(*first.table, first_codebook, size, m[n % 2], size, first.packed + n * size / 2, first.scales + n);
    encode_scaled(*second.table, second_codebook, size, v[n % 2], size, second.packed + n * size / 2, second.scales + n);
  };
  const std::size_t blocks = count / size;
  for (std::size_t n = 0; n < blocks; n++) {
    const AdamBlock block = {parameters + n * size, gradient + n * size, first.packed + n * size / 2, second.packed + n * size / 2, m[n % 2], v[n % 2]};
    const auto update = [&](const auto& late) {
      adam_block_in_vectors<lerp, plain>(c, block, size, first_codebook, second_codebook, first.scales[n], second.scales[n], late);
    };
    if (n == 0) {
      update(NoLateCodes());
    } else if (SearchedCodes::suits(first.scales[n - 1]) && SecondCodes::suits(second.scales[n - 1])) {
      update(LateCodes<SecondCodes>{SearchedCodes(first_codebook, first.scales[n - 1]), SecondCodes(second_codebook, second.scales[n - 1]), m[(n - 1) % 2],
                                    v[(n - 1) % 2], first.packed + (n - 1) * size / 2, second.packed + (n - 1) * size / 2});
    } else {
      update(NoLateCodes());
      encode_block(n - 1);
    }
  }
  if (blocks > 0) {
    encode_block(blocks - 1);
  }
  return blocks * size;
}

template <bool lerp, bool plain>
std::size_t adam_in_vectors(
    const AdamCoefficients& c, float* parameters, const float* gradient, const CodedMoment& first, const CodedMoment& second, std::size_t size, std::size_t count) {
  if (!is_in_vectors(*first.table, size) || !is_in_vectors(*second.table, size) || size % coded_turn != 0) {
    return 0;
  }
  return is_linear(*second.table) ? adam_blocks_in_vectors<lerp, plain, GuessedCodes>(c, parameters, gradient, first, second, size, count)
                                  : adam_blocks_in_vectors<lerp, plain, SearchedCodes>(c, parameters, gradient, first, second, size, count);
}
#endif
