// The functions of fp4j_gemm.h over whichever loops this processor runs.
#include "dispatch.h"
#include "fp4j/fp4j_gemm.h"
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
  const bool misses_array = (m != 0 && (a_codes == nullptr || a_scales == nullptr)) || (n != 0 && (b_codes == nullptr || b_scales == nullptr)) ||
                            (m != 0 && n != 0 && d == nullptr);
  if (misses_array || k == 0 || k % static_cast<size_t>(scale_block(scale)) != 0 || k % static_cast<size_t>(known->step()) != 0) {
    return FP4J_BAD_ARGUMENT;
  }
  loops().multiply(*known, {scale, {a_codes, a_scales, m}, {b_codes, b_scales, n}, k, c, d});
  return FP4J_OK;
}

}  // extern "C"
