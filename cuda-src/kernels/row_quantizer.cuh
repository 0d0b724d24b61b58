// Blocks along rows: a lane takes eight elements (32 bytes in, 4 bytes out), two lanes an NVFP4 block, four an MXFP4 block; a warp reads 1 KiB in a row and writes 128 bytes.
// It reads four times as much before it quantises the first, since two blocks with 16 KiB on their way do not cover the latency of a B200's memory (8 TB/s times some 800 ns
// is 43 KiB for each multiprocessor); what waits lies in shared memory: in registers it would leave too few to the quantiser. Where rows are whole runs of 32 elements and
// their codes lie at multiples of 16 bytes, a lane stores 16 bytes; every fourth lane does where a rounding takes one chunk at a time. Floor: 4 B + .5 B + 1/16 or 1/32 B
// per element: .57 ps per element at 8 TB/s (B200), 2.5 ps at 1.79 TB/s (RTX 5090).
#pragma once

#include "block_part.cuh"
#include "matrices.cuh"

namespace fp4j {

constexpr int chunks_of_run = 4;

// A warp's elements, lane by lane so that nothing meets in a bank; then, in the place of the first, its codes.
struct WarpChunks {
  uint4 halves[chunks_of_run][2][32];

  __device__ __forceinline__ void put(int chunk, int lane, const float (&x)[8]) {
    halves[chunk][0][lane] = make_uint4(to_bits(x[0]), to_bits(x[1]), to_bits(x[2]), to_bits(x[3]));
    halves[chunk][1][lane] = make_uint4(to_bits(x[4]), to_bits(x[5]), to_bits(x[6]), to_bits(x[7]));
  }
  __device__ __forceinline__ void get(int chunk, int lane, float (&x)[8]) const {
    const uint4 low = halves[chunk][0][lane];
    const uint4 high = halves[chunk][1][lane];
    x[0] = from_bits<float>(low.x), x[1] = from_bits<float>(low.y), x[2] = from_bits<float>(low.z), x[3] = from_bits<float>(low.w);
    x[4] = from_bits<float>(high.x), x[5] = from_bits<float>(high.y), x[6] = from_bits<float>(high.z), x[7] = from_bits<float>(high.w);
  }
  __device__ __forceinline__ unsigned& word(int chunk, int lane) { return reinterpret_cast<unsigned*>(halves[0][0])[32 * chunk + lane]; }
};

// Eight elements of a row of a matrix with padding, and where they are.
struct Chunk {
  long long row;
  long long column;

  __device__ __forceinline__ Chunk(long long number, long long chunks_per_row) : row(quotient(number, chunks_per_row)), column((number - row * chunks_per_row) * 8) {}
};

// In the first of a run's four lanes: the words of all four.
__device__ __forceinline__ uint4 words_of_run(unsigned word) {
  const int lane = lane_of_warp();
  return make_uint4(word, __shfl_sync(whole_warp, word, lane + 1), __shfl_sync(whole_warp, word, lane + 2), __shfl_sync(whole_warp, word, lane + 3));
}

template <int Size, int Threads, class Transform, class Rounding>
__device__ __forceinline__ void quantize_rows(const Profile& profile, const float* tensor_scale, const FloatRows& from, const BlockRowsOut& to,
                                              const Transform& transform, const Rounding& rounding, long long first_element, long long row_elements,
                                              WarpChunks* stages) {
  using Part = BlockPart<Size, 8, 1>;
  const Quantizer quantizer(profile, tensor_scale);
  const long long chunks_per_row = to.stored_with_padding() / 8;
  const long long chunks = to.rows_with_padding() * chunks_per_row;
  constexpr int at_once = Rounding::chunks_at_once;  // of a lane
  const bool in_runs = to.has_runs();
  const int lane = lane_of_warp();
  WarpChunks& stage = stages[static_cast<int>(threadIdx.x) / 32];
  constexpr int of_block = Threads * at_once;
  for (long long first = first_unit() * of_block + static_cast<int>(threadIdx.x) / 32 * (32 * at_once); first < chunks; first += unit_step() * of_block) {
    float all[at_once][8];
#pragma unroll
    for (int i = 0; i < at_once; i++) {
      const Chunk chunk(first + 32 * i + lane, chunks_per_row);  // beyond the last chunk the row is, too
      from.load_eight(chunk.row, chunk.column, all[i]);
    }
#pragma unroll
    for (int i = 0; i < at_once && at_once > 1; i++) {
      stage.put(i, lane, all[i]);
    }
#pragma unroll 1
    for (int i = 0; i < at_once; i++) {
      const Chunk chunk(first + 32 * i + lane, chunks_per_row);
      float x[1][8];
      if constexpr (at_once > 1) {
        stage.get(i, lane, x[0]);
        __syncwarp();  // the first chunks' place is free
      } else {
#pragma unroll
        for (int j = 0; j < 8; j++) {
          x[0][j] = all[0][j];
        }
      }
      transform.template apply<Part>(x[0], chunk.column < from.columns);
      QuantizedPart<Part> quantized = quantize_block<Part>(profile, quantizer, rounding, x, first_element + chunk.row * row_elements + chunk.column, 1);
      to_stored_order<Part>(profile, quantized.words[0]);
      if (Part::part() == 0) {
        to.store_scale(chunk.row, chunk.column, quantized.scale);
      }
      const unsigned word = quantized.words[0][0];
      if (!in_runs) {
        to.store_eight(chunk.row, chunk.column, word);
      } else if constexpr (at_once == chunks_of_run) {
        stage.word(i, lane) = word;
      } else {
        const uint4 run = words_of_run(word);
        if (lane % chunks_of_run == 0) {
          to.store_run(chunk.row, chunk.column, run);
        }
      }
    }
    if (at_once == chunks_of_run && in_runs) {
      __syncwarp();
      const Chunk chunk(first + chunks_of_run * lane, chunks_per_row);
      to.store_run(chunk.row, chunk.column, stage.halves[0][0][lane]);
      __syncwarp();
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
    __shared__ WarpChunks stages[threads_of_##kernel / 32];                                                                      \
    quantize_rows<size, threads_of_##kernel>(                                                                                    \
        profile, tensor_scale, {values, rows, columns, stride},                                                                  \
        {codes, codes_stride, scales, scales_stride, static_cast<ScaleLayout>(scale_layout), rows, stored_columns, size},        \
        transform, rounding, first_element, row_elements, stages);                                                                       \
  }
