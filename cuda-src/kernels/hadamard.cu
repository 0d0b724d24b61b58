// The transform alone: 8 B per element, 1 ps at 8 TB/s (B200), 4.5 ps at 1.79 TB/s (RTX 5090); its largest magnitude alone reads 4 B.
#include "hadamard_part.cuh"
#include "tile.cuh"

extern "C" __global__ void __launch_bounds__(fp4j::threads_of_fp4j_hadamard16)
fp4j_hadamard16(float* values, long long rows, long long columns, long long stride, unsigned signs, int to_bf16) {
  using namespace fp4j;
  const Hadamard16 transform = {signs, to_bf16 != 0};
  const FloatRows from = {values, rows, columns, stride};
  const long long chunks_per_row = columns / 8;
  const long long chunks = rows * chunks_per_row;
  for (long long first = first_unit() * threads_of_fp4j_hadamard16; first < chunks; first += unit_step() * threads_of_fp4j_hadamard16) {
    const long long chunk = first + static_cast<long long>(threadIdx.x);
    const long long row = quotient(chunk, chunks_per_row);
    const long long column = (chunk - row * chunks_per_row) * 8;
    float x[8];
    from.load_eight(row, column, x);
    transform.transform<8, 1>(x);
    if (row >= rows) {
      continue;
    }
    float* to = values + row * stride + column;
    if (is_aligned<16>(to)) {
      reinterpret_cast<float4*>(to)[0] = make_float4(x[0], x[1], x[2], x[3]);
      reinterpret_cast<float4*>(to)[1] = make_float4(x[4], x[5], x[6], x[7]);
      continue;
    }
#pragma unroll
    for (int i = 0; i < 8; i++) {
      to[i] = x[i];
    }
  }
}

extern "C" __global__ void __launch_bounds__(fp4j::threads_of_fp4j_hadamard16_amax)
fp4j_hadamard16_amax(const float* values, long long rows, long long columns, long long stride, int along_columns, unsigned signs, int to_bf16, int keeps_nan,
                     unsigned* amax_bits) {
  using namespace fp4j;
  __shared__ float tile[tile_size * tile_stride];
  const Hadamard16 transform = {signs, to_bf16 != 0};
  const FloatRows from = {values, rows, columns, stride};
  const long long across = ceil_div(columns, tile_size);
  const Segment segment;
  unsigned largest = 0;
  for (long long unit = first_unit(); unit < ceil_div(rows, tile_size) * across; unit += unit_step()) {
    const long long down = quotient(unit, across);
    load_tile(from, down * tile_size, (unit - down * across) * tile_size, tile);
    __syncthreads();
    float x[segment_size];
    if (along_columns != 0) {
      load_segment<true>(tile, segment, x);
    } else {
      load_segment<false>(tile, segment, x);
    }
    __syncthreads();
    transform.transform<segment_size, 1>(x);
#pragma unroll
    for (int i = 0; i < segment_size; i++) {
      largest = larger(largest, counted_magnitude(x[i], keeps_nan != 0));
    }
  }
  largest = warp_max(largest);
  if (threadIdx.x % 32 == 0 && largest != 0) {
    atomicMax(amax_bits, largest);
  }
}
