// Blocks along rows: a lane takes eight elements (32 bytes in, 4 bytes out), two lanes an NVFP4 block, four an MXFP4 block. A warp reads 1 KiB in a row and writes 128
// bytes. Floor: 4 B + .5 B + 1/16 or 1/32 B per element: .57 ps per element at 8 TB/s (B200), 2.5 ps at 1.79 TB/s (RTX 5090).
#pragma once

#include "block_part.cuh"
#include "matrices.cuh"

namespace fp4j {

template <int Size, int Threads, class Transform, class Rounding>
__device__ __forceinline__ void quantize_rows(const Profile& profile, const float* tensor_scale, const FloatRows& from, const BlockRowsOut& to,
                                              const Transform& transform, const Rounding& rounding, long long first_element, long long row_elements) {
  using Part = BlockPart<Size, 8, 1>;
  const Quantizer quantizer(profile, tensor_scale);
  const long long chunks_per_row = to.stored_with_padding() / 8;
  const long long chunks = to.rows_with_padding() * chunks_per_row;
  for (long long first = first_unit() * Threads; first < chunks; first += unit_step() * Threads) {
    const long long chunk = first + static_cast<long long>(threadIdx.x);  // beyond the last chunk the row is, too
    const long long row = quotient(chunk, chunks_per_row);
    const long long column = (chunk - row * chunks_per_row) * 8;
    float x[1][8];
    from.load_eight(row, column, x[0]);
    transform.template apply<Part>(x[0], column < from.columns);
    QuantizedPart<Part> quantized = quantize_block<Part>(profile, quantizer, rounding, x, first_element + row * row_elements + column, 1);
    to_stored_order<Part>(profile, quantized.words[0]);
    to.store_eight(row, column, quantized.words[0][0]);
    if (Part::part() == 0) {
      to.store_scale(row, column, quantized.scale);
    }
  }
}

}  // namespace fp4j

// The parameters of kernels that quantise rows, and such a kernel.
#define FP4J_ROW_PARAMETERS                                                                                                      \
  fp4j_profile profile, const float *tensor_scale, const float *values, long long rows, long long columns, long long stride,     \
      long long stored_columns, unsigned char *codes, long long codes_stride, unsigned char *scales, long long scales_stride,    \
      int scale_layout
#define FP4J_STOCHASTIC_PARAMETERS FP4J_ROW_PARAMETERS, fp4j_stochastic rounding, long long first_element, long long row_elements
#define FP4J_HADAMARD_PARAMETERS FP4J_ROW_PARAMETERS, unsigned signs, int to_bf16

#define FP4J_DEFINE_ROWS(kernel, size, parameters, transform, rounding, first_element, row_elements)                             \
  extern "C" __global__ void __launch_bounds__(fp4j::threads_of_##kernel, 2) kernel(parameters) {                                \
    using namespace fp4j;                                                                                                        \
    quantize_rows<size, threads_of_##kernel>(                                                                                    \
        profile, tensor_scale, {values, rows, columns, stride},                                                                  \
        {codes, codes_stride, scales, scales_stride, static_cast<ScaleLayout>(scale_layout), rows, stored_columns, size},        \
        transform, rounding, first_element, row_elements);                                                                       \
  }
