// D = alpha (A transpose(B) + C) by a published accumulation model, in integers on the ordinary cores: the reference on the device, for any GPU. Floor: about 10 integer
// operations per product (a group of 16 takes 4 dot4s and their unpacking, then 64-bit shifts and sums), 10 m n k at 37 T/s (B200) or 52 T/s (RTX 5090).
#include "kernel.cuh"

namespace fp4j {
namespace {

constexpr int side = 16;           // elements of D that a block makes, squared; one for each thread
constexpr int step = 256;          // of K, that lie in shared memory at a time
constexpr int code_bytes = step / 2;
constexpr int padded_code_bytes = code_bytes + 4;  // rows begin in different banks

struct Operands {
  unsigned char codes[2][side * padded_code_bytes];
  unsigned char scales[2][side * (step / 16)];
};

FP4J_OUT_OF_LINE std::uint32_t dot_product_of(const AccumulationModel& model, OperandScale scale, const unsigned char* a, const unsigned char* a_scales,
                                              const unsigned char* b, const unsigned char* b_scales, std::size_t k, std::uint32_t c) {
  return dot_product(model, scale, {a, a_scales}, {b, b_scales}, k, c);
}

// Models whose steps are chained, so that K can be cut anywhere between steps: C of one part is D of the part before.
__device__ __forceinline__ bool is_chained(const AccumulationModel& model) {
  return model.accumulation != Accumulation::exact && model.accumulation != Accumulation::sequential_groups;
}

template <int Block>
__device__ __forceinline__ void load_operand(const unsigned char* codes, const unsigned char* scales, long long rows, long long k, long long first_row,
                                             long long first_k, int count, unsigned char* to_codes, unsigned char* to_scales) {
  for (int i = static_cast<int>(threadIdx.x); i < side * code_bytes; i += side * side) {
    const int r = i / code_bytes;
    const int byte = i % code_bytes;
    if (first_row + r < rows && byte < count / 2) {
      to_codes[r * padded_code_bytes + byte] = codes[((first_row + r) * k + first_k) / 2 + byte];
    }
  }
  for (int i = static_cast<int>(threadIdx.x); i < side * (step / Block); i += side * side) {
    const int r = i / (step / Block);
    const int scale = i % (step / Block);
    if (first_row + r < rows && scale < count / Block) {
      to_scales[r * (step / Block) + scale] = scales[((first_row + r) * k + first_k) / Block + scale];
    }
  }
}

template <int Block>
__device__ __forceinline__ void gemm(Operands& shared, const AccumulationModel& model, const unsigned char* a, const unsigned char* b,
                                     const unsigned char* a_scales, const unsigned char* b_scales, const float* c, float* d, long long m, long long n,
                                     long long k, const float* alpha) {
  constexpr OperandScale format = Block == 16 ? OperandScale::ue4m3_16 : OperandScale::ue8m0_32;
  const int i = static_cast<int>(threadIdx.x) / side;
  const int j = static_cast<int>(threadIdx.x) % side;
  const long long tile_columns = ceil_div(n, side);
  for (long long unit = first_unit(); unit < ceil_div(m, side) * tile_columns; unit += unit_step()) {
    const long long first_row = unit / tile_columns * side;
    const long long first_column = unit % tile_columns * side;
    const long long row = first_row + i;
    const long long column = first_column + j;
    const bool valid = row < m && column < n;
    std::uint32_t bits = c != nullptr && valid ? to_bits(c[row * n + column]) : 0u;
    if (is_chained(model)) {
      for (long long first_k = 0; first_k < k; first_k += step) {
        const int count = static_cast<int>(smaller<long long>(step, k - first_k));
        __syncthreads();  // the part before is done with
        load_operand<Block>(a, a_scales, m, k, first_row, first_k, count, shared.codes[0], shared.scales[0]);
        load_operand<Block>(b, b_scales, n, k, first_column, first_k, count, shared.codes[1], shared.scales[1]);
        __syncthreads();
        if (valid) {
          bits = dot_product_of(model, format, shared.codes[0] + i * padded_code_bytes, shared.scales[0] + i * (step / Block),
                                shared.codes[1] + j * padded_code_bytes, shared.scales[1] + j * (step / Block), static_cast<std::size_t>(count), bits);
        }
      }
    } else if (valid) {
      bits = dot_product_of(model, format, a + row * k / 2, a_scales + row * k / Block, b + column * k / 2, b_scales + column * k / Block,
                            static_cast<std::size_t>(k), bits);
    }
    if (valid) {
      const float sum = from_bits<float>(bits);
      d[row * n + column] = alpha == nullptr ? sum : mul_rn(*alpha, sum);
    }
  }
}

}  // namespace
}  // namespace fp4j

#define FP4J_DEFINE_GEMM(kernel, block)                                                                                                            \
  extern "C" __global__ void __launch_bounds__(fp4j::threads_of_##kernel, 2) kernel(                                                                \
      fp4j_accumulation model, const unsigned char* a, const unsigned char* b, const unsigned char* a_scales, const unsigned char* b_scales,       \
      const float* c, float* d, long long m, long long n, long long k, const float* alpha) {                                                       \
    static_assert(fp4j::threads_of_##kernel == fp4j::side * fp4j::side, "a thread makes one element");                                             \
    __shared__ fp4j::Operands shared;                                                                                                              \
    fp4j::gemm<block>(shared, model, a, b, a_scales, b_scales, c, d, m, n, k, alpha);                                                              \
  }

FP4J_DEFINE_GEMM(fp4j_gemm_nvfp4_model, 16)
FP4J_DEFINE_GEMM(fp4j_gemm_mxfp4_model, 32)
