// Quantising in three steps over arrays: maxima of blocks, scales with what their elements are multiplied by, elements. For E2M1 in blocks of 16 or 32, converted to
// nearest-even; the steps over blocks are plain loops that compilers turn into vectors. Included into the anonymous namespace of each instruction set's translation
// unit, after block_vectors.h and block_factors.h.
#if defined(FP4J_BLOCK_VECTORS)

// Whether the steps below do what the bodies do.
bool is_staged(const Profile& profile) {
  return (profile.block_size == 16 || profile.block_size == 32) &&
         (profile.element_cast == ElementCast::convert || profile.element_cast == ElementCast::convert_magnitude) &&
         fp4j::detail::is_plain_e2m1(profile.element_conversion) && profile.nibble_order == NibbleOrder::interleaved_low_first &&
         profile.scale_search == ScaleSearch::none;
}

bool is_plain_scale(const Profile& profile, const FormatData& format, Rounding rounding) {
  const ConversionData& conversion = profile.scale_conversion;
  return conversion.format == format && conversion.rounding == rounding && conversion.pre_rounding.exponent_bits == 0 &&
         conversion.nan == NanPolicy::positive_nan && conversion.unsigned_policy == UnsignedPolicy::magnitude;
}

// The numbers of a rule in float32; false for rules that have no loop here.
bool number_values(const Profile& profile, float t, std::size_t blocks, BlockScales* scales) {
  const float max = element_max(profile);
  const float inverse = div_rn(1.0f, max);
  const float s = tensor_encode_scale(profile, t);
  const float factor = mul_rn(s, inverse);
  const float divisor = mul_rn(max, t);
  float* value = scales->value;
  const std::uint32_t* largest = scales->largest;
  const auto b = [largest](std::size_t i) { return amax_of(largest[i]); };
  if (profile.scale_precision.exponent_bits != 0) {
    return false;
  }
  switch (profile.scale_formula) {
    case ScaleFormula::f1: for_blocks(blocks, [=](std::size_t i) { value[i] = b(i) * factor; }); break;
    case ScaleFormula::f2: for_blocks(blocks, [=](std::size_t i) { value[i] = b(i) / max * s; }); break;
    case ScaleFormula::f3: for_blocks(blocks, [=](std::size_t i) { value[i] = b(i) * inverse * s; }); break;
    case ScaleFormula::f4: for_blocks(blocks, [=](std::size_t i) { value[i] = b(i) / max / t; }); break;
    case ScaleFormula::f5: for_blocks(blocks, [=](std::size_t i) { value[i] = b(i) / divisor; }); break;
    case ScaleFormula::f6: for_blocks(blocks, [=](std::size_t i) { value[i] = b(i) * s / max; }); break;
    case ScaleFormula::prescaled: for_blocks(blocks, [=](std::size_t i) { value[i] = b(i) / t / max; }); break;
    case ScaleFormula::amax_over_max: for_blocks(blocks, [=](std::size_t i) { value[i] = b(i) / max; }); break;
    case ScaleFormula::amax_times_reciprocal: for_blocks(blocks, [=](std::size_t i) { value[i] = b(i) * inverse; }); break;
    default: return false;
  }
  if (profile.scale_guard == ScaleGuard::zero_before_cast) {
    const float guard = profile.scale_guard_value;
    for_blocks(blocks, [=](std::size_t i) { value[i] = value[i] == 0.0f ? guard : value[i]; });
  }
  const float lowest = profile.scale_lowest;
  const float highest = profile.scale_highest;
  if (lowest > 0.0f || highest < from_bits<float>(infinity_bits)) {
    for_blocks(blocks, [=](std::size_t i) { value[i] = value[i] < lowest ? lowest : value[i] > highest ? highest : value[i]; });
  }
  return true;
}

// Codes of powers of two from exponent fields; subnormal maxima fall below every scale. False for other rules.
bool exponent_codes(const Profile& profile, std::size_t blocks, BlockScales* scales) {
  if (!(profile.scale() == format_data<UE8M0>()) || profile.scale_guard != ScaleGuard::none) {
    return false;
  }
  std::uint32_t added = 0;
  switch (profile.scale_formula) {
    case ScaleFormula::exponent_floor: break;
    case ScaleFormula::exponent_ceil: added = 0x7FFFFFu; break;
    case ScaleFormula::exponent_even: added = 1u << (22 - profile.element().mantissa_bits); break;
    default: return false;
  }
  const std::uint32_t emax = static_cast<std::uint32_t>(floor_log2(element_max(profile)));
  const std::uint32_t of_infinity = profile.scale_conversion.overflow == Overflow::saturate ? UE8M0::max_finite_code : UE8M0::nan_code;
  const std::uint32_t even_limit = profile.scale_formula == ScaleFormula::exponent_even ? infinity_bits - added : infinity_bits;
  std::uint32_t* code = scales->code;
  const std::uint32_t* largest = scales->largest;
  for_blocks(blocks, [=](std::size_t i) {
    const std::uint32_t bits = largest[i];
    const std::uint32_t field = (bits + added) >> 23;
    const std::uint32_t finite = larger(field, emax) - emax;
    code[i] = bits > infinity_bits ? UE8M0::nan_code : bits >= even_limit ? of_infinity : finite;
  });
  return true;
}

void scale_codes(const Profile& profile, float t, std::size_t blocks, BlockScales* scales) {
  std::uint32_t* code = scales->code;
  const float* value = scales->value;
  const bool ue4m3 = is_plain_scale(profile, format_data<UE4M3>(), Rounding::nearest_even) && profile.scale_conversion.overflow == Overflow::saturate &&
                     profile.scale_cast == ScaleCast::convert;
  const bool ue8m0 = is_plain_scale(profile, format_data<UE8M0>(), Rounding::up) && profile.scale_conversion.overflow == Overflow::to_nan;
  if (exponent_codes(profile, blocks, scales)) {
    return;
  }
  if ((ue4m3 || ue8m0) && profile.scale_guard != ScaleGuard::unusable_after_cast && number_values(profile, t, blocks, scales)) {
    if (ue4m3) {
      const Specials specials = satfinite<UE4M3>();
      for_blocks(blocks, [=](std::size_t i) { code[i] = encode<UE4M3>(value[i], specials); });
    } else {
      const Specials specials = {UE8M0::nan_code, UE8M0::nan_code, 0u};
      for_blocks(blocks, [=](std::size_t i) { code[i] = encode_ue8m0<ScaleRounding::up>(value[i], specials); });
    }
    if (profile.scale_guard == ScaleGuard::zero_after_cast && ue4m3) {
      const std::uint32_t guard = encode(profile.scale_conversion, profile.scale_guard_value);
      for_blocks(blocks, [=](std::size_t i) { code[i] = code[i] == 0 ? guard : code[i]; });
    }
    return;
  }
  for_blocks(blocks, [=, &profile](std::size_t i) { code[i] = scale_code(profile, amax_of(scales->largest[i]), t); });
}

// One block by the bodies.
void encode_block(const Profile& profile, const ElementScale& scale, const float* x, std::uint8_t* packed) {
  for (int i = 0; i < profile.block_size; i++) {
    const std::uint32_t code = element_code(profile, scale, x[i]);
    packed[i / 2] = static_cast<std::uint8_t>(i % 2 == 0 ? code : packed[i / 2] | code << 4);
  }
}

// Some blocks by the bodies. Not inlined: it is rare, and would take registers from the loop below.
template <Scaling How, int Size>
__attribute__((noinline)) void encode_blocks(const Profile& profile, const float* x, std::size_t first, std::size_t end, const BlockScales& scales, std::uint8_t* packed) {
  for (std::size_t i = first; i < end; i++) {
    encode_block(profile, {How, scales.first[i], scales.second[i]}, x + i * Size, packed + i * (Size / 2));
  }
}

// Consecutive blocks, and how far behind their elements those lie that are read next: this is bound by arithmetic, while looking for maxima waits for memory.
struct BlockRun {
  const float* x;
  std::size_t blocks;
  std::size_t to_next;
};

// Whole 64s of elements; those with a NaN, and the rest, block by block.
template <Scaling How, bool MayBeNan, MinusZero Zero, int Size>
void encode_elements(const Profile& profile, const BlockRun& run, const BlockScales& scales, std::uint8_t* packed) {
  const float* const x = run.x;
  const std::size_t blocks = run.blocks;
  constexpr std::size_t turn = 64 / Size;
  const std::size_t whole = blocks / turn * turn;
  for (std::size_t block = 0; block < whole; block += turn) {
    for (std::size_t line = 0; line < 64; line += 16) {
      _mm_prefetch(reinterpret_cast<const char*>(x + block * Size + run.to_next + line), _MM_HINT_T0);
    }
    if (!encode_64<How, MayBeNan, Zero, Size>(x + block * Size, scales.first + block, scales.second + block, packed + block * (Size / 2))) {
      encode_blocks<How, Size>(profile, x, block, block + turn, scales, packed);
    }
  }
  encode_blocks<How, Size>(profile, x, whole, blocks, scales, packed);
}

// Whether finite numbers are multiplied by finite numbers: then none is a NaN, and nobody need look for one.
bool is_finite(std::size_t blocks, const BlockScales& scales) {
  std::uint32_t largest = scales.may_hold_nan ? infinity_bits : 0u;
  for_blocks(blocks, [&](std::size_t i) { largest = larger(largest, larger(scales.largest[i], to_bits(scales.first[i]) & 0x7FFFFFFFu)); });
  return largest < infinity_bits;
}

template <MinusZero Zero, int Size>
void encode_elements(Scaling how, const Profile& profile, const BlockRun& run, const BlockScales& scales, std::uint8_t* packed) {
  switch (how) {
    case Scaling::multiply:
      if (is_finite(run.blocks, scales)) {
        encode_elements<Scaling::multiply, false, Zero, Size>(profile, run, scales, packed);
      } else {
        encode_elements<Scaling::multiply, true, Zero, Size>(profile, run, scales, packed);
      }
      break;
    case Scaling::divide: encode_elements<Scaling::divide, true, Zero, Size>(profile, run, scales, packed); break;
    case Scaling::multiply_multiply: encode_elements<Scaling::multiply_multiply, true, Zero, Size>(profile, run, scales, packed); break;
    case Scaling::divide_divide: encode_elements<Scaling::divide_divide, true, Zero, Size>(profile, run, scales, packed); break;
    default: encode_elements<Scaling::divide_multiply, true, Zero, Size>(profile, run, scales, packed);
  }
}

// The elements of up to blocks_at_once consecutive blocks.
template <int Size>
void encode_run(Scaling how, const Profile& profile, const BlockRun& run, const BlockScales& scales, std::uint8_t* packed) {
  if (profile.element_cast == ElementCast::convert_magnitude) {
    encode_elements<MinusZero::dropped_input, Size>(how, profile, run, scales, packed);
  } else if (profile.element_conversion.zero_sign == ZeroSign::drop_of_zero) {
    encode_elements<MinusZero::dropped_scaled, Size>(how, profile, run, scales, packed);
  } else {
    encode_elements<MinusZero::kept, Size>(how, profile, run, scales, packed);
  }
}

// False where no element is a NaN.
template <int Size>
bool block_maxima(const Profile& profile, const float* x, std::size_t blocks, std::uint32_t* largest) {
  bool may_hold_nan = blocks % maxima_turn != 0;
  for (std::size_t block = 0; block < blocks; block += maxima_turn) {
    const bool whole = blocks - block >= maxima_turn;
    const bool has_nan = whole && maxima<Size>(x + block * Size, largest + block);
    may_hold_nan = may_hold_nan || has_nan;
    if (whole && (!has_nan || profile.keeps_nan_in_amax != 0)) {
      continue;
    }
    for (std::size_t i = block; i < smaller(block + maxima_turn, blocks); i++) {
      if (!whole || largest[i] > infinity_bits) {
        std::uint32_t found = 0;
        for (std::size_t j = i * Size; j < (i + 1) * Size; j++) {
          found = fold_magnitude(profile, found, x[j]);
        }
        largest[i] = found;
      }
    }
  }
  return may_hold_nan;
}

// Consecutive whole blocks. The profile is_staged and refuses nothing.
template <int Size>
void quantize_run(const Profile& profile, float t, const float* x, std::size_t blocks, std::uint8_t* packed, std::uint8_t* codes) {
  BlockScales scales;
  for (std::size_t done = 0; done < blocks; done += blocks_at_once) {
    const std::size_t now = smaller(blocks_at_once, blocks - done);
    scales.may_hold_nan = block_maxima<Size>(profile, x + done * Size, now, scales.largest);
    scale_codes(profile, t, now, &scales);
    const Scaling how = element_factors(profile, t, now, &scales);
    for (std::size_t i = 0; i < now; i++) {
      codes[done + i] = static_cast<std::uint8_t>(scales.code[i]);
    }
    const std::size_t to_next = done + 2 * blocks_at_once <= blocks ? blocks_at_once * Size : 0;
    encode_run<Size>(how, profile, {x + done * Size, now, to_next}, scales, packed + done * (Size / 2));
  }
}

#endif
