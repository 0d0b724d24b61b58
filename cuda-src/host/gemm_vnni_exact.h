// Accumulation::exact with VPDPBUSD: where the scales of a tile's rows and columns lie close enough together, float64 sums of its groups are exact in any order, and
// rounding once is all that remains. Included into the anonymous namespace of gemm_loops.cpp after gemm_vnni.h.

constexpr std::size_t exact_rows = tile_rows / 2;  // float64 accumulators take twice the registers

// Exponents of the last bits and of the significands of scales that are not zero or NaN.
struct ExponentRange {
  int low = 1000;
  int high = -1000;

  void add(OperandScale scale, std::uint32_t code) {
    const ScaleParts parts = scale_parts(scale, code);
    if (!parts.nan && parts.significand != 0) {
      low = smaller(low, parts.exponent);
      high = larger(high, parts.exponent);
    }
  }

  bool is_empty() const { return low > high; }
};

ExponentRange range_of(const Product& product, const Operand& operand, std::size_t first, std::size_t count) {
  const std::size_t scales = scales_per_row(product);
  ExponentRange range;
  for (std::size_t i = first * scales; i < smaller(first + count, operand.rows) * scales; i++) {
    range.add(product.scale, operand.scales[i]);
  }
  return range;
}

// A group is below 2^12 quarters times two significands of four bits: below 2^20 units of its own scales. Were it a unit of the smallest of all, shifted by both
// spreads, as many sums as there are groups stay below 2^53. Products of two scales must be normal floats.
bool sums_are_exact(const ExponentRange& a, const ExponentRange& b, std::size_t groups) {
  if (a.is_empty() || b.is_empty()) {
    return true;
  }
  const int spread = a.high - a.low + b.high - b.low;
  return 20 + spread + bit_length(static_cast<std::uint64_t>(groups)) <= 53 && a.low + b.low >= -100 && a.high + b.high <= 100;
}

// Four rows of a tile of A times 32 rows of B over all of k: the sums in order of columns.
void multiply_exactly(const GroupOfA* a, std::size_t first_row, const GroupOfB* b, std::size_t groups, double (*sums)[panel_columns]) {
  __m512d sum[exact_rows][4];
  for (std::size_t r = 0; r < exact_rows; r++) {
    for (int i = 0; i < 4; i++) {
      sum[r][i] = _mm512_setzero_pd();
    }
  }
  for (std::size_t group = 0; group < groups; group++, a++, b++) {
#pragma GCC unroll 4
    for (std::size_t r = 0; r < exact_rows; r++) {
      const __m512 scale = _mm512_set1_ps(a->scale[first_row + r]);
#pragma GCC unroll 2
      for (int half = 0; half < 2; half++) {
        __m512i x = _mm512_set1_epi32(a->bias[first_row + r]);
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
          x = _mm512_dpbusd_epi32(x, _mm512_load_si512(b->doubled[half][i]), broadcast_four(a->doubled[first_row + r] + 4 * i));
        }
        const __m512 term = _mm512_mul_ps(_mm512_cvtepi32_ps(x), _mm512_mul_ps(scale, _mm512_load_ps(b->scale + 16 * half)));
        sum[r][2 * half] = _mm512_add_pd(sum[r][2 * half], _mm512_cvtps_pd(_mm512_castps512_ps256(term)));
        sum[r][2 * half + 1] = _mm512_add_pd(sum[r][2 * half + 1], _mm512_cvtps_pd(_mm512_extractf32x8_ps(term, 1)));
      }
    }
  }
  for (std::size_t r = 0; r < exact_rows; r++) {
    for (std::size_t i = 0; i < 4; i++) {
      _mm512_storeu_pd(sums[r] + 8 * i, sum[r][i]);
    }
  }
}

// sum + c rounded to odd: what is lost stays as a last bit that is set, so that rounding to the 24 bits of a float afterwards is rounding once.
double add_to_odd(double sum, double c) {
  const double total = sum + c;
  const double of_c = total - sum;
  const double rest = (sum - (total - of_c)) + (c - of_c);
  std::uint64_t bits;
  std::memcpy(&bits, &total, sizeof bits);
  if (rest != 0.0 && (bits & 1) == 0) {
    bits += (rest > 0.0) == (total > 0.0) ? std::uint64_t{1} : ~std::uint64_t{0};
  }
  double odd;
  std::memcpy(&odd, &bits, sizeof odd);
  return odd;
}

// The float of an exact sum and C, to nearest-even or toward zero.
float rounded_once(const AccumulationModel& model, double sum, float c) {
  if (is_nan(c) || sum != sum) {
    return from_bits<float>(accumulator_nan_bits);
  }
  if (is_infinite_bits(to_bits(c))) {
    return c;
  }
  const double exact = c == 0.0f ? sum + 0.0 : add_to_odd(sum, static_cast<double>(c));
  const float nearest = static_cast<float>(exact);
  const double size = exact < 0.0 ? -exact : exact;
  const double found = nearest < 0.0f ? -static_cast<double>(nearest) : static_cast<double>(nearest);
  return model.nearest == 0 && found > size && size < 0x1p128 ? from_bits<float>(to_bits(nearest) - 1) : nearest;
}

void write_exactly(const AccumulationModel& model, const Product& product, std::size_t row, std::size_t column, double (*sums)[panel_columns]) {
  for (std::size_t r = 0; r < smaller(exact_rows, product.a.rows - row); r++) {
    for (std::size_t j = 0; j < smaller(panel_columns, product.b.rows - column); j++) {
      const std::size_t at = (row + r) * product.stride + column + j;
      product.d[at] = rounded_once(model, sums[r][j], product.c == nullptr ? 0.0f : product.c[at]);
    }
  }
}

bool multiply_exact_groups(const AccumulationModel& model, const Product& product) {
  const std::size_t groups = product.k / 16;
  const std::size_t tiles = (product.a.rows + exact_rows - 1) / exact_rows;
  const PackedGroups packed(product);
  ExponentRange* const of_rows = static_cast<ExponentRange*>(std::malloc(tiles * sizeof(ExponentRange)));
  if (!packed.is_there() || of_rows == nullptr) {
    std::free(of_rows);
    return false;
  }
  for (std::size_t tile = 0; tile < tiles; tile++) {
    of_rows[tile] = range_of(product, product.a, tile * exact_rows, exact_rows);
  }
  for (std::size_t column = 0; column < product.b.rows; column += panel_columns) {
    pack_columns(product, column, packed.b);
    const ExponentRange of_columns = range_of(product, product.b, column, panel_columns);
    for (std::size_t row = 0; row < product.a.rows; row += exact_rows) {
      if (!sums_are_exact(of_rows[row / exact_rows], of_columns, groups)) {
        multiply_by_body(model, product, row, smaller(row + exact_rows, product.a.rows), column, smaller(column + panel_columns, product.b.rows));
        continue;
      }
      double sums[exact_rows][panel_columns];
      multiply_exactly(packed.a + row / tile_rows * groups, row % tile_rows, packed.b, groups, sums);
      write_exactly(model, product, row, column, sums);
    }
  }
  std::free(of_rows);
  return true;
}
