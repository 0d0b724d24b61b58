// Squares and transposes by the steps of block_stages.h, after which this is included.
#if defined(FP4J_BLOCK_VECTORS)

// Squares of Size rows side by side: one scale for each, stored with each of the `rows` rows that there are.
template <int Size>
void quantize_band(const Profile& profile, float t, const Source& source, std::size_t row, std::size_t rows, const Target& target) {
  const std::size_t blocks = source.columns / Size;
  BlockScales scales;
  std::uint32_t of_row[blocks_at_once];
  for (std::size_t done = 0; done < blocks; done += blocks_at_once) {
    const std::size_t now = smaller(blocks_at_once, blocks - done);
    const float* const values = source.values + row * source.row_step + done * Size;
    scales.may_hold_nan = block_maxima<Size>(profile, values, now, scales.largest);
    for (std::size_t r = 1; r < rows; r++) {
      scales.may_hold_nan = block_maxima<Size>(profile, values + r * source.row_step, now, of_row) || scales.may_hold_nan;
      for_blocks(now, [&](std::size_t i) { scales.largest[i] = larger(scales.largest[i], of_row[i]); });
    }
    scale_codes(profile, t, now, &scales);
    const Scaling how = element_factors(profile, t, now, &scales);
    for (std::size_t r = 0; r < rows; r++) {
      std::uint8_t* const codes = target.scales + (row + r) * target.scales_stride + done;
      for (std::size_t i = 0; i < now; i++) {
        codes[i] = static_cast<std::uint8_t>(scales.code[i]);
      }
      encode_run<Size>(how, profile, {values + r * source.row_step, now, 0}, scales, target.codes + (row + r) * target.codes_stride + done * (Size / 2));
    }
  }
}

template <int Size>
void quantize_squares(const Profile& profile, float t, const Source& source, const Target& target) {
  for (std::size_t row = 0; row < source.rows; row += Size) {
    quantize_band<Size>(profile, t, source, row, smaller(std::size_t{Size}, source.rows - row), target);
  }
}

constexpr std::size_t turned_rows = 16;
constexpr std::size_t turned_elements = 512;  // of a row: 32 kB in all

// Rows whose elements lie source.column_step apart and which themselves lie side by side: 16 of them are turned at a time, and quantised as one run. The next 16 lie in the
// same pages of memory.
template <int Size>
void quantize_turned(const Profile& profile, float t, const Source& source, const Target& target) {
  static_assert(turned_elements % Size == 0 && Size % 16 == 0, "whole blocks");
  alignas(64) float turned[turned_rows * turned_elements];
  std::uint8_t codes[turned_rows * turned_elements / 2];
  std::uint8_t scales[turned_rows * turned_elements / Size];
  for (std::size_t column = 0; column < source.columns; column += turned_elements) {
    const std::size_t columns = smaller(turned_elements, source.columns - column);
    for (std::size_t row = 0; row < source.rows; row += turned_rows) {
      const std::size_t rows = smaller(turned_rows, source.rows - row);
      for (std::size_t i = 0; i < columns; i += 16) {
        const void* lines[16];
        for (std::size_t j = 0; j < 16; j++) {
          lines[j] = source.values + (column + i + j) * source.column_step + row;
        }
        interleave(lines, rows, turned + i, columns);
      }
      quantize_run<Size>(profile, t, turned, rows * columns / Size, codes, scales);
      for (std::size_t r = 0; r < rows; r++) {
        std::memcpy(target.codes + (row + r) * target.codes_stride + column / 2, codes + r * columns / 2, columns / 2);
        std::memcpy(target.scales + (row + r) * target.scales_stride + column / Size, scales + r * columns / Size, columns / Size);
      }
    }
  }
}

#endif
