// Every function of the C ABI that shares its work, with one thread and with several: the same status and the same bytes, guards included.
#include <cmath>
#include <cstring>
#include <initializer_list>
#include <random>
#include <vector>

#include "check.h"
#include "codebooks.h"
#include "fp4j/fp4j_blocks.h"
#include "fp4j/fp4j_gemm.h"
#include "fp4j/fp4j_optim.h"
#include "fp4j/profiles.cuh"
#include "fp4j/scale_layout.cuh"
#include "thread_pool.h"

namespace {

constexpr size_t elements_at_once = fp4j::host::most_elements_at_once;

constexpr int thread_counts[] = {1, 2, 3, 7};
constexpr size_t guard = 64;
constexpr uint8_t untouched = 0xA5;
long long runs = 0;
constexpr uint32_t expected_runs = 3516;
std::mt19937 random_numbers(2026);

// run(target) writes at most `bytes` bytes; what it updates in place it first copies there.
template <class Run>
void same(const char* what, uint64_t input, int32_t status, size_t bytes, Run run) {
  std::vector<uint8_t> first;
  for (int threads : thread_counts) {
    std::vector<uint8_t> target(bytes + guard, untouched);
    fp4j_set_threads(threads);
    check::equal(what, input, static_cast<uint32_t>(run(target.data())), static_cast<uint32_t>(status));
    bool is_right = true;
    for (size_t i = bytes; i < target.size(); i++) {
      is_right = is_right && target[i] == untouched;
    }
    first = threads == 1 ? target : first;
    check::equal(what, input, is_right && (status != FP4J_OK || target == first), 1);
    runs++;
  }
}

std::vector<uint8_t> random_bytes(size_t count) {
  std::vector<uint8_t> bytes(count);
  for (uint8_t& byte : bytes) {
    byte = static_cast<uint8_t>(random_numbers());
  }
  return bytes;
}

std::vector<float> random_floats(size_t count) {
  std::vector<float> values(count);
  for (float& value : values) {
    value = static_cast<float>(static_cast<int32_t>(random_numbers())) * 0x1p-29f;
  }
  return values;
}

template <class T>
T* as(uint8_t* bytes) {
  return reinterpret_cast<T*>(bytes);
}

const float* copied(const std::vector<float>& from, size_t count, uint8_t* to) {
  std::memcpy(to, from.data(), count * sizeof(float));
  return as<const float>(to);
}

// One element, both sides of one piece, of two, and more pieces than threads.
constexpr size_t lengths[] = {1, elements_at_once - 1, elements_at_once, elements_at_once + 1, 2 * elements_at_once + 1, 29 * elements_at_once + 777};
constexpr size_t longest = 29 * elements_at_once + 777;

void conversions() {
  const fp4j_conversion e4m3 = {FP4J_E4M3, FP4J_NEAREST_EVEN, 0, FP4J_SATURATE, FP4J_NAN_POSITIVE, FP4J_ZERO_KEEP_SIGN, 0, {0, 0, 0, 0, 0, 0}};
  const fp4j_conversion e2m1 = {FP4J_E2M1, FP4J_NEAREST_EVEN, 0, FP4J_SATURATE, FP4J_NAN_POSITIVE_MAX, FP4J_ZERO_KEEP_SIGN, 0, {0, 0, 0, 0, 0, 0}};
  const std::vector<float> values = random_floats(longest);
  const std::vector<double> doubles(values.begin(), values.end());
  const std::vector<uint8_t> codes = random_bytes(longest);
  for (size_t n : lengths) {
    same("encode_f32", n, FP4J_OK, n, [&](uint8_t* to) { return fp4j_encode_f32(&e4m3, values.data(), to, n); });
    same("encode_f64", n, FP4J_OK, n, [&](uint8_t* to) { return fp4j_encode_f64(&e4m3, doubles.data(), to, n); });
    same("encode_packed", n, FP4J_OK, (n + 1) / 2, [&](uint8_t* to) { return fp4j_encode_packed(&e2m1, values.data(), to, n); });
    same("decode", n, FP4J_OK, 4 * n, [&](uint8_t* to) { return fp4j_decode(&e4m3.format, codes.data(), as<float>(to), n); });
    same("decode_packed", n, FP4J_OK, 4 * n, [&](uint8_t* to) { return fp4j_decode_packed(&e2m1.format, codes.data(), as<float>(to), n); });
  }
}

struct Shape {
  size_t rows;
  size_t columns;
};

// A long row and one more; rows of half a piece; many short rows; a matrix whose transpose has several pieces. Whole blocks of 16 and 32 both ways but for the first.
constexpr Shape shapes[] = {{2, 3 * elements_at_once + 32}, {32, elements_at_once / 2 + 64}, {1024, 96}, {544, 1056}};

fp4j_profile profile_of(const fp4j::Profile& profile) {
  fp4j_profile data;
  static_assert(sizeof data == sizeof profile, "the C ABI's struct");
  std::memcpy(&data, &profile, sizeof data);
  return data;
}

// Whether rows of this length fill whole blocks, or are filled up.
bool takes(const fp4j_profile* p, size_t length) {
  return length % static_cast<size_t>(p->row_multiple) == 0 || p->ragged_rows == FP4J_RAGGED_PAD_WITH_ZEROS;
}

void quantising(const fp4j_profile* p, const std::vector<float>& values, const Shape& shape, int32_t status) {
  const size_t gap = 5;
  const size_t m = shape.rows;
  const size_t n = shape.columns;
  const size_t stride = n + gap;
  const size_t codes = n + 7;  // bytes from row to row: room for padding, and for a byte to an element
  const size_t turned = m + 9;
  const size_t bytes = m * 2 * codes;
  const size_t turned_bytes = n * 2 * turned;
  const bool takes_rows = takes(p, n);
  const bool takes_transpose = takes(p, m);
  const bool takes_tiles = takes_rows && (m % static_cast<size_t>(p->block_size) == 0 || p->ragged_rows == FP4J_RAGGED_PAD_WITH_ZEROS);
  same("quantize", n, takes_rows ? status : FP4J_BAD_ARGUMENT, bytes, [&](uint8_t* to) { return fp4j_quantize(p, 1.5f, values.data(), stride, m, n, to, codes, to + m * codes, codes); });
  same("quantize_transposed", n, takes_transpose ? status : FP4J_BAD_ARGUMENT, turned_bytes, [&](uint8_t* to) {
    return fp4j_quantize_transposed(p, 1.5f, values.data(), stride, m, n, to, turned, to + n * turned, turned);
  });
  same("quantize_both", n, takes_rows && takes_transpose ? status : FP4J_BAD_ARGUMENT, bytes + turned_bytes, [&](uint8_t* to) {
    return fp4j_quantize_both(p, 1.5f, values.data(), stride, m, n, to, codes, to + m * codes, codes, to + bytes, turned, to + bytes + n * turned, turned);
  });
  same("quantize_tiles", n, takes_tiles ? status : FP4J_BAD_ARGUMENT, bytes,
       [&](uint8_t* to) { return fp4j_quantize_tiles(p, 1.5f, values.data(), stride, m, n, to, codes, to + m * codes, codes); });
}

// Whatever is in the codes and scales.
void restoring(const fp4j_profile* p, const std::vector<uint8_t>& coded, const Shape& shape) {
  const size_t m = shape.rows;
  const size_t n = shape.columns;
  same("dequantize", n, takes(p, n) ? FP4J_OK : FP4J_BAD_ARGUMENT, 4 * m * (n + 5),
       [&](uint8_t* to) { return fp4j_dequantize(p, 1.5f, coded.data(), n + 7, coded.data() + m, n + 7, as<float>(to), n + 5, m, n); });
}

void stochastic(const fp4j_profile* p, const std::vector<float>& values, const Shape& shape) {
  const size_t m = shape.rows;
  const size_t n = shape.columns;
  for (int32_t arithmetic : {FP4J_STOCHASTIC_CARRY_8, FP4J_STOCHASTIC_FMA_8}) {
    for (int32_t order = FP4J_BYTES_ELEMENT; order <= FP4J_BYTES_PTX; order++) {
      const fp4j_stochastic rounding = {arithmetic, order, 11, 3};
      same("quantize_stochastic", n, FP4J_OK, 2 * m * n, [&](uint8_t* to) {
        return fp4j_quantize_stochastic(p, 1.5f, &rounding, 5, n + 3, values.data(), n + 5, m, n, to, n, to + m * n, n);
      });
    }
  }
}

void blocks() {
  std::vector<float> values = random_floats(32 * (elements_at_once / 2 + 69) + 544 * 1061);
  const std::vector<uint8_t> coded = random_bytes(values.size() * 2);
  for (const Shape& shape : shapes) {
    for (const auto& named : fp4j::profiles::all) {
      const fp4j_profile profile = profile_of(named.profile);
      if (shape.rows == 1024 || std::strcmp(named.id, "te-2.15") == 0 || std::strcmp(named.id, "ggml-nvfp4") == 0) {
        quantising(&profile, values, shape, FP4J_OK);
      }
      restoring(&profile, coded, shape);
    }
    const fp4j_profile profile = profile_of(fp4j::profiles::te_2_15);
    stochastic(&profile, values, shape);
    for (size_t nan : {size_t{0}, shape.rows * (shape.columns + 5) - 6}) {  // only one piece sees it
      const float before = values[nan];
      values[nan] = NAN;
      fp4j_profile refusing = profile;
      refusing.element_conversion.nan = FP4J_NAN_REFUSE;
      quantising(&refusing, values, shape, FP4J_REFUSED);
      for (int32_t keeps : {0, 1}) {
        fp4j_profile with = profile;
        with.keeps_nan_in_amax = keeps;
        same("amax", nan, FP4J_OK, 4,
             [&](uint8_t* to) { return fp4j_amax(&with, values.data(), shape.columns + 5, shape.rows, shape.columns, as<float>(to)); });
      }
      values[nan] = before;
    }
    const uint64_t signs[2] = {0xD7E8, 0x1234567890ABCDEF};
    const fp4j_format e4m3 = FP4J_E4M3;
    const fp4j_format bf16 = {8, 7, 127, 1, FP4J_TOP_IEEE, FP4J_BOTTOM_ZERO_AND_SUBNORMALS};
    for (const fp4j_format* rounding : {static_cast<const fp4j_format*>(nullptr), &bf16, &e4m3}) {
      const size_t count = shape.rows * (shape.columns + 5);
      same("hadamard", shape.columns, FP4J_OK, 4 * count, [&](uint8_t* to) {
        copied(values, count, to);
        return fp4j_hadamard(16, signs, rounding, as<float>(to), shape.columns + 5, shape.rows, shape.columns);
      });
    }
  }
}

void scales() {
  const std::vector<uint8_t> linear = random_bytes(2700 * 260);
  for (int32_t layout : {FP4J_SCALES_LINEAR, FP4J_SCALES_SWIZZLED_128X4, FP4J_SCALES_SWIZZLED_8X4}) {
    for (const Shape& shape : {Shape{1, 70}, Shape{2560, 256}, Shape{2561, 250}, Shape{2687, 129}}) {
      const size_t bytes = fp4j::scale_bytes(static_cast<fp4j::ScaleLayout>(layout), shape.rows, shape.columns);
      same("swizzle", shape.rows, FP4J_OK, bytes, [&](uint8_t* to) { return fp4j_swizzle(layout, shape.rows, shape.columns, linear.data(), to); });
      same("unswizzle", shape.rows, FP4J_OK, shape.rows * shape.columns,
           [&](uint8_t* to) { return fp4j_unswizzle(layout, shape.rows, shape.columns, linear.data(), to); });
    }
  }
}

void measured() {
  const fp4j_profile profile = profile_of(fp4j::profiles::te_2_15);
  fp4j_profile refusing = profile;
  refusing.element_conversion.nan = FP4J_NAN_REFUSE;
  fp4j_profile padding = profile;
  padding.ragged_rows = FP4J_RAGGED_PAD_WITH_ZEROS;
  std::vector<float> values = random_floats(longest);
  values[longest - 40] = NAN;
  for (int32_t type : {FP4J_VALUES_FLOAT32, FP4J_VALUES_BFLOAT16, FP4J_VALUES_FLOAT16}) {
    for (size_t n : lengths) {
      same("amax_of_values", n, FP4J_OK, 4, [&](uint8_t* to) { return fp4j_amax_of_values(&profile, type, values.data(), n, as<float>(to)); });
    }
    // 8192 elements are one slice of the loops, and 4 to a thread are added in turn.
    for (const Shape& shape : {Shape{1, 8176}, Shape{3, 16384}, Shape{1000, 48}, Shape{3, 2 * 8192 + 37}, Shape{700, 35}, Shape{1, 57 * 8192 + 16}}) {
      const size_t stored = (shape.columns + 15) / 16 * 16;
      const size_t bytes = sizeof(fp4j_error_figures) + shape.rows * stored;
      const auto run = [&](const fp4j_profile* rules, uint8_t* to) {
        uint8_t* const codes = to + sizeof(fp4j_error_figures);
        return fp4j_quantize_measured(rules, 1.5f, type, values.data(), shape.rows, shape.columns, codes, codes + shape.rows * stored / 2, as<fp4j_error_figures>(to));
      };
      same("quantize_measured", shape.columns, FP4J_OK, bytes, [&](uint8_t* to) { return run(&padding, to); });
    }
    same("quantize_measured", 0, type == FP4J_VALUES_FLOAT32 ? FP4J_REFUSED : FP4J_OK, 64 + longest, [&](uint8_t* to) {
      // Halves of random floats hold NaNs: refused only where all of them are meant to be numbers.
      return fp4j_quantize_measured(type == FP4J_VALUES_FLOAT32 ? &refusing : &padding, 1.5f, type, values.data(), 1, longest / 16 * 16, to + 64,
                                    to + 64 + longest / 2, as<fp4j_error_figures>(to));
    });
  }
}

// 2^18 products are worth a thread: shapes of one piece, of several along either side, and in single rows.
constexpr size_t product_shapes[][3] = {{1, 1, 64}, {129, 33, 128}, {33, 193, 128}, {1, 1100, 512}, {700, 3, 256}, {130, 131, 64}};

void products() {
  const std::vector<uint8_t> a = random_bytes(700 * 512 * 2);
  const std::vector<uint8_t> b = random_bytes(1104 * 512 * 4);
  std::vector<uint8_t> near_one = random_bytes(1104 * 512);  // scales, most of them so that loops with vectors take part
  for (uint8_t& scale : near_one) {
    scale = static_cast<uint8_t>(scale < 4 ? scale : 0x30 + scale % 16);
  }
  const std::vector<float> c = random_floats(700 * 700);
  const std::vector<float> activations = random_floats(700 * 520);
  for (const auto& [m, n, k] : product_shapes) {
    const size_t bytes = 4 * m * n;
    for (const auto& named : fp4j::models::all) {
      for (int32_t operand : {FP4J_OPERAND_NVFP4, FP4J_OPERAND_MXFP4}) {
        if (fp4j_supports_gemm(named.id, operand) == 0) {
          continue;
        }
        same(named.id, m, FP4J_OK, bytes, [&, m = m, n = n, k = k](uint8_t* to) {
          return fp4j_gemm(named.id, operand, m, n, k, a.data(), near_one.data(), b.data(), near_one.data() + 5, m == 129 ? nullptr : c.data(), as<float>(to));
        });
      }
    }
    for (int32_t left : {0, 1, 2, 3}) {
      for (int32_t right : {0, 1, 2, 3}) {
        same("gemm_fp32", m, FP4J_OK, 4 * m * (n + 3), [&, m = m, n = n, k = k](uint8_t* to) {
          copied(c, m * (n + 3), to);
          float* const d = as<float>(to);
          return fp4j_gemm_fp32(left, right, m, n, k, a.data(), near_one.data(), b.data(), near_one.data(), left == right ? d : nullptr, d, n + 3);
        });
      }
    }
    for (int32_t operand : {0, 1, 2}) {
      same("gemm_weights", m, FP4J_OK, 4 * m * (n + 3), [&, m = m, n = n, k = k](uint8_t* to) {
        return fp4j_gemm_weights(operand, m, n, k, activations.data(), k + 8, reinterpret_cast<const uint32_t*>(b.data()), near_one.data(), -0.7f, as<float>(to), n + 3);
      });
    }
  }
}

void optimizers() {
  const std::vector<float> gradient = random_floats(longest);
  const std::vector<float> others = random_floats(3 * longest);
  std::vector<float> positive = random_floats(3 * longest);
  for (float& value : positive) {
    value = std::fabs(value);
  }
  std::vector<float> with_nan = gradient;
  with_nan[longest / 2] = NAN;
  const std::vector<uint8_t> codes = random_bytes(longest);
  const std::vector<float> linear_values = codebooks::linear(16);
  const fp4j_codebook dynamic4 = {codebooks::dynamic4.data(), 4, codebooks::dynamic4_zero};
  const fp4j_codebook linear4 = {linear_values.data(), 4, 0};
  const std::vector<float> values8 = codebooks::linear(256);
  const fp4j_codebook linear8 = {values8.data(), 8, 0};
  for (size_t n : lengths) {
    const size_t chunks = (n + FP4J_OPTIM_CHUNK - 1) / FP4J_OPTIM_CHUNK;
    same("optim_scan", n, FP4J_OK, 12 * chunks, [&](uint8_t* to) { return fp4j_optim_scan(gradient.data(), n, as<int32_t>(to + 8 * chunks), as<double>(to)); });
    same("optim_count_above", n, FP4J_OK, 8, [&](uint8_t* to) { return fp4j_optim_count_above(gradient.data(), n, 1.5f, as<int64_t>(to)); });
    for (int32_t lerp : {0, 1}) {
      const fp4j_adam step = {1.5f, .3f, 2.0f, .999f, .9f, .1f, .999f, .001f, .01f, 1.25f, 1e-8f, lerp};
      same("optim_condition", n, FP4J_OK, 4 * n, [&](uint8_t* to) { return fp4j_optim_condition(&step, gradient.data(), as<float>(to), n); });
      same("optim_adam", n, FP4J_OK, 12 * n, [&](uint8_t* to) {
        copied(positive, 3 * n, to);
        return fp4j_optim_adam(&step, as<float>(to), gradient.data(), as<float>(to) + n, as<float>(to) + 2 * n, n);
      });
      for (size_t block : {2, 128, 4096}) {
        for (const fp4j_codebook* second : {&linear4, &linear8}) {
          const size_t blocks = (n + block - 1) / block;
          same("optim_adam_blocks", n, FP4J_OK, 4 * n + 8 * blocks + 2 * n, [&](uint8_t* to) {
            copied(others, n, to);
            float* const first_scales = as<float>(to) + n;
            copied(positive, 2 * blocks, to + 4 * n);
            uint8_t* const packed = to + 4 * n + 8 * blocks;
            std::memcpy(packed, codes.data(), n);
            std::memcpy(packed + n, codes.data(), n);
            return fp4j_optim_adam_blocks(&step, block, as<float>(to), gradient.data(), &dynamic4, packed, first_scales, second, packed + n, first_scales + blocks, n);
          });
        }
      }
    }
    for (const fp4j_codebook* codebook : {&dynamic4, &linear8}) {
      for (size_t block : {size_t{2}, size_t{48}, size_t{2048}, 3 * elements_at_once}) {
        const size_t blocks = (n + block - 1) / block;
        same("optim_encode_blocks", n, FP4J_OK, 4 * blocks + n,
             [&](uint8_t* to) { return fp4j_optim_encode_blocks(codebook, block, gradient.data(), n, to + 4 * blocks, as<float>(to)); });
        same("optim_decode_blocks", n, FP4J_OK, 4 * n,
             [&](uint8_t* to) { return fp4j_optim_decode_blocks(codebook, block, codes.data(), others.data(), as<float>(to), n); });
      }
      same("optim_encode", n, FP4J_OK, n, [&](uint8_t* to) { return fp4j_optim_encode(codebook, gradient.data(), positive.data(), to, n); });
      same("optim_decode", n, FP4J_OK, 4 * n, [&](uint8_t* to) { return fp4j_optim_decode(codebook, codes.data(), others.data(), as<float>(to), n); });
    }
    for (const std::vector<float>* values : {&gradient, static_cast<const std::vector<float>*>(&with_nan)}) {
      same("optim_raise_maxima", n, FP4J_OK, 4 * n + 4, [&](uint8_t* to) {
        copied(positive, n, to);
        return fp4j_optim_raise_maxima(values->data(), as<float>(to), n, as<float>(to) + n);
      });
    }
    same("optim_limit_scales", n, FP4J_OK, 4 * n, [&](uint8_t* to) { return fp4j_optim_limit_scales(2.0f, positive.data(), as<float>(to), n); });
  }
}

}  // namespace

int main() {
  for (int32_t count : {-1, FP4J_MOST_THREADS + 1}) {
    check::equal("refused", static_cast<uint64_t>(count), static_cast<uint32_t>(fp4j_set_threads(count)), FP4J_BAD_ARGUMENT);
  }
  for (int32_t count : {0, 1, FP4J_MOST_THREADS}) {
    check::equal("taken", static_cast<uint64_t>(count), static_cast<uint32_t>(fp4j_set_threads(count)), FP4J_OK);
  }
  conversions();
  blocks();
  scales();
  measured();
  products();
  optimizers();
  check::equal("runs", 0, static_cast<uint32_t>(runs), expected_runs);
  return check::summary("threads of the C ABI", 5 + 2 * expected_runs + 1);
}
