// D = alpha (A transpose(B) + C) on the tensor cores of sm_120a and sm_121a. Floor: 2 m n k operations at 1.68 P/s (RTX 5090, dense FP4 with float32 accumulators), if A, B
// and D (.56 (m + n) k + 4 m n bytes) pass in less time at 1.79 TB/s. (B200 has no mma.sync for FP4: cuBLASLt serves it.)
//
// A block of eight warps makes 128 x 128 elements of D in steps of 128 of K. Two stages of shared memory: the copies of one run while the other is multiplied; 36 KiB and at
// most 128 registers let a second block run on the same multiprocessor. Blocks stay and stride over the tiles of D.
//
// The 128x4 layout of scales decides who makes what. Its 16-byte unit r holds the scales of rows r, r + 32, r + 64 and r + 96 of 128: a warp makes 16 rows of each quarter of 32
// and 8 columns of each, so that one 128-bit load gives a lane the scales of its four fragments of A, another those of its four of B.
#include "tensor_core.cuh"

namespace fp4j {
namespace {

constexpr int tile = 128;                    // of M, N and K
constexpr int row_bytes = tile / 2;          // of codes, in four chunks of 16
constexpr int operand_bytes = tile * row_bytes;
constexpr int scale_tile_bytes = 512;
constexpr int threads = 256;

template <class Mma>
struct alignas(128) Stage {
  unsigned char a[operand_bytes];
  unsigned char b[operand_bytes];
  unsigned char a_scales[Mma::scale_tiles * scale_tile_bytes];
  unsigned char b_scales[Mma::scale_tiles * scale_tile_bytes];
};

// Where chunk c of row r lies: the four chunks of a row change places every second row, so that any eight rows' chunks of one number lie in all banks.
__device__ __forceinline__ int chunk_offset(int r, int c) { return r * row_bytes + ((c ^ (r / 2 % 4)) * 16); }

__device__ __forceinline__ void copy_codes(unsigned char* to, const unsigned char* codes, long long rows, long long k, long long first_row, long long first_k) {
#pragma unroll
  for (int i = 0; i < tile * 4 / threads; i++) {
    const int chunk = static_cast<int>(threadIdx.x) + i * threads;
    const int r = chunk / 4;
    const int c = chunk % 4;
    const bool valid = first_row + r < rows && first_k + 32 * c < k;
    copy_async_16(to + chunk_offset(r, c), valid ? codes + ((first_row + r) * k + first_k) / 2 + 16 * c : codes, valid);
  }
}

// This thread's chunk of the scales of one operand, if chunk is one.
template <class Mma>
__device__ __forceinline__ void copy_scales(unsigned char* to, const unsigned char* scales, long long tile_row, long long tiles_per_row, long long step, int chunk) {
  if (chunk < 0 || chunk >= Mma::scale_tiles * scale_tile_bytes / 16) {
    return;
  }
  const long long column = step * Mma::scale_tiles + chunk / 32;
  const bool valid = column < tiles_per_row;
  copy_async_16(to + 16 * chunk, valid ? scales + (tile_row * tiles_per_row + column) * scale_tile_bytes + chunk % 32 * 16 : scales, valid);
}

__device__ __forceinline__ unsigned component(const uint4& words, int i) { return i == 0 ? words.x : i == 1 ? words.y : i == 2 ? words.z : words.w; }

// The half of a step: 64 of K.
template <class Mma, int Half>
__device__ __forceinline__ void multiply(const Stage<Mma>& stage, int warp_row, int warp_column, float (&d)[4][4][4]) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
  constexpr int scale_tile = Mma::scale_tiles == 2 ? Half * scale_tile_bytes : 0;
  const uint4 a_scales = *reinterpret_cast<const uint4*>(stage.a_scales + scale_tile + (16 * warp_row + lane / 4 + lane % 2 * 8) * 16);
  const uint4 b_scales = *reinterpret_cast<const uint4*>(stage.b_scales + scale_tile + (8 * warp_column + lane / 4) * 16);
  unsigned b[4][2];
#pragma unroll
  for (int j = 0; j < 4; j += 2) {
    const int column = 32 * (j + lane / 16) + 8 * warp_column + lane % 8;
    unsigned both[4];
    load_matrices(both, stage.b + chunk_offset(column, 2 * Half + lane / 8 % 2));
    b[j][0] = both[0], b[j][1] = both[1], b[j + 1][0] = both[2], b[j + 1][1] = both[3];
  }
#pragma unroll
  for (int i = 0; i < 4; i++) {
    unsigned a[4];
    load_matrices(a, stage.a + chunk_offset(32 * i + 16 * warp_row + lane % 16, 2 * Half + lane / 16));
#pragma unroll
    for (int j = 0; j < 4; j++) {
      Mma::template run<Half>(d[i][j], a, b[j], component(a_scales, i), component(b_scales, j));
    }
  }
}

// Two neighbouring elements of a row of C or D.
struct Pairs {
  long long m;
  long long n;
  bool vectors;

  __device__ __forceinline__ void load(const float* c, long long row, long long column, float& first, float& second) const {
    if (row < m && vectors && column < n) {
      const float2 pair = *reinterpret_cast<const float2*>(c + row * n + column);
      first = pair.x;
      second = pair.y;
      return;
    }
    first = row < m && column < n ? c[row * n + column] : 0.0f;
    second = row < m && column + 1 < n ? c[row * n + column + 1] : 0.0f;
  }

  __device__ __forceinline__ void store(float* d, long long row, long long column, float first, float second) const {
    if (row >= m || column >= n) {
      return;
    }
    if (vectors) {
      *reinterpret_cast<float2*>(d + row * n + column) = make_float2(first, second);
      return;
    }
    d[row * n + column] = first;
    if (column + 1 < n) {
      d[row * n + column + 1] = second;
    }
  }
};

// Tiles in bands of eight rows of tiles, column after column, so that blocks that run together share A and B in the cache.
__device__ __forceinline__ void place_of(long long unit, long long tile_rows, long long tile_columns, long long& row, long long& column) {
  constexpr long long band = 8;
  const long long per_band = band * tile_columns;
  const long long first = unit / per_band * band;
  const long long height = smaller(band, tile_rows - first);
  row = first + unit % per_band % height;
  column = unit % per_band / height;
}

template <class Mma>
__device__ __forceinline__ void gemm(Stage<Mma> (&stages)[2], const unsigned char* a, const unsigned char* b, const unsigned char* a_scales,
                                     const unsigned char* b_scales, const float* c, float* d, long long m, long long n, long long k, const float* alpha) {
  const int thread = static_cast<int>(threadIdx.x);
  const int lane = thread % 32;
  const int warp_row = thread / 32 % 2;
  const int warp_column = thread / 64;
  const long long tile_columns = ceil_div(n, tile);
  const long long tile_rows = ceil_div(m, tile);
  const long long steps = ceil_div(k, tile);
  const long long scale_tiles_per_row = ceil_div(k, tile / Mma::scale_tiles);
  const Pairs pairs = {m, n, n % 2 == 0 && is_aligned<8>(d) && is_aligned<8>(c)};

  for (long long unit = first_unit(); unit < tile_rows * tile_columns; unit += unit_step()) {
    long long tile_row;
    long long tile_column;
    place_of(unit, tile_rows, tile_columns, tile_row, tile_column);
    const auto copy = [&](long long step) {
      Stage<Mma>& stage = stages[step % 2];
      copy_codes(stage.a, a, m, k, tile_row * tile, step * tile);
      copy_codes(stage.b, b, n, k, tile_column * tile, step * tile);
      copy_scales<Mma>(stage.a_scales, a_scales, tile_row, scale_tiles_per_row, step, thread);
      copy_scales<Mma>(stage.b_scales, b_scales, tile_column, scale_tiles_per_row, step, thread - 128);
    };

    const long long first_row = tile_row * tile + 16 * warp_row + lane / 4;
    const long long first_column = tile_column * tile + 8 * warp_column + lane % 4 * 2;
    float sums[4][4][4] = {};
    if (c != nullptr) {
#pragma unroll
      for (int i = 0; i < 16; i++) {
        float(&four)[4] = sums[i / 4][i % 4];
        pairs.load(c, first_row + i / 4 * 32, first_column + i % 4 * 32, four[0], four[1]);
        pairs.load(c, first_row + i / 4 * 32 + 8, first_column + i % 4 * 32, four[2], four[3]);
      }
    }

    copy(0);
    commit_copies();
    for (long long step = 0; step < steps; step++) {
      if (step + 1 < steps) {
        copy(step + 1);
      }
      commit_copies();
      wait_copies<1>();
      __syncthreads();
      const Stage<Mma>& stage = stages[step % 2];
      multiply<Mma, 0>(stage, warp_row, warp_column, sums);
      if (step * tile + tile / 2 < k) {
        multiply<Mma, 1>(stage, warp_row, warp_column, sums);
      }
      __syncthreads();  // before the next copies overwrite this stage
    }
    wait_copies<0>();

    const float factor = alpha == nullptr ? 1.0f : *alpha;
#pragma unroll
    for (int i = 0; i < 16; i++) {
      float(&four)[4] = sums[i / 4][i % 4];
      if (alpha != nullptr) {
        four[0] *= factor, four[1] *= factor, four[2] *= factor, four[3] *= factor;
      }
      pairs.store(d, first_row + i / 4 * 32, first_column + i % 4 * 32, four[0], four[1]);
      pairs.store(d, first_row + i / 4 * 32 + 8, first_column + i % 4 * 32, four[2], four[3]);
    }
  }
}

}  // namespace
}  // namespace fp4j

#define FP4J_DEFINE_GEMM(kernel, Mma)                                                                                                              \
  extern "C" __global__ void __launch_bounds__(fp4j::threads_of_##kernel, 2) kernel(                                                                \
      const unsigned char* a, const unsigned char* b, const unsigned char* a_scales, const unsigned char* b_scales, const float* c, float* d,      \
      long long m, long long n, long long k, const float* alpha) {                                                                                 \
    static_assert(fp4j::threads_of_##kernel == fp4j::threads, "copies are dealt out to so many threads");                                          \
    __shared__ fp4j::Stage<fp4j::Mma> stages[2];                                                                                                   \
    fp4j::gemm<fp4j::Mma>(stages, a, b, a_scales, b_scales, c, d, m, n, k, alpha);                                                                 \
  }

#if defined(FP4J_HAS_MMA_BLOCK_SCALE) || !defined(__CUDA_ARCH__)
FP4J_DEFINE_GEMM(fp4j_gemm_nvfp4_mma, Nvfp4Mma)
FP4J_DEFINE_GEMM(fp4j_gemm_mxfp4_mma, Mxfp4Mma)
#endif
