#include "row_quantizer.cuh"
#include "tile_quantizer.cuh"

#define FP4J_DEFINE_COLUMNS(kernel, size)                                                                                                          \
  extern "C" __global__ void __launch_bounds__(fp4j::threads_of_##kernel, 2) kernel(                                                               \
      FP4J_ROW_PARAMETERS, long long stored_rows, unsigned char* transposed_codes, long long transposed_codes_stride,                              \
      unsigned char* transposed_scales, long long transposed_scales_stride) {                                                                      \
    using namespace fp4j;                                                                                                                          \
    __shared__ float tile[tile_size * tile_stride];                                                                                                \
    __shared__ LineStage row_stage;                                                                                                                \
    __shared__ LineStage column_stage;                                                                                                             \
    const ScaleLayout layout = static_cast<ScaleLayout>(scale_layout);                                                                             \
    quantize_tiles<size>(profile, tensor_scale, {values, rows, columns, stride}, {codes, codes_stride, scales, scales_stride, layout, rows,        \
                         stored_columns, size}, {transposed_codes, transposed_codes_stride, transposed_scales, transposed_scales_stride, layout,   \
                         columns, stored_rows, size}, Untransformed(), tile, row_stage, column_stage);                                             \
  }

FP4J_DEFINE_COLUMNS(fp4j_quantize_nvfp4_columns, 16)
FP4J_DEFINE_COLUMNS(fp4j_quantize_mxfp4_columns, 32)
