// The functions of fp4j_gemm.h over whichever loops this processor runs.
#include "arguments.h"
#include "dispatch.h"
#include "fp4j/fp4j_gemm.h"
#include "fp32_loops.h"
#include "fp4j/profiles.cuh"
#include "gemm_loops.h"

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
  loops().multiply(*known, {scale, {a_codes, a_scales, m}, {b_codes, b_scales, n}, k, c, d});
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
  return fp32_loops().multiply_coded(a, b, k, c, {d, d_stride}) ? FP4J_OK : FP4J_FAILED;
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
  return fp32_loops().multiply_weights({a, a_stride, m}, b, k, alpha, {d, d_stride}) ? FP4J_OK : FP4J_FAILED;
}

}  // extern "C"
