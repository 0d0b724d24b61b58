#include "shim/tensor_memory.h"

#include <cstdio>
#include <cstdlib>

#include "shim/k64_step.h"

namespace shim {
namespace {

constexpr unsigned lanes = 128;
constexpr unsigned all_columns = 512;

unsigned memory[lanes][all_columns];
bool allocated[all_columns];

// A descriptor has 18 bits for an address: room for a block's shared memory, not for the arrays of all kernels, which here lie side by side. So addresses are those from the
// first array that was asked for on, which may lie below it as well.
const unsigned char* origin = nullptr;
constexpr int address_bits = 18;

[[noreturn]] void fail(const char* what, unsigned long long value) {
  std::fprintf(stderr, "tensor memory on the CPU: %s: 0x%llx\n", what, value);
  std::abort();
}

unsigned& word(unsigned address) {
  const unsigned lane_number = address >> 16;
  const unsigned column = address & 0xFFFFu;
  if (lane_number >= lanes || column >= all_columns || !allocated[column]) {
    fail("an address that is not allocated", address);
  }
  return memory[lane_number][column];
}

unsigned field(unsigned long long value, unsigned first, unsigned bits) { return static_cast<unsigned>(value >> first & ((1ull << bits) - 1)); }

// A matrix of core matrices in shared memory.
struct SharedMatrix {
  const unsigned char* first;
  unsigned along_k;
  unsigned along_rows;

  explicit SharedMatrix(unsigned long long descriptor)
      : first(origin + (static_cast<int>(field(descriptor, 0, 14) << (32 - address_bits + 4)) >> (32 - address_bits))), along_k(field(descriptor, 16, 14) << 4), along_rows(field(descriptor, 32, 14) << 4) {
    if (field(descriptor, 46, 3) != 1 || field(descriptor, 49, 3) != 0 || field(descriptor, 61, 3) != 0) {
      fail("a shared memory descriptor with another version, base offset or swizzle", descriptor);
    }
  }

  unsigned char byte(unsigned row, unsigned i) const { return first[row / 8 * along_rows + i / 16 * along_k + row % 8 * 16 + i % 16]; }
};

}  // namespace

unsigned shared_address(const void* shared) {
  const unsigned char* const address = static_cast<const unsigned char*>(shared);
  origin = origin == nullptr ? address : origin;
  const std::ptrdiff_t distance = address - origin;
  if (distance < -(1 << (address_bits - 1)) || distance >= 1 << (address_bits - 1)) {
    fail("a shared array that no descriptor reaches, bytes away", static_cast<unsigned long long>(distance));
  }
  return static_cast<unsigned>(distance);
}

void allocate_tensor_memory(unsigned* address, unsigned columns) {
  if (columns < 32 || columns > all_columns || (columns & (columns - 1)) != 0) {
    fail("columns to allocate: expected a power of two from 32 to 512", columns);
  }
  exchange(__FILE__, __LINE__, address, sizeof *address);
  if (lane() != 0) {
    return;
  }
  constexpr unsigned first = 64;  // not 0, so that an address that was never read shows
  for (unsigned column = first; column < first + columns; column++) {
    if (allocated[column]) {
      fail("columns that another block has not freed", column);
    }
    allocated[column] = true;
    for (unsigned row = 0; row < lanes; row++) {
      memory[row][column] = 0xA5A5A5A5u;
    }
  }
  *address = first;
}

void free_tensor_memory(unsigned address, unsigned columns) {
  exchange(__FILE__, __LINE__, &address, sizeof address);
  for (unsigned column = address; lane() == 0 && column < address + columns; column++) {
    allocated[column] = false;
  }
}

void store_columns(unsigned address, const unsigned* words, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    word(address + i) = words[i];
  }
}

void load_columns(unsigned address, unsigned* words, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    words[i] = word(address + i);
  }
}

void copy_scale_tile(unsigned to, unsigned long long matrix) {
  const SharedMatrix from(matrix);
  for (unsigned row = 0; row < lanes; row++) {
    for (unsigned i = 0; i < 16; i += 4) {
      const unsigned r = row % 32;
      word(to + (row << 16) + i / 4) = static_cast<unsigned>(from.byte(r, i) | from.byte(r, i + 1) << 8 | from.byte(r, i + 2) << 16) |
                                       static_cast<unsigned>(from.byte(r, i + 3)) << 24;
    }
  }
}

void multiply_block_scaled(unsigned d, unsigned long long a, unsigned long long b, unsigned instruction, unsigned a_scales, unsigned b_scales) {
  constexpr unsigned known = 7u << 7 | 3u << 10 | 63u << 17 | 1u << 23 | 3u << 27;
  if ((instruction & ~known) != 0 || field(instruction, 7, 3) != 1 || field(instruction, 10, 2) != 1 || field(instruction, 27, 2) != 1) {
    fail("an instruction descriptor that is not E2M1 by E2M1, M = 128, dense, K = 64", instruction);
  }
  const ScaleFormat format = field(instruction, 23, 1) != 0 ? ScaleFormat::ue8m0 : ScaleFormat::ue4m3;
  const int block = format == ScaleFormat::ue8m0 ? 32 : 16;
  const SharedMatrix rows(a);
  const SharedMatrix columns(b);
  for (unsigned i = 0; i < lanes; i++) {
    for (unsigned j = 0; j < 8 * field(instruction, 17, 6); j++) {
      std::uint8_t row[64];
      std::uint8_t column[64];
      for (unsigned k = 0; k < 64; k++) {
        row[k] = static_cast<std::uint8_t>(rows.byte(i, k / 2) >> (4 * (k % 2)) & 15);
        column[k] = static_cast<std::uint8_t>(columns.byte(j, k / 2) >> (4 * (k % 2)) & 15);
      }
      std::uint8_t row_scales[4];
      std::uint8_t column_scales[4];
      const unsigned row_word = word(a_scales + (i % 32 << 16) + i / 32);
      const unsigned column_word = word(b_scales + (j % 32 << 16) + j / 32);
      for (int scale = 0; scale < 4; scale++) {
        row_scales[scale] = static_cast<std::uint8_t>(row_word >> (8 * scale));
        column_scales[scale] = static_cast<std::uint8_t>(column_word >> (8 * scale));
      }
      unsigned& sum = word(d + (i << 16) + j);
      sum = k64_step(format, block, row, column, row_scales, column_scales, sum);
    }
  }
}

}  // namespace shim
