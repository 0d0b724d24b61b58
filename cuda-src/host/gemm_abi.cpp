// The functions of fp4j_gemm.h over whichever loops this processor runs.
#include "arguments.h"
#include "dispatch.h"
#include "fp4j/fp4j_gemm.h"
#include "fp32_loops.h"
#include "fp4j/profiles.cuh"
#include "gemm_loops.h"
#include "thread_pool.h"

#include <cstdlib>
#include <cstring>

namespace {

using namespace fp4j;
using namespace fp4j::host;

const GemmLoops& loops() {
#if defined(FP4J_X86_64_LEVELS)
  static const GemmLoops* const all[] = {&gemm_loops_baseline, &gemm_loops_avx2, &gemm_loops_avx512, &gemm_loops_avx512vnni};
  return *all[static_cast<int>(usable_level())];
#else
  return gemm_loops_baseline;
#endif
}

const Fp32Loops& fp32_loops() {
#if defined(FP4J_X86_64_LEVELS)
  static const Fp32Loops* const all[] = {&fp32_loops_baseline, &fp32_loops_avx2, &fp32_loops_avx512, &fp32_loops_avx512vnni};
  return *all[static_cast<int>(usable_level())];
#else
  return fp32_loops_baseline;
#endif
}

bool is_operand(int32_t operand) {
  return operand >= FP4J_OPERAND_NVFP4 && operand <= FP4J_OPERAND_BF16;
}

// Whether k elements fill whole blocks.
bool fits(OperandFormat format, size_t k) {
  return k != 0 && (scaled_block(format) == 0 || k % scaled_block(format) == 0);
}

bool misses_codes(const CodedRows& rows) {
  return rows.rows != 0 && (rows.codes == nullptr || (scaled_block(rows.format) != 0 && rows.scales == nullptr));
}

// Whether `rows` rows of `columns` elements are floats that can be there: not null, aligned, rows apart.
bool is_matrix(const float* values, size_t rows, size_t columns, size_t stride) {
  return rows == 0 || columns == 0 ||
         (values != nullptr && is_aligned(values, sizeof(float)) && stride >= columns && is_countable(rows, stride, sizeof(float)));
}

constexpr size_t products_of_element = 16;  // that take about as long as an element of an array

// How D is cut: along its rows or its columns, of which there are more. Two pieces a thread, and no more, as each restores all of the other operand anew.
struct Parts {
  size_t m;
  size_t n;
  size_t grain;
  int threads;

  Parts(size_t rows, size_t columns, size_t k, size_t row_unit, size_t column_unit) : m(rows), n(columns) {
    const size_t unit = m >= n ? row_unit : column_unit;
    const size_t other = m >= n ? n : m;
    const size_t smallest = (other == 0 ? m + n : elements_at_once() * products_of_element / k / other) / unit * unit + unit;
    const size_t most = 2 * static_cast<size_t>(useful_threads(size(), smallest));
    const size_t even = (size() / most + unit) / unit * unit;
    grain = even < smallest ? smallest : even;
    threads = useful_threads(size(), grain);
  }

  size_t size() const { return m >= n ? m : n; }

  Rectangle part(size_t from, size_t to) const { return m >= n ? Rectangle{from, to - from, 0, n} : Rectangle{0, m, from, to - from}; }
};

// Calls multiply(rectangle of D, scratch); false if there is no memory, before anything is called.
template <class Multiply>
bool multiply_parts(const Parts& parts, Multiply multiply) {
  uint8_t* const scratch = static_cast<uint8_t*>(std::aligned_alloc(scratch_alignment, static_cast<size_t>(parts.threads) * scratch_bytes));
  if (scratch == nullptr) {
    return false;
  }
  share(parts.threads, parts.size(), parts.grain, [&](size_t from, size_t to, int thread) {
    multiply(parts.part(from, to), scratch + static_cast<size_t>(thread) * scratch_bytes);
  });
  std::free(scratch);
  return true;
}

CodedRows rows_of(const CodedRows& rows, size_t first, size_t count, size_t k) {
  const size_t block = scaled_block(rows.format);
  return {rows.format, rows.codes + first * k * 4 / elements_per_word(rows.format), block == 0 ? nullptr : rows.scales + first * (k / block), count};
}

// `first` is a multiple of group_rows.
PackedRows rows_of(const PackedRows& rows, size_t first, size_t count, size_t k) {
  return {rows.format, rows.codes + first * (k / elements_per_word(rows.format)), rows.scales + first * (k / scaled_block(rows.format)), count};
}

Operand rows_of(const Operand& operand, size_t first, size_t count, size_t k, size_t block) {
  return {operand.codes + first * (k / 2), operand.scales + first * (k / block), count};
}

const AccumulationModel* model_of(const char* id, int32_t operand) {
  for (const models::NamedModel& named : models::all) {
    const bool takes = operand == FP4J_OPERAND_NVFP4 ? named.takes_nvfp4 : operand == FP4J_OPERAND_MXFP4 && named.takes_mxfp4;
    if (takes && std::strcmp(named.id, id) == 0) {
      return &named.model;
    }
  }
  return nullptr;
}

}  // namespace

extern "C" {

int32_t fp4j_supports_gemm(const char* model, int32_t operand) {
  return model != nullptr && model_of(model, operand) != nullptr ? 1 : 0;
}

int32_t fp4j_gemm(
    const char* model, int32_t operand, size_t m, size_t n, size_t k, const uint8_t* a_codes, const uint8_t* a_scales, const uint8_t* b_codes,
    const uint8_t* b_scales, const float* c, float* d) {
  if (model == nullptr) {
    return FP4J_BAD_ARGUMENT;
  }
  const AccumulationModel* known = model_of(model, operand);
  if (known == nullptr) {
    return FP4J_UNSUPPORTED;
  }
  const OperandScale scale = operand == FP4J_OPERAND_NVFP4 ? OperandScale::ue4m3_16 : OperandScale::ue8m0_32;
  const bool is_wrong = (m != 0 && (a_codes == nullptr || a_scales == nullptr)) || (n != 0 && (b_codes == nullptr || b_scales == nullptr)) ||
                            !is_matrix(d, m, n, n) || (c != nullptr && !is_matrix(c, m, n, n)) || !is_countable(m, k, 1) || !is_countable(n, k, 1);
  if (is_wrong || k == 0 || k % static_cast<size_t>(scale_block(scale)) != 0 || k % static_cast<size_t>(known->step()) != 0) {
    return FP4J_BAD_ARGUMENT;
  }
  const size_t block = static_cast<size_t>(scale_block(scale));
  const Parts parts(m, n, k, 8, 32);  // tiles of the loops
  share(parts.threads, parts.size(), parts.grain, [&](size_t from, size_t to, int) {
    const Rectangle part = parts.part(from, to);
    const size_t at = part.row * n + part.column;
    loops().multiply(*known, {scale, rows_of(Operand{a_codes, a_scales, m}, part.row, part.rows, k, block),
                              rows_of(Operand{b_codes, b_scales, n}, part.column, part.columns, k, block), k, c == nullptr ? nullptr : c + at, d + at, n});
  });
  return FP4J_OK;
}

int32_t fp4j_supports_gemm_fp32(int32_t a_operand, int32_t b_operand) {
  return is_operand(a_operand) && is_operand(b_operand) ? 1 : 0;
}

int32_t fp4j_gemm_fp32(
    int32_t a_operand, int32_t b_operand, size_t m, size_t n, size_t k, const uint8_t* a_codes, const uint8_t* a_scales, const uint8_t* b_codes,
    const uint8_t* b_scales, const float* c, float* d, size_t d_stride) {
  if (fp4j_supports_gemm_fp32(a_operand, b_operand) == 0) {
    return FP4J_UNSUPPORTED;
  }
  const CodedRows a = {static_cast<OperandFormat>(a_operand), a_codes, a_scales, m};
  const CodedRows b = {static_cast<OperandFormat>(b_operand), b_codes, b_scales, n};
  const bool countable = is_countable(m, k, 2) && is_countable(n, k, 2);
  if (!fits(a.format, k) || !fits(b.format, k) || !countable || misses_codes(a) || misses_codes(b) || !is_matrix(d, m, n, d_stride) ||
      (c != nullptr && !is_matrix(c, m, n, d_stride))) {
    return FP4J_BAD_ARGUMENT;
  }
  const bool done = multiply_parts(Parts(m, n, k, group_rows, 48), [&](const Rectangle& part, void* scratch) {
    const size_t at = part.row * d_stride + part.column;
    fp32_loops().multiply_coded(
        rows_of(a, part.row, part.rows, k), rows_of(b, part.column, part.columns, k), k, c == nullptr ? nullptr : c + at, {d + at, d_stride}, scratch);
  });
  return done ? FP4J_OK : FP4J_FAILED;
}

int32_t fp4j_supports_weights(int32_t operand) {
  return operand >= FP4J_OPERAND_NVFP4 && operand <= FP4J_OPERAND_MXFP8_E4M3 ? 1 : 0;
}

int32_t fp4j_gemm_weights(
    int32_t operand, size_t m, size_t n, size_t k, const float* a, size_t a_stride, const uint32_t* codes, const uint8_t* scales, float alpha, float* d,
    size_t d_stride) {
  if (fp4j_supports_weights(operand) == 0) {
    return FP4J_UNSUPPORTED;
  }
  const PackedRows b = {static_cast<OperandFormat>(operand), codes, scales, n};
  const bool misses_weights = n != 0 && (codes == nullptr || scales == nullptr || !is_aligned(codes, sizeof(uint32_t)));
  if (!fits(b.format, k) || !is_countable(n, k, 1) || n > SIZE_MAX - group_rows || misses_weights || !is_matrix(a, m, k, a_stride) || !is_matrix(d, m, n, d_stride)) {
    return FP4J_BAD_ARGUMENT;
  }
  const Parts parts(m, n, k, group_rows, 4 * group_rows);
  const auto multiply = [&](const Rectangle& part, void* scratch) {
    fp32_loops().multiply_weights({a + part.row * a_stride, a_stride, part.rows}, rows_of(b, part.column, part.columns, k), k, alpha,
                                  {d + part.row * d_stride + part.column, d_stride}, scratch);
  };
  if (m <= direct_rows) {
    share(parts.threads, parts.size(), parts.grain, [&](size_t from, size_t to, int) { multiply(parts.part(from, to), nullptr); });
    return FP4J_OK;
  }
  return multiply_parts(parts, multiply) ? FP4J_OK : FP4J_FAILED;
}

}  // extern "C"
