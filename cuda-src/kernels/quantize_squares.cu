// Squares of 16 x 16 (NVFP4) or 32 x 32 (MXFP4), one after the other by a warp, wholly in registers: a lane holds eight elements of one row, or of four. The codes of four
// NVFP4 squares or of one MXFP4 square are 512 bytes: a lane stores 16 of them where the matrix has runs, as along rows. Floor as along rows.
#include "row_quantizer.cuh"

namespace fp4j {
namespace {

// The codes of a warp's squares, which lie side by side: 16 bytes of one row for each lane.
template <int Size>
struct SquareCodes {
  static constexpr int squares = 1024 / (Size * Size);
  uint4 runs[32];

  // Eight codes that a lane holds.
  __device__ __forceinline__ unsigned& word(int square, int pass, int lane) {
    return reinterpret_cast<unsigned*>(runs)[square * (Size * Size / 8) + pass * 32 + lane];
  }

  // The 32 codes from column lane / Size * 32 of row lane % Size on.
  __device__ __forceinline__ uint4 run(int lane) const {
    if constexpr (Size == 32) {
      return runs[lane];
    } else {
      const uint2* rows = reinterpret_cast<const uint2*>(runs) + lane / 16 * 32 + lane % 16;
      return make_uint4(rows[0].x, rows[0].y, rows[16].x, rows[16].y);
    }
  }
};

template <int Size, int Threads>
__device__ __forceinline__ void quantize_squares(const Profile& profile, const float* tensor_scale, const FloatRows& from, const BlockRowsOut& to,
                                                 SquareCodes<Size>* stages) {
  using Part = BlockPart<Size, 8, 1, Size>;
  constexpr int at_once = SquareCodes<Size>::squares;
  const Quantizer quantizer(profile, tensor_scale);
  const int lane = lane_of_warp();
  const int warp = static_cast<int>(threadIdx.x) / 32;
  SquareCodes<Size>& stage = stages[warp];
  const bool in_runs = to.has_runs();
  const long long across = ceil_div(to.stored_with_padding(), Size * at_once);
  const long long groups = ceil_div(to.rows_with_padding(), Size) * across;
  constexpr int warps = Threads / 32;
  for (long long group = first_unit() * warps + warp; group < groups; group += unit_step() * warps) {
    const long long down = quotient(group, across);
    const long long first_row = down * Size;
    const long long first_column = (group - down * across) * (Size * at_once);
    const int rows = static_cast<int>(smaller<long long>(Size, from.rows - first_row));
#pragma unroll 1
    for (int square = 0; square < at_once && first_column + square * Size < to.stored_with_padding(); square++) {
      const long long column = first_column + square * Size + Part::part() * 8;
      float x[Part::passes][8];
#pragma unroll
      for (int pass = 0; pass < Part::passes; pass++) {
        from.load_eight(first_row + pass * Part::rows_per_pass + lane / Part::parts, column, x[pass]);
      }
      QuantizedPart<Part> quantized = quantize_block<Part>(profile, quantizer, Deterministic(), x, 0, rows);
#pragma unroll
      for (int pass = 0; pass < Part::passes; pass++) {
        const long long row = first_row + pass * Part::rows_per_pass + lane / Part::parts;
        to_stored_order<Part>(profile, quantized.words[pass]);
        if (in_runs) {
          stage.word(square, pass, lane) = quantized.words[pass][0];
        } else {
          to.store_eight(row, column, quantized.words[pass][0]);
        }
        if (Part::part() == 0) {
          to.store_scale(row, column, quantized.scale);
        }
      }
    }
    if (in_runs) {
      __syncwarp();
      to.store_run(first_row + lane % Size, first_column + lane / Size * 32, stage.run(lane));
      __syncwarp();
    }
  }
}

}  // namespace
}  // namespace fp4j

// Blocks that must fit on a multiprocessor at once: with two of the larger squares, registers spill before sm_100.
#define FP4J_DEFINE_SQUARES(kernel, size, blocks)                                                                                             \
  extern "C" __global__ void __launch_bounds__(fp4j::threads_of_##kernel, blocks) kernel(FP4J_ROW_PARAMETERS) {                               \
    using namespace fp4j;                                                                                                                     \
    __shared__ SquareCodes<size> stages[threads_of_##kernel / 32];                                                                            \
    quantize_squares<size, threads_of_##kernel>(                                                                                              \
        profile, tensor_scale, {values, rows, columns, stride},                                                                               \
        {codes, codes_stride, scales, scales_stride, static_cast<ScaleLayout>(scale_layout), rows, stored_columns, size}, stages);            \
  }

FP4J_DEFINE_SQUARES(fp4j_quantize_nvfp4_squares, 16, 2)
FP4J_DEFINE_SQUARES(fp4j_quantize_mxfp4_squares, 32, 1)
