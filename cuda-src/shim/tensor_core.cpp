#include "tensor_core.h"

namespace shim {

namespace {

// What one lane brings to mma.sync.
struct Fragments {
  unsigned a[4];
  unsigned b[2];
  unsigned a_scales;
  unsigned b_scales;
};

std::uint8_t nibble(unsigned word, int i) { return static_cast<std::uint8_t>(word >> (4 * i) & 15u); }

std::uint8_t byte(unsigned word, int i) { return static_cast<std::uint8_t>(word >> (8 * i)); }

}  // namespace

void load_matrices(unsigned (&into)[4], const void* row) {
  const unsigned char* rows = exchange(__FILE__, __LINE__, &row, sizeof row);
  for (unsigned matrix = 0; matrix < 4; matrix++) {
    const auto* from = from_lane<const unsigned char*>(rows, 8 * matrix + lane() / 4);
    into[matrix] = reinterpret_cast<const unsigned*>(from)[lane() % 4];
  }
}

void mma_block_scale(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2], unsigned a_scales, unsigned b_scales, const ScaleSelectors& selectors) {
  Fragments mine;
  std::memcpy(mine.a, a, sizeof mine.a);
  std::memcpy(mine.b, b, sizeof mine.b);
  mine.a_scales = a_scales;
  mine.b_scales = b_scales;
  const unsigned char* lanes = exchange(__FILE__, __LINE__, &mine, sizeof mine);
  for (unsigned i = 0; i < 4; i++) {
    const unsigned row = lane() / 4 + 8 * (i / 2);
    const unsigned column = 2 * (lane() % 4) + i % 2;
    std::uint8_t row_codes[64];
    std::uint8_t column_codes[64];
    for (unsigned k = 0; k < 64; k++) {
      const int place = static_cast<int>(k % 8);
      row_codes[k] = nibble(from_lane<Fragments>(lanes, row % 8 * 4 + k % 32 / 8).a[row / 8 + 2 * (k / 32)], place);
      column_codes[k] = nibble(from_lane<Fragments>(lanes, column * 4 + k % 32 / 8).b[k / 32], place);
    }
    const unsigned a_lane = row % 8 * 4 + 2 * static_cast<unsigned>(selectors.a_thread) + row / 8;
    const unsigned b_lane = column * 4 + static_cast<unsigned>(selectors.b_thread);
    std::uint8_t row_scales[4];
    std::uint8_t column_scales[4];
    for (int scale = 0; scale < 64 / selectors.block; scale++) {
      row_scales[scale] = byte(from_lane<Fragments>(lanes, a_lane).a_scales, selectors.a_byte + scale);
      column_scales[scale] = byte(from_lane<Fragments>(lanes, b_lane).b_scales, selectors.b_byte + scale);
    }
    std::uint32_t bits;
    std::memcpy(&bits, &d[i], sizeof bits);
    bits = k64_step(selectors.format, selectors.block, row_codes, column_codes, row_scales, column_scales, bits);
    std::memcpy(&d[i], &bits, sizeof bits);
  }
}

}  // namespace shim
