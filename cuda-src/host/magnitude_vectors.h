// The largest magnitude of numbers of 16 or 32 bits, in vectors as wide as the instruction set that this is compiled for. Included into the anonymous namespace of
// each instruction set's translation unit.
#if defined(__AVX512F__) && defined(__AVX512BW__)
constexpr std::size_t magnitude_bytes = 64;
#elif defined(__AVX2__)
constexpr std::size_t magnitude_bytes = 32;
#else
constexpr std::size_t magnitude_bytes = 16;
#endif

// Its bits. A number without its sign compares as a signed integer, which every instruction set has in vectors. Those above infinity are NaN: they count where
// KeepsNan, and are 0 elsewhere. Several maxima at a time, since a single one waits for itself.
template <bool KeepsNan, class Word>
Word largest_magnitude(const std::uint8_t* bytes, std::size_t count, Word infinity) {
  typedef Word Vector __attribute__((vector_size(magnitude_bytes)));
  constexpr std::size_t width = magnitude_bytes / sizeof(Word);
  constexpr std::size_t chains = 4;
  constexpr Word magnitude_mask = std::numeric_limits<Word>::max();
  Vector maxima[chains] = {};
  std::size_t done = 0;
  for (; done + chains * width <= count; done += chains * width) {
    for (std::size_t i = 0; i < chains; i++) {
      Vector magnitudes;
      std::memcpy(&magnitudes, bytes + (done + i * width) * sizeof(Word), sizeof magnitudes);
      magnitudes &= magnitude_mask;
      if (!KeepsNan) {
        magnitudes = magnitudes > infinity ? Vector{} : magnitudes;
      }
      maxima[i] = maxima[i] > magnitudes ? maxima[i] : magnitudes;
    }
  }
  for (std::size_t i = 1; i < chains; i++) {
    maxima[0] = maxima[0] > maxima[i] ? maxima[0] : maxima[i];
  }
  Word largest = 0;
  for (std::size_t i = 0; i < width; i++) {
    largest = largest > maxima[0][i] ? largest : maxima[0][i];
  }
  for (; done < count; done++) {
    Word magnitude;
    std::memcpy(&magnitude, bytes + done * sizeof magnitude, sizeof magnitude);
    magnitude = static_cast<Word>(magnitude & magnitude_mask);
    largest = magnitude <= largest || (!KeepsNan && magnitude > infinity) ? largest : magnitude;
  }
  return largest;
}

// As the profile says of NaN.
template <class Word>
Word largest_magnitude(const Profile& profile, const void* values, std::size_t count, Word infinity) {
  const std::uint8_t* bytes = static_cast<const std::uint8_t*>(values);
  return profile.keeps_nan_in_amax != 0 ? largest_magnitude<true>(bytes, count, infinity) : largest_magnitude<false>(bytes, count, infinity);
}
