// Blocks of 16 or 32 E2M1 codes restored in vectors. Included into the anonymous namespace of each instruction set's translation unit, after block_stages.h,
// vector_stores.h and nibble_vectors.h.
#if defined(FP4J_BLOCK_VECTORS)

// What scale codes multiply or divide by; the second number is the same for all.
struct RestoringFactors {
  float first[256];
  float second;
};

// As restoring_scale does it for each code.
void restoring_factors(const Profile& profile, float t, RestoringFactors* factors) {
  constexpr std::size_t count = 256;
  float* const first = factors->first;
  factors->second = restoring_scale(profile, 0, t).second;
  const bool is_scale_only = profile.dequantize_formula == DequantizeFormula::scale_only && profile.scale() == format_data<UE8M0>();
  if (!(profile.scale() == format_data<UE4M3>())) {
    for (std::uint32_t code = 0; code < count; code++) {
      first[code] = is_scale_only ? decode_ue8m0(code) : restoring_scale(profile, code, t).first;
    }
    return;
  }
  std::uint32_t codes[count];
  std::iota(codes, codes + count, 0u);
  switch (profile.dequantize_formula) {
    case DequantizeFormula::amax_times_factor: {
      const float factor = div_rn(1.0f, mul_rn(profile.tensor_scale_max, element_max(profile)));
      for_ue4m3(codes, count, first, [=](Factors s) { return s * t * factor; });
      break;
    }
    case DequantizeFormula::product: for_ue4m3(codes, count, first, [=](Factors s) { return s * t; }); break;
    case DequantizeFormula::quotient: for_ue4m3(codes, count, first, [=](Factors s) { return s / t; }); break;
    default: for_ue4m3(codes, count, first, [](Factors s) { return s; });
  }
}

#if defined(__AVX512BW__) && defined(__AVX512VL__) && defined(__AVX512DQ__)

__m512 e2m1_values(const std::uint8_t* packed) {
  const __m512 of_code = _mm512_setr_ps(0.0f, 0.5f, 1.0f, 1.5f, 2.0f, 3.0f, 4.0f, 6.0f, -0.0f, -0.5f, -1.0f, -1.5f, -2.0f, -3.0f, -4.0f, -6.0f);
  return _mm512_permutexvar_ps(nibbles_of(packed), of_code);
}

template <bool Divides, bool HasSecond, int Size, class Stores>
void restore_block(const std::uint8_t* packed, float first, float second, Stores* stores) {
  const __m512 factor = _mm512_set1_ps(first);
  for (int i = 0; i < Size; i += 16) {
    const __m512 q = e2m1_values(packed + i / 2);
    const __m512 value = Divides ? _mm512_div_ps(q, factor) : _mm512_mul_ps(q, factor);
    stores->put(HasSecond ? _mm512_mul_ps(value, _mm512_set1_ps(second)) : value);
  }
}

#else

template <bool Divides, bool HasSecond, int Size, class Stores>
void restore_block(const std::uint8_t* packed, float first, float second, Stores* stores) {
  const __m256 of_magnitude = _mm256_setr_ps(0.0f, 0.5f, 1.0f, 1.5f, 2.0f, 3.0f, 4.0f, 6.0f);
  const __m256i shifts = _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28);
  const __m256 factor = _mm256_set1_ps(first);
  for (int i = 0; i < Size; i += 8) {
    std::int32_t word;
    std::memcpy(&word, packed + i / 2, sizeof word);
    const __m256i codes = _mm256_srlv_epi32(_mm256_set1_epi32(word), shifts);  // a permutation looks at the low three bits only
    const __m256 sign = _mm256_castsi256_ps(_mm256_and_si256(_mm256_slli_epi32(codes, 28), _mm256_set1_epi32(INT32_MIN)));
    const __m256 q = _mm256_or_ps(_mm256_permutevar8x32_ps(of_magnitude, codes), sign);
    const __m256 value = Divides ? _mm256_div_ps(q, factor) : _mm256_mul_ps(q, factor);
    stores->put(HasSecond ? _mm256_mul_ps(value, _mm256_set1_ps(second)) : value);
  }
}

#endif

// Consecutive whole blocks of E2M1, interleaved.
template <bool Divides, bool HasSecond, int Size, class Stores>
void restore_run(const RestoringFactors& factors, const std::uint8_t* packed, const std::uint8_t* codes, std::size_t blocks, float* values) {
  Stores stores(values);
  for (std::size_t block = 0; block < blocks; block++) {
    restore_block<Divides, HasSecond, Size>(packed + block * (Size / 2), factors.first[codes[block]], factors.second, &stores);
  }
  stores.finish();
}

template <bool Divides, bool HasSecond, class Stores>
void restore_rows(const Profile& profile, const RestoringFactors& factors, const StoredRows& stored, float* values, std::size_t stride, std::size_t rows,
                  std::size_t columns) {
  const std::size_t size = static_cast<std::size_t>(profile.block_size);
  const std::size_t blocks = columns / size;
  const bool dense = stride == columns && stored.codes_stride == columns / 2 && stored.scales_stride == blocks;
  const std::size_t count = dense ? rows * blocks : blocks;
  for (std::size_t row = 0; row < (dense ? 1 : rows); row++) {
    const std::uint8_t* codes = stored.codes + row * stored.codes_stride;
    const std::uint8_t* scales = stored.scales + row * stored.scales_stride;
    if (size == 16) {
      restore_run<Divides, HasSecond, 16, Stores>(factors, codes, scales, count, values + row * stride);
    } else {
      restore_run<Divides, HasSecond, 32, Stores>(factors, codes, scales, count, values + row * stride);
    }
  }
}

template <class Stores>
void restore_matrix(const Profile& profile, float t, const StoredRows& stored, float* values, std::size_t stride, std::size_t rows, std::size_t columns) {
  const RestoringScale shape = restoring_scale(profile, 0, t);
  RestoringFactors factors;
  restoring_factors(profile, t, &factors);
  if (shape.divides) {
    restore_rows<true, true, Stores>(profile, factors, stored, values, stride, rows, columns);
  } else if (shape.has_second) {
    restore_rows<false, true, Stores>(profile, factors, stored, values, stride, rows, columns);
  } else {
    restore_rows<false, false, Stores>(profile, factors, stored, values, stride, rows, columns);
  }
}

// False for what the bodies have to do: other elements and blocks, rows with a part of a block, zeros that lose their sign.
bool restored_in_vectors(const Profile& profile, float t, const StoredRows& stored, float* values, std::size_t stride, std::size_t rows, std::size_t columns) {
  if (!(profile.element() == format_data<E2M1>()) || profile.nibble_order != NibbleOrder::interleaved_low_first ||
      (profile.block_size != 16 && profile.block_size != 32) || columns % static_cast<std::size_t>(profile.block_size) != 0 ||
      restoring_scale(profile, 0, t).drops_zero_sign) {
    return false;
  }
  if (rows * columns >= least_streamed && columns >= least_streamed_row) {
    restore_matrix<StreamedStores>(profile, t, stored, values, stride, rows, columns);
  } else {
    restore_matrix<PlainStores>(profile, t, stored, values, stride, rows, columns);
  }
  return true;
}

#endif
