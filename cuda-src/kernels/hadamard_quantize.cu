// Hadamard-16 in registers, then quantised along rows or columns. Floor as without the transform, .57 ps per element at 8 TB/s (B200), 2.5 ps at 1.79 TB/s (RTX 5090): its
// four additions, sign and factor per element are .16 ps at 37 T/s.
#include "hadamard_part.cuh"
#include "row_quantizer.cuh"
#include "tile_quantizer.cuh"

#define FP4J_TRANSFORM (fp4j::Hadamard16{signs, to_bf16 != 0})

FP4J_DEFINE_ROWS(fp4j_hadamard16_quantize_nvfp4_rows, 16, FP4J_HADAMARD_PARAMETERS, FP4J_TRANSFORM, Deterministic(), 0, 0)
FP4J_DEFINE_ROWS(fp4j_hadamard16_quantize_mxfp4_rows, 32, FP4J_HADAMARD_PARAMETERS, FP4J_TRANSFORM, Deterministic(), 0, 0)

#define FP4J_DEFINE_HADAMARD_COLUMNS(kernel, size)                                                                                                 \
  extern "C" __global__ void __launch_bounds__(fp4j::threads_of_##kernel, 2) kernel(                                                               \
      fp4j_profile profile, const float* tensor_scale, const float* values, long long rows, long long columns, long long stride,                   \
      long long stored_rows, unsigned char* transposed_codes, long long transposed_codes_stride, unsigned char* transposed_scales,                 \
      long long transposed_scales_stride, int scale_layout, unsigned signs, int to_bf16) {                                                         \
    using namespace fp4j;                                                                                                                          \
    __shared__ float tile[tile_size * tile_stride];                                                                                                \
    __shared__ LineStage stage;                                                                                                                    \
    const BlockRowsOut no_rows = {nullptr, 0, nullptr, 0, ScaleLayout::linear, 0, 0, size};                                                        \
    quantize_tiles<size>(profile, tensor_scale, {values, rows, columns, stride}, no_rows,                                                          \
                         {transposed_codes, transposed_codes_stride, transposed_scales, transposed_scales_stride,                                  \
                          static_cast<ScaleLayout>(scale_layout), columns, stored_rows, size},                                                     \
                         FP4J_TRANSFORM, tile, stage, stage);                                                                                      \
  }

FP4J_DEFINE_HADAMARD_COLUMNS(fp4j_hadamard16_quantize_nvfp4_columns, 16)
FP4J_DEFINE_HADAMARD_COLUMNS(fp4j_hadamard16_quantize_mxfp4_columns, 32)
