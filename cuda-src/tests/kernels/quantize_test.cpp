// Every quantising kernel against the block arithmetic in plain loops: every profile, shapes with partial blocks, chunks and tiles, all scale layouts, aligned and not.
#include "fp4j/hadamard.cuh"
#include "fp4j/profiles.cuh"
#include "launch.h"

namespace {

using namespace launches;
using fp4j::Profile;
using fp4j::ScaleLayout;

long long expected_count = 0;

struct Matrix {
  long long rows, columns;
  std::vector<float> values;  // dense

  float at(long long r, long long c) const { return r < rows && c < columns ? values[static_cast<std::size_t>(r * columns + c)] : 0.0f; }
};

Matrix transposed(const Matrix& from) {
  Matrix to = {from.columns, from.rows, std::vector<float>(from.values.size())};
  for (long long r = 0; r < from.rows; r++) {
    for (long long c = 0; c < from.columns; c++) {
      to.values[static_cast<std::size_t>(c * from.rows + r)] = from.at(r, c);
    }
  }
  return to;
}

struct Stochastic {
  fp4j::StochasticRounding rounding;
  std::uint64_t first_element;
  std::uint64_t row_elements;
};

long long round_up(long long value, long long multiple) { return (value + multiple - 1) / multiple * multiple; }

// What comes out: codes of stored elements, and scales of the whole layout with its padding.
struct Expected {
  long long stored;
  std::vector<unsigned char> codes;
  std::vector<unsigned char> scales;
};

// The block (or, with height above 1, the square) at (first_row, first_column), element after element.
class BlockModel {
 public:
  BlockModel(const Profile& profile, float t, const Matrix& from, const Stochastic* stochastic, int height)
      : profile_(profile), t_(t), from_(from), stochastic_(stochastic), height_(height) {}

  std::uint32_t run(long long first_row, long long first_column, std::vector<std::uint32_t>* codes) const {
    std::uint32_t largest = 0;
    for (int r = 0; r < height_; r++) {
      for (int c = 0; c < profile_.block_size; c++) {
        largest = fp4j::fold_magnitude(profile_, largest, from_.at(first_row + r, first_column + c));
      }
    }
    const float amax = fp4j::amax_of(largest);
    const std::uint32_t plain = fp4j::scale_code(profile_, amax, t_);
    std::vector<std::uint32_t> plain_codes = codes_under(plain, first_row, first_column);
    if (profile_.scale_search != fp4j::ScaleSearch::none) {
      const std::uint32_t widened = fp4j::scale_code(profile_, amax, t_, 1.5f);
      const std::vector<std::uint32_t> widened_codes = codes_under(widened, first_row, first_column);
      if (error(widened, widened_codes, first_row, first_column) < error(plain, plain_codes, first_row, first_column)) {
        *codes = widened_codes;
        return widened;
      }
    }
    *codes = plain_codes;
    return plain;
  }

 private:
  std::vector<std::uint32_t> codes_under(std::uint32_t scale_code, long long first_row, long long first_column) const {
    const fp4j::ElementScale scale = fp4j::element_scale(profile_, scale_code, t_);
    std::vector<std::uint32_t> codes;
    for (int r = 0; r < height_; r++) {
      for (int c = 0; c < profile_.block_size; c++) {
        const float x = from_.at(first_row + r, first_column + c);
        if (stochastic_ == nullptr) {
          codes.push_back(fp4j::element_code(profile_, scale, x) & 15u);
          continue;
        }
        const std::uint64_t element = stochastic_->first_element + static_cast<std::uint64_t>(first_row) * stochastic_->row_elements +
                                      static_cast<std::uint64_t>(first_column + c);
        const fp4j::PhiloxBlock block = fp4j::random_block(stochastic_->rounding, element);
        codes.push_back(fp4j::stochastic_code(profile_, stochastic_->rounding.arithmetic, fp4j::scaled(scale, x),
                                              fp4j::random_bits(stochastic_->rounding, block, element)) & 15u);
      }
    }
    return codes;
  }

  float error(std::uint32_t scale_code, const std::vector<std::uint32_t>& codes, long long first_row, long long first_column) const {
    std::vector<float> sums(static_cast<std::size_t>(profile_.block_size), 0.0f);
    const float s = fp4j::scale_of(profile_, scale_code);
    for (int r = 0; r < height_ && first_row + r < from_.rows; r++) {
      for (int c = 0; c < profile_.block_size; c++) {
        const std::size_t at = static_cast<std::size_t>(r * profile_.block_size + c);
        sums[static_cast<std::size_t>(r)] += fp4j::search_error(profile_, s, t_, codes[at], from_.at(first_row + r, first_column + c));
      }
    }
    for (std::size_t distance = sums.size() / 2; distance > 0 && height_ > 1; distance /= 2) {
      for (std::size_t r = 0; r < distance; r++) {
        sums[r] += sums[r + distance];
      }
    }
    return sums[0];
  }

  const Profile& profile_;
  float t_;
  const Matrix& from_;
  const Stochastic* stochastic_;
  int height_;
};

Expected expect(const Profile& profile, float t, const Matrix& from, ScaleLayout layout, bool squares, const Stochastic* stochastic) {
  const int size = profile.block_size;
  const long long stored = round_up(from.columns, profile.row_multiple);
  const long long blocks = stored / size;
  Expected to;
  to.stored = stored;
  to.codes.assign(static_cast<std::size_t>(from.rows * stored / 2), 0);
  to.scales.assign(fp4j::scale_bytes(layout, static_cast<std::size_t>(from.rows), static_cast<std::size_t>(blocks)), 0);
  const int height = squares ? size : 1;
  const BlockModel model(profile, t, from, stochastic, height);
  std::vector<std::uint32_t> codes;
  for (long long row = 0; row < from.rows; row += height) {
    for (long long block = 0; block < blocks; block++) {
      const std::uint32_t scale = model.run(row, block * size, &codes);
      for (int r = 0; r < height && row + r < from.rows; r++) {
        to.scales[fp4j::scale_offset(layout, static_cast<std::size_t>(row + r), static_cast<std::size_t>(block), static_cast<std::size_t>(blocks))] =
            static_cast<unsigned char>(scale);
        for (int c = 0; c < size; c++) {
          unsigned char& byte = to.codes[static_cast<std::size_t>((row + r) * stored / 2 + block * size / 2 + fp4j::byte_of(profile, c))];
          byte = static_cast<unsigned char>(byte | codes[static_cast<std::size_t>(r * size + c)] << fp4j::shift_of(profile, c));
        }
      }
    }
  }
  return to;
}

Matrix random_matrix(long long rows, long long columns, std::uint64_t seed) {
  Random random(seed);
  Matrix matrix = {rows, columns, std::vector<float>(static_cast<std::size_t>(rows * columns))};
  for (float& value : matrix.values) {
    value = random.value();
  }
  return matrix;
}

// The matrix in memory with its stride; a gap is poison.
std::vector<float> strided(const Matrix& matrix, long long stride) {
  std::vector<float> values = untouched<float>(static_cast<std::size_t>((matrix.rows - 1) * stride + matrix.columns));
  for (long long r = 0; r < matrix.rows; r++) {
    for (long long c = 0; c < matrix.columns; c++) {
      values[static_cast<std::size_t>(r * stride + c)] = matrix.at(r, c);
    }
  }
  return values;
}

// Rows of `length` bytes to a larger stride; between them what was there before.
std::vector<unsigned char> spread(const std::vector<unsigned char>& dense, long long length, long long stride) {
  if (dense.empty()) {
    return dense;
  }
  const long long rows = static_cast<long long>(dense.size()) / length;
  std::vector<unsigned char> to = untouched<unsigned char>(static_cast<std::size_t>((rows - 1) * stride + length));
  for (long long r = 0; r < rows; r++) {
    for (long long i = 0; i < length; i++) {
      to[static_cast<std::size_t>(r * stride + i)] = dense[static_cast<std::size_t>(r * length + i)];
    }
  }
  return to;
}

struct Case {
  const char* id;
  const Profile& profile;
  Matrix matrix;
  ScaleLayout layout;
  unsigned grid;
  bool aligned;

  bool is_nvfp4() const { return profile.block_size == 16; }
  float tensor_scale() const {
    std::uint32_t largest = 0;
    for (float value : matrix.values) {
      if (fp4j::magnitude_bits(value) < fp4j::infinity_bits) {
        largest = fp4j::larger(largest, fp4j::magnitude_bits(value));
      }
    }
    return fp4j::stored_tensor_scale(profile, fp4j::from_bits<float>(largest));
  }
};

// Output memory of one quantised matrix, and what must be in it.
class Output {
 public:
  Output(const Case& c, const Expected& expected, long long rows)
      : stored(expected.stored),
        codes_stride(expected.stored / 2 + (c.aligned ? 16 : 3)),
        scales_stride(expected.stored / c.profile.block_size + (c.layout == ScaleLayout::linear ? 1 : 0)),
        codes_(spread(expected.codes, expected.stored / 2, codes_stride)),
        scales_(c.layout == ScaleLayout::linear ? spread(expected.scales, expected.stored / c.profile.block_size, scales_stride) : expected.scales),
        codes(codes_.size(), c.aligned ? 0 : 1),
        scales(scales_.size(), c.aligned ? 0 : 1),
        rows_(rows) {}

  void check_and_clear(const char* id) {
    same_bytes(id, codes, codes_);
    same_bytes(id, scales, scales_);
    expected_count += static_cast<long long>(codes_.size() + scales_.size());
    codes.clear();
    scales.clear();
  }

  long long stored;
  long long codes_stride;
  long long scales_stride;

 private:
  std::vector<unsigned char> codes_;
  std::vector<unsigned char> scales_;

 public:
  Buffer<unsigned char> codes;
  Buffer<unsigned char> scales;

 private:
  long long rows_;
};

struct Input {
  explicit Input(const Case& c)
      : stride(c.matrix.columns + (c.aligned ? (4 - c.matrix.columns % 4) % 4 + 4 : 3)),
        values(strided(c.matrix, stride), c.aligned ? 0 : 1),
        tensor_scale(std::vector<float>{c.tensor_scale()}) {}

  long long stride;
  Buffer<float> values;
  Buffer<float> tensor_scale;
};

void rows(const Case& c) {
  const Input in(c);
  Output out(c, expect(c.profile, c.tensor_scale(), c.matrix, c.layout, false, nullptr), c.matrix.rows);
  for (const shim::Schedule& schedule : schedules) {
    shim::launch(schedule, c.grid, 256, [&] {
      (c.is_nvfp4() ? fp4j_quantize_nvfp4_rows : fp4j_quantize_mxfp4_rows)(
          c.profile, in.tensor_scale.data(), in.values.data(), c.matrix.rows, c.matrix.columns, in.stride, out.stored, out.codes.data(), out.codes_stride,
          out.scales.data(), out.scales_stride, static_cast<int>(c.layout));
    });
    out.check_and_clear(c.id);
  }
}

void squares(const Case& c) {
  const Input in(c);
  Output out(c, expect(c.profile, c.tensor_scale(), c.matrix, c.layout, true, nullptr), c.matrix.rows);
  for (const shim::Schedule& schedule : schedules) {
    shim::launch(schedule, c.grid, 256, [&] {
      (c.is_nvfp4() ? fp4j_quantize_nvfp4_squares : fp4j_quantize_mxfp4_squares)(
          c.profile, in.tensor_scale.data(), in.values.data(), c.matrix.rows, c.matrix.columns, in.stride, out.stored, out.codes.data(), out.codes_stride,
          out.scales.data(), out.scales_stride, static_cast<int>(c.layout));
    });
    out.check_and_clear(c.id);
  }
}

// Along columns alone, and along both from one read.
void columns(const Case& c) {
  const Input in(c);
  Output along_rows(c, expect(c.profile, c.tensor_scale(), c.matrix, c.layout, false, nullptr), c.matrix.rows);
  Output out(c, expect(c.profile, c.tensor_scale(), transposed(c.matrix), c.layout, false, nullptr), c.matrix.columns);
  for (bool both : {false, true}) {
    for (const shim::Schedule& schedule : schedules) {
      shim::launch(schedule, c.grid, 256, [&] {
        (c.is_nvfp4() ? fp4j_quantize_nvfp4_columns : fp4j_quantize_mxfp4_columns)(
            c.profile, in.tensor_scale.data(), in.values.data(), c.matrix.rows, c.matrix.columns, in.stride, along_rows.stored,
            both ? along_rows.codes.data() : nullptr, along_rows.codes_stride, both ? along_rows.scales.data() : nullptr, along_rows.scales_stride,
            static_cast<int>(c.layout), out.stored, out.codes.data(), out.codes_stride, out.scales.data(), out.scales_stride);
      });
      out.check_and_clear(c.id);
      if (both) {
        along_rows.check_and_clear(c.id);
      }
    }
  }
}

void transform(Matrix* matrix, unsigned signs, bool to_bf16) {
  const std::uint64_t words[1] = {signs};
  for (std::size_t first = 0; first < matrix->values.size(); first += 16) {
    fp4j::hadamard(matrix->values.data() + first, 4, words, to_bf16);
  }
}

// Without the rounding to bf16, which makes every NaN the canonical one, a NaN's payload is the machine's business: finite numbers only.
void hadamard(Case c, unsigned signs, int to_bf16) {
  for (float& value : c.matrix.values) {
    value = to_bf16 != 0 || fp4j::magnitude(value) < 0x1p120f ? value : 1.0f;
  }
  const Input in(c);
  if (c.matrix.columns % 16 == 0) {
    Matrix expected = c.matrix;
    transform(&expected, signs, to_bf16 != 0);
    Output out(c, expect(c.profile, c.tensor_scale(), expected, c.layout, false, nullptr), c.matrix.rows);
    for (const shim::Schedule& schedule : schedules) {
      shim::launch(schedule, c.grid, 256, [&] {
        (c.is_nvfp4() ? fp4j_hadamard16_quantize_nvfp4_rows : fp4j_hadamard16_quantize_mxfp4_rows)(
            c.profile, in.tensor_scale.data(), in.values.data(), c.matrix.rows, c.matrix.columns, in.stride, out.stored, out.codes.data(),
            out.codes_stride, out.scales.data(), out.scales_stride, static_cast<int>(c.layout), signs, to_bf16);
      });
      out.check_and_clear(c.id);
    }
  }
  if (c.matrix.rows % 16 == 0) {
    Matrix expected = transposed(c.matrix);
    transform(&expected, signs, to_bf16 != 0);
    Output out(c, expect(c.profile, c.tensor_scale(), expected, c.layout, false, nullptr), c.matrix.columns);
    for (const shim::Schedule& schedule : schedules) {
      shim::launch(schedule, c.grid, 256, [&] {
        (c.is_nvfp4() ? fp4j_hadamard16_quantize_nvfp4_columns : fp4j_hadamard16_quantize_mxfp4_columns)(
            c.profile, in.tensor_scale.data(), in.values.data(), c.matrix.rows, c.matrix.columns, in.stride, out.stored, out.codes.data(),
            out.codes_stride, out.scales.data(), out.scales_stride, static_cast<int>(c.layout), signs, to_bf16);
      });
      out.check_and_clear(c.id);
    }
  }
}

void stochastic(const Case& c, const Stochastic& s, bool native) {
  const Input in(c);
  Output out(c, expect(c.profile, c.tensor_scale(), c.matrix, c.layout, false, &s), c.matrix.rows);
  const auto kernel = native ? (c.is_nvfp4() ? fp4j_quantize_nvfp4_rows_native_stochastic : fp4j_quantize_mxfp4_rows_native_stochastic)
                             : (c.is_nvfp4() ? fp4j_quantize_nvfp4_rows_stochastic : fp4j_quantize_mxfp4_rows_stochastic);
  for (const shim::Schedule& schedule : schedules) {
    shim::launch(schedule, c.grid, 256, [&] {
      kernel(c.profile, in.tensor_scale.data(), in.values.data(), c.matrix.rows, c.matrix.columns, in.stride, out.stored, out.codes.data(), out.codes_stride,
             out.scales.data(), out.scales_stride, static_cast<int>(c.layout), s.rounding, static_cast<long long>(s.first_element),
             static_cast<long long>(s.row_elements));
    });
    out.check_and_clear(c.id);
  }
}

}  // namespace

int main() {
  constexpr ScaleLayout layouts[] = {ScaleLayout::linear, ScaleLayout::swizzled_128x4, ScaleLayout::swizzled_8x4};
  constexpr long long shapes[][2] = {{1, 16}, {3, 64}, {16, 32}, {33, 80}, {64, 64}, {65, 200}, {130, 96}, {17, 7}, {5, 528}};
  std::uint64_t number = 0;
  for (const fp4j::profiles::NamedProfile& named : fp4j::profiles::all) {
    for (int turn = 0; turn < 4; turn++) {  // four of the nine shapes for each profile, other ones for the next
      const auto& shape = shapes[number++ * 2 % 9];
      const Case c = {named.id, named.profile, random_matrix(shape[0], shape[1], number), layouts[number % 3], 1 + static_cast<unsigned>(number % 4), number % 2 == 0};
      rows(c);
      columns(c);
      squares(c);
      hadamard(c, number % 2 == 0 ? 0xD7E8u : static_cast<unsigned>(number * 2654435761u & 0xFFFFu), static_cast<int>(number % 2));
      if (named.profile.element_cast == fp4j::ElementCast::convert) {
        const auto arithmetic = static_cast<fp4j::StochasticArithmetic>(number % 3);
        const auto bytes = static_cast<fp4j::StochasticBytes>(number / 3 % 2);
        const std::uint64_t row_elements = static_cast<std::uint64_t>(shape[1]) + number % 2 * 3;
        stochastic(c, {{arithmetic, bytes, 0x123456789ABCDEFu * number, number}, number % 5, row_elements}, number % 4 < 2);
        stochastic(c, {{fp4j::StochasticArithmetic::carry_8, fp4j::StochasticBytes::ptx, number, 7}, 16, (row_elements + 3) / 4 * 4}, true);
      }
    }
  }
  return check::summary("quantise", expected_count);
}
