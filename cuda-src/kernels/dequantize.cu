// Stored rows to float32. Floor: .5 B + 1/16 or 1/32 B in, 4 B out: .57 ps per element at 8 TB/s (B200), 2.5 ps at 1.79 TB/s (RTX 5090). Where rows are whole runs of 32
// elements and lie at multiples of 16 bytes a lane takes 16 bytes of codes and writes 16 bytes eight times, each time 512 in a row for the warp; elsewhere it takes four
// bytes and writes 32.
#include "matrices.cuh"

namespace fp4j {
namespace {

FP4J_OUT_OF_LINE RestoringScale restoring_scale_of(const Profile& profile, std::uint32_t code, float tensor_scale) {
  return restoring_scale(profile, code, tensor_scale);
}

// Eight codes of a block from element first on, in element order.
template <int Size>
__device__ __forceinline__ unsigned load_codes(const Profile& profile, const unsigned char* block, int first) {
  if (profile.nibble_order == NibbleOrder::interleaved_low_first) {
    const unsigned char* from = block + first / 2;
    if (is_aligned<4>(from)) {
      return *reinterpret_cast<const unsigned*>(from);
    }
    return from[0] | from[1] << 8 | from[2] << 16 | static_cast<unsigned>(from[3]) << 24;
  }
  const bool high = first >= Size / 2;
  const unsigned char* from = block + first % (Size / 2);
  unsigned word = 0;
#pragma unroll
  for (int i = 0; i < 8; i++) {
    word |= static_cast<unsigned>(high ? from[i] >> 4 : from[i] & 15) << (4 * i);
  }
  return word;
}

// What a warp's lanes have loaded, for the lanes that store it.
template <int Size>
struct WarpStage {
  uint4 codes[32];  // 32 elements of each lane
  float factors[32 * 32 / Size];
  long long offsets[32];  // where a lane's elements go
};

struct StoredRows {
  const unsigned char* codes;
  long long codes_stride;
  const unsigned char* scales;
  long long scales_stride;
  ScaleLayout layout;
  long long blocks;  // of a row

  __device__ __forceinline__ unsigned scale(long long row, long long block) const {
    return scales[layout == ScaleLayout::linear ? static_cast<std::size_t>(row * scales_stride + block)
                                                : scale_offset(layout, static_cast<std::size_t>(row), static_cast<std::size_t>(block), static_cast<std::size_t>(blocks))];
  }
};

// Rows of interleaved codes in whole runs of 32 elements, all at multiples of 16 bytes.
template <int Size, int Threads>
__device__ __forceinline__ void dequantize_runs(const Profile& profile, float tensor_scale, const StoredRows& from, float* values, long long rows, long long columns,
                                                long long stride, WarpStage<Size>& stage) {
  const int lane = lane_of_warp();
  const long long runs_per_row = columns / 32;
  const long long runs = rows * runs_per_row;
  for (long long first = first_unit() * Threads + static_cast<int>(threadIdx.x) / 32 * 32; first < runs; first += unit_step() * Threads) {
    RestoringScale scale = {};
    if (first + lane < runs) {
      const long long row = quotient(first + lane, runs_per_row);
      const long long run = first + lane - row * runs_per_row;
      stage.codes[lane] = *reinterpret_cast<const uint4*>(from.codes + row * from.codes_stride + run * 16);
      stage.offsets[lane] = row * stride + run * 32;
#pragma unroll
      for (int block = 0; block < 32 / Size; block++) {
        scale = restoring_scale_of(profile, from.scale(row, run * (32 / Size) + block), tensor_scale);
        stage.factors[lane * (32 / Size) + block] = scale.first;
      }
    }
    __syncwarp();
    scale = restoring_scale_of(profile, 0, tensor_scale);  // all but its first factor is the same for every code
#pragma unroll 4
    for (int turn = 0; turn < 8; turn++) {
      const int four = 32 * turn + lane;  // elements
      if (first + four / 8 < runs) {
        const uint4& codes = stage.codes[four / 8];
        const unsigned of_pair = four % 8 < 4 ? (four % 4 < 2 ? codes.x : codes.y) : (four % 4 < 2 ? codes.z : codes.w);
        const unsigned word = of_pair >> (16 * (four % 2));
        scale.first = stage.factors[four * 4 / Size];
        *reinterpret_cast<float4*>(values + stage.offsets[four / 8] + four % 8 * 4) =
            make_float4(restored(profile, scale, word & 15u), restored(profile, scale, word >> 4 & 15u), restored(profile, scale, word >> 8 & 15u),
                        restored(profile, scale, word >> 12 & 15u));
      }
    }
    __syncwarp();
  }
}

template <int Size, int Threads>
__device__ __forceinline__ void dequantize(const Profile& profile, float tensor_scale, const StoredRows& from, float* values, long long rows, long long columns,
                                           long long stride, WarpStage<Size>* stages) {
  if (columns % 32 == 0 && from.codes_stride % 16 == 0 && stride % 4 == 0 && is_aligned<16>(from.codes) && is_aligned<16>(values) &&
      profile.nibble_order == NibbleOrder::interleaved_low_first) {
    dequantize_runs<Size, Threads>(profile, tensor_scale, from, values, rows, columns, stride, stages[static_cast<int>(threadIdx.x) / 32]);
    return;
  }
  const long long chunks_per_row = ceil_div(columns, 8);
  for (long long chunk = first_unit() * Threads + static_cast<long long>(threadIdx.x); chunk < rows * chunks_per_row; chunk += unit_step() * Threads) {
    const long long row = quotient(chunk, chunks_per_row);
    const long long column = (chunk - row * chunks_per_row) * 8;
    const long long block = column / Size;
    const unsigned word = load_codes<Size>(profile, from.codes + row * from.codes_stride + block * (Size / 2), static_cast<int>(column % Size));
    const RestoringScale scale = restoring_scale_of(profile, from.scale(row, block), tensor_scale);
    float x[8];
#pragma unroll
    for (int i = 0; i < 8; i++) {
      x[i] = restored(profile, scale, word >> (4 * i) & 15u);
    }
    float* to = values + row * stride + column;
    if (column + 8 <= columns && is_aligned<16>(to)) {
      reinterpret_cast<float4*>(to)[0] = make_float4(x[0], x[1], x[2], x[3]);
      reinterpret_cast<float4*>(to)[1] = make_float4(x[4], x[5], x[6], x[7]);
      continue;
    }
#pragma unroll
    for (int i = 0; i < 8; i++) {
      if (column + i < columns) {
        to[i] = x[i];
      }
    }
  }
}

}  // namespace
}  // namespace fp4j

#define FP4J_DEFINE_DEQUANTIZE(kernel, size)                                                                                                       \
  extern "C" __global__ void __launch_bounds__(fp4j::threads_of_##kernel, 2) kernel(                                                                \
      fp4j_profile profile, const float* tensor_scale, const unsigned char* codes, long long codes_stride, const unsigned char* scales,            \
      long long scales_stride, int scale_layout, float* values, long long rows, long long columns, long long stride) {                             \
    using namespace fp4j;                                                                                                                          \
    __shared__ WarpStage<size> stages[threads_of_##kernel / 32];                                                                                   \
    const long long blocks = ceil_div(columns, profile.row_multiple) * (profile.row_multiple / size);                                              \
    const StoredRows from = {codes, codes_stride, scales, scales_stride, static_cast<ScaleLayout>(scale_layout), blocks};                          \
    dequantize<size, threads_of_##kernel>(profile, *tensor_scale, from, values, rows, columns, stride, stages);                                    \
  }

FP4J_DEFINE_DEQUANTIZE(fp4j_dequantize_nvfp4, 16)
FP4J_DEFINE_DEQUANTIZE(fp4j_dequantize_mxfp4, 32)
