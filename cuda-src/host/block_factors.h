// Arrays of scales and of what elements are multiplied or divided by under them. Included into the anonymous namespace of each instruction set's translation unit, after
// block_vectors.h.
#if defined(FP4J_BLOCK_VECTORS)

constexpr std::size_t blocks_at_once = 128;

#if defined(__AVX512F__)
constexpr std::size_t factor_lanes = 16;
#else
constexpr std::size_t factor_lanes = 8;
#endif
static_assert(blocks_at_once % factor_lanes == 0, "whole vectors");

typedef std::uint32_t FactorWords __attribute__((vector_size(factor_lanes * sizeof(std::uint32_t))));
typedef float Factors __attribute__((vector_size(factor_lanes * sizeof(float))));

// Scales of up to blocks_at_once blocks.
struct BlockScales {
  std::uint32_t largest[blocks_at_once];
  float value[blocks_at_once];
  std::uint32_t code[blocks_at_once] = {};  // of which whole vectors are read
  float first[blocks_at_once];
  float second[blocks_at_once];
  bool may_hold_nan;  // elements, whether or not a NaN is a block's largest
};

template <class Body>
void for_blocks(std::size_t blocks, Body body) {
  for (std::size_t i = 0; i < blocks; i++) {
    body(i);
  }
}

// A number from the value of each UE4M3 code, by a body over vectors: decode<UE4M3> inside is more than compilers turn into vectors. Up to a whole vector is read and
// written.
template <class Body>
void for_ue4m3(const std::uint32_t* codes, std::size_t count, float* numbers, Body body) {
  for (std::size_t i = 0; i < count; i += factor_lanes) {
    FactorWords code;
    std::memcpy(&code, codes + i, sizeof code);
    const FactorWords magnitude = code & UE4M3::magnitude_mask;
    const FactorWords normal = (magnitude << 20) + (120u << 23);
    const FactorWords subnormal = (FactorWords)((Factors)(normal + (1u << 23)) - from_bits<float>(121u << 23));
    const FactorWords finite = magnitude < 8u ? subnormal : normal;
    const Factors result = body((Factors)(magnitude == UE4M3::nan_code ? normal * 0u + canonical_nan_bits : finite));
    std::memcpy(numbers + i, &result, sizeof result);
  }
}

// element_factors for UE4M3, and not for the formula that rounds to bfloat16.
Scaling ue4m3_factors(const Profile& profile, float t, std::size_t blocks, BlockScales* scales) {
  const std::uint32_t* const code = scales->code;
  float* const first = scales->first;
  float* const second = scales->second;
  switch (profile.encode_formula) {
    case EncodeFormula::reciprocal_of_product: {
      const float inverse = div_rn(1.0f, tensor_encode_scale(profile, t));
      const float limit = from_bits<float>(max_float_bits);
      for_ue4m3(code, blocks, first, [=](Factors s) {
        const Factors factor = 1.0f / (s * inverse);
        return factor <= limit ? factor : Factors{} + limit;
      });
      return Scaling::multiply;
    }
    case EncodeFormula::quotient: {
      const float dividend = tensor_encode_scale(profile, t);
      for_ue4m3(code, blocks, first, [=](Factors s) { return dividend / s; });
      return Scaling::multiply;
    }
    case EncodeFormula::reciprocal_of_decode: {
      const float dividend = div_rn(1.0f, t);
      for_ue4m3(code, blocks, first, [=](Factors s) { return dividend / s; });
      return Scaling::multiply;
    }
    case EncodeFormula::divide_by_product: for_ue4m3(code, blocks, first, [=](Factors s) { return s * t; }); return Scaling::divide;
    case EncodeFormula::divide_by_quotient: for_ue4m3(code, blocks, first, [=](Factors s) { return s / t; }); return Scaling::divide;
    case EncodeFormula::divide: for_ue4m3(code, blocks, first, [](Factors s) { return s; }); return Scaling::divide;
    default: break;
  }
  std::fill_n(first, blocks, t);
  if (profile.encode_formula == EncodeFormula::prescaled_reciprocal) {
    for_ue4m3(code, blocks, second, [](Factors s) { return 1.0f / s; });
    return Scaling::multiply_multiply;
  }
  for_ue4m3(code, blocks, second, [](Factors s) { return s; });
  return profile.encode_formula == EncodeFormula::prescaled_divide ? Scaling::divide_divide : Scaling::divide_multiply;
}

// What elements are multiplied or divided by, and how. A division by a power of two is a multiplication by its inverse, which is a float for every E8M0 code.
Scaling element_factors(const Profile& profile, float t, std::size_t blocks, BlockScales* scales) {
  const std::uint32_t* code = scales->code;
  float* first = scales->first;
  float* second = scales->second;
  if (profile.scale() == format_data<UE8M0>() && profile.encode_formula == EncodeFormula::divide) {
    for_blocks(blocks, [=](std::size_t i) {
      const std::uint32_t bits = code[i] == 0xFEu ? 0x00400000u : (0xFEu - code[i]) << 23;
      first[i] = from_bits<float>(code[i] == 0xFFu ? canonical_nan_bits : bits);
    });
    return Scaling::multiply;
  }
  if (profile.scale() == format_data<UE4M3>() && profile.encode_formula != EncodeFormula::bf16_coefficient) {
    return ue4m3_factors(profile, t, blocks, scales);
  }
  Scaling scaling = Scaling::multiply;
  for_blocks(blocks, [=, &profile, &scaling](std::size_t i) {
    const ElementScale scale = element_scale(profile, code[i], t);
    scaling = scale.scaling;
    first[i] = scale.first;
    second[i] = scale.second;
  });
  return scaling;
}

#endif
