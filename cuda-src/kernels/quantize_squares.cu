// Squares of 16 x 16 (NVFP4) or 32 x 32 (MXFP4), a warp each, wholly in registers: a lane holds eight elements of one row, or of four. Floor as along rows.
#include "row_quantizer.cuh"

namespace fp4j {
namespace {

template <int Size, int Threads>
__device__ __forceinline__ void quantize_squares(const Profile& profile, const float* tensor_scale, const FloatRows& from, const BlockRowsOut& to) {
  using Part = BlockPart<Size, 8, 1, Size>;
  const Quantizer quantizer(profile, tensor_scale);
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const long long across = ceil_div(to.stored_with_padding(), Size);
  const long long squares = ceil_div(to.rows_with_padding(), Size) * across;
  constexpr int warps = Threads / 32;
  for (long long square = first_unit() * warps + static_cast<int>(threadIdx.x) / 32; square < squares; square += unit_step() * warps) {
    const long long down = quotient(square, across);
    const long long first_row = down * Size + lane / Part::parts;
    const long long column = (square - down * across) * Size + Part::part() * 8;
    float x[Part::passes][8];
#pragma unroll
    for (int pass = 0; pass < Part::passes; pass++) {
      from.load_eight(first_row + pass * Part::rows_per_pass, column, x[pass]);
    }
    const int rows = static_cast<int>(smaller<long long>(Size, from.rows - down * Size));
    QuantizedPart<Part> quantized = quantize_block<Part>(profile, quantizer, Deterministic(), x, 0, rows);
#pragma unroll
    for (int pass = 0; pass < Part::passes; pass++) {
      const long long row = first_row + pass * Part::rows_per_pass;
      to_stored_order<Part>(profile, quantized.words[pass]);
      to.store_eight(row, column, quantized.words[pass][0]);
      if (Part::part() == 0) {
        to.store_scale(row, column, quantized.scale);
      }
    }
  }
}

}  // namespace
}  // namespace fp4j

// Blocks that must fit on a multiprocessor at once: with two of the larger squares, registers spill before sm_100.
#define FP4J_DEFINE_SQUARES(kernel, size, blocks)                                                                                             \
  extern "C" __global__ void __launch_bounds__(fp4j::threads_of_##kernel, blocks) kernel(FP4J_ROW_PARAMETERS) {                               \
    using namespace fp4j;                                                                                                                     \
    quantize_squares<size, threads_of_##kernel>(                                                                                              \
        profile, tensor_scale, {values, rows, columns, stride},                                                                               \
        {codes, codes_stride, scales, scales_stride, static_cast<ScaleLayout>(scale_layout), rows, stored_columns, size});                    \
  }

FP4J_DEFINE_SQUARES(fp4j_quantize_nvfp4_squares, 16, 2)
FP4J_DEFINE_SQUARES(fp4j_quantize_mxfp4_squares, 32, 1)
