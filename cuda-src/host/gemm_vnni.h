// Accumulation::sequential_groups with VPDPBUSD: a group's sum of 16 products of half-integers is an exact integer, a product of two scales a float, and their product
// has at most 20 bits, so that one fused multiply-add rounds as the model does. Included into the anonymous namespace of gemm_loops.cpp.

constexpr std::size_t tile_rows = 8;
constexpr std::size_t panel_columns = 32;

// One group of 16 along k of eight rows of A.
struct alignas(64) GroupOfA {
  std::int8_t doubled[tile_rows][16];
  std::int32_t bias[tile_rows];  // takes back what the offset of B's elements adds
  float scale[tile_rows];        // a quarter of it, for both doublings
};

// One group of 16 along k of 32 rows of B, four elements of one row to a lane.
struct alignas(64) GroupOfB {
  std::uint8_t doubled[2][4][16][4];  // + 12, so that it is unsigned
  float scale[panel_columns];
};

constexpr int offset_of_b = 12;

float scale_value(OperandScale scale, std::uint32_t code) {
  return scale == OperandScale::ue4m3_16 ? decode<UE4M3>(code) : decode_ue8m0(code);
}

// Whether every product of two scales is a float far from subnormals and overflow, so that terms are exact.
bool scales_multiply_exactly(const Product& product) {
  if (product.scale == OperandScale::ue4m3_16) {
    return true;
  }
  int lowest = 0;
  int highest = 0;
  for (const Operand* operand : {&product.a, &product.b}) {
    int low = 127;
    int high = -127;
    for (std::size_t i = 0; i < operand->rows * (product.k / 32); i++) {
      const int exponent = static_cast<int>(operand->scales[i]) - 127;
      low = operand->scales[i] == 0xFF ? low : smaller(low, exponent);
      high = operand->scales[i] == 0xFF ? high : larger(high, exponent);
    }
    lowest += low;
    highest += high;
  }
  return lowest >= -100 && highest <= 100;
}

std::size_t scales_per_row(const Product& product) {
  return product.k / static_cast<std::size_t>(scale_block(product.scale));
}

// The elements of one group of a row, doubled, and its scale; zeros beyond the last row.
float unpack_group(const Product& product, const Operand& operand, std::size_t row, std::size_t group, std::int8_t* doubled) {
  if (row >= operand.rows) {
    std::memset(doubled, 0, 16);
    return 0.0f;
  }
  const __m128i values = _mm_setr_epi8(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);
  const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(operand.codes + row * (product.k / 2) + group * 8));
  const __m128i mask = _mm_set1_epi8(15);
  const __m128i codes = _mm_unpacklo_epi8(_mm_and_si128(bytes, mask), _mm_and_si128(_mm_srli_epi16(bytes, 4), mask));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(doubled), _mm_shuffle_epi8(values, codes));
  const std::size_t block = product.scale == OperandScale::ue4m3_16 ? group : group / 2;
  return scale_value(product.scale, operand.scales[row * scales_per_row(product) + block]);
}

void pack_rows(const Product& product, std::size_t first, GroupOfA* groups) {
  for (std::size_t group = 0; group < product.k / 16; group++) {
    GroupOfA* into = groups + group;
    for (std::size_t r = 0; r < tile_rows; r++) {
      into->scale[r] = 0.25f * unpack_group(product, product.a, first + r, group, into->doubled[r]);
      int sum = 0;
      for (int i = 0; i < 16; i++) {
        sum += into->doubled[r][i];
      }
      into->bias[r] = -offset_of_b * sum;
    }
  }
}

void pack_columns(const Product& product, std::size_t first, GroupOfB* groups) {
  for (std::size_t group = 0; group < product.k / 16; group++) {
    GroupOfB* into = groups + group;
    for (std::size_t column = 0; column < panel_columns; column++) {
      std::int8_t doubled[16];
      into->scale[column] = unpack_group(product, product.b, first + column, group, doubled);
      const __m128i offset = _mm_add_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(doubled)), _mm_set1_epi8(offset_of_b));
      std::uint32_t words[4];
      std::memcpy(words, &offset, sizeof words);
      for (std::size_t i = 0; i < 4; i++) {
        std::memcpy(into->doubled[column / 16][i][column % 16], &words[i], 4);
      }
    }
  }
}

__m512i broadcast_four(const std::int8_t* bytes) {
  std::int32_t word;
  std::memcpy(&word, bytes, sizeof word);
  return _mm512_set1_epi32(word);
}

// Eight rows of A times 32 rows of B over all of k.
void multiply_tile(const GroupOfA* a, const GroupOfB* b, std::size_t groups, float (*sums)[panel_columns]) {
  __m512 sum[tile_rows][2];
  for (std::size_t r = 0; r < tile_rows; r++) {
    sum[r][0] = _mm512_setzero_ps();
    sum[r][1] = _mm512_setzero_ps();
  }
  for (std::size_t group = 0; group < groups; group++, a++, b++) {
    __m512i left[4];
    __m512i right[4];
    for (int i = 0; i < 4; i++) {
      left[i] = _mm512_load_si512(b->doubled[0][i]);
      right[i] = _mm512_load_si512(b->doubled[1][i]);
    }
    const __m512 left_scale = _mm512_load_ps(b->scale);
    const __m512 right_scale = _mm512_load_ps(b->scale + 16);
#pragma GCC unroll 8
    for (std::size_t r = 0; r < tile_rows; r++) {
      __m512i x = _mm512_set1_epi32(a->bias[r]);
      __m512i y = x;
#pragma GCC unroll 4
      for (int i = 0; i < 4; i++) {
        const __m512i four = broadcast_four(a->doubled[r] + 4 * i);
        x = _mm512_dpbusd_epi32(x, left[i], four);
        y = _mm512_dpbusd_epi32(y, right[i], four);
      }
      const __m512 scale = _mm512_set1_ps(a->scale[r]);
      sum[r][0] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(x), _mm512_mul_ps(scale, left_scale), sum[r][0]);
      sum[r][1] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(y), _mm512_mul_ps(scale, right_scale), sum[r][1]);
    }
  }
  for (std::size_t r = 0; r < tile_rows; r++) {
    _mm512_storeu_ps(sums[r], sum[r][0]);
    _mm512_storeu_ps(sums[r] + 16, sum[r][1]);
  }
}

void write_tile(const Product& product, std::size_t row, std::size_t column, float (*sums)[panel_columns]) {
  for (std::size_t r = 0; r < smaller(tile_rows, product.a.rows - row); r++) {
    for (std::size_t j = 0; j < smaller(panel_columns, product.b.rows - column); j++) {
      const std::size_t at = (row + r) * product.stride + column + j;
      const float d = sums[r][j] + (product.c == nullptr ? 0.0f : product.c[at]);
      product.d[at] = is_nan(d) ? from_bits<float>(accumulator_nan_bits) : d;
    }
  }
}

// All of A, and room for one panel of B, as they are laid out here.
struct PackedGroups {
  GroupOfA* a;
  GroupOfB* b;

  explicit PackedGroups(const Product& product) {
    const std::size_t groups = product.k / 16;
    const std::size_t tiles = (product.a.rows + tile_rows - 1) / tile_rows;
    a = static_cast<GroupOfA*>(std::aligned_alloc(64, tiles * groups * sizeof(GroupOfA)));
    b = static_cast<GroupOfB*>(std::aligned_alloc(64, groups * sizeof(GroupOfB)));
    for (std::size_t tile = 0; tile < tiles && is_there(); tile++) {
      pack_rows(product, tile * tile_rows, a + tile * groups);
    }
  }

  PackedGroups(const PackedGroups&) = delete;
  PackedGroups& operator=(const PackedGroups&) = delete;

  ~PackedGroups() {
    std::free(a);
    std::free(b);
  }

  bool is_there() const { return a != nullptr && b != nullptr; }
};

// False if there is no memory for the operands as they are laid out here.
bool multiply_groups(const Product& product) {
  const std::size_t groups = product.k / 16;
  const PackedGroups packed(product);
  if (!packed.is_there()) {
    return false;
  }
  for (std::size_t column = 0; column < product.b.rows; column += panel_columns) {
    pack_columns(product, column, packed.b);
    for (std::size_t row = 0; row < product.a.rows; row += tile_rows) {
      float sums[tile_rows][panel_columns];
      multiply_tile(packed.a + row / tile_rows * groups, packed.b, groups, sums);
      write_tile(product, row, column, sums);
    }
  }
  return true;
}
