// The C ABI of fp4j.h over whichever loops this library was linked with.
#include "fp4j/fp4j.h"

#include "loops.h"
#include "thread_pool.h"

namespace {

using fp4j::host::Decode;
using fp4j::host::Encoder;
using fp4j::host::Loops;
using fp4j::host::elements_at_once;
using fp4j::host::share;

const Loops& loops() {
  return **fp4j::host::usable_loops();
}

bool is_four_bit(const fp4j_format& format) {
  return format.exponent_bits + format.mantissa_bits + (format.is_signed != 0 ? 1 : 0) <= 4;
}

bool is_missing(const void* array, std::size_t count) {
  return array == nullptr && count != 0;
}

constexpr std::size_t chunk = 2048;  // codes between two loops: they stay in the first-level cache. Even, so that no byte is shared between chunks.
static_assert(FP4J_MOST_THREADS == fp4j::host::most_threads, "the C ABI's number");

}  // namespace

extern "C" {

int32_t fp4j_abi_version(void) {
  return FP4J_ABI_VERSION;
}

const char* fp4j_name(void) {
  return loops().name;
}

const char* fp4j_description(void) {
  return loops().description;
}

int32_t fp4j_supports(const fp4j_conversion* conversion, int32_t input) {
  if (conversion == nullptr) {
    return 0;
  }
  const Encoder encoder = loops().encoder(*conversion);
  return (input == FP4J_FLOAT32 && encoder.f32 != nullptr) || (input == FP4J_FLOAT64 && encoder.f64 != nullptr) ? 1 : 0;
}

int32_t fp4j_supports_decoding(const fp4j_format* format) {
  return format != nullptr && loops().decoder(*format) != nullptr ? 1 : 0;
}

int32_t fp4j_encode_f32(const fp4j_conversion* conversion, const float* values, uint8_t* codes, size_t count) {
  if (conversion == nullptr || is_missing(values, count) || is_missing(codes, count)) {
    return FP4J_BAD_ARGUMENT;
  }
  const Encoder encoder = loops().encoder(*conversion);
  if (encoder.f32 == nullptr) {
    return FP4J_UNSUPPORTED;
  }
  share(count, elements_at_once(2), [&](size_t from, size_t to) { encoder.f32(values + from, codes + from, to - from, encoder.specials); });
  return FP4J_OK;
}

int32_t fp4j_encode_f64(const fp4j_conversion* conversion, const double* values, uint8_t* codes, size_t count) {
  if (conversion == nullptr || is_missing(values, count) || is_missing(codes, count)) {
    return FP4J_BAD_ARGUMENT;
  }
  const Encoder encoder = loops().encoder(*conversion);
  if (encoder.f64 == nullptr) {
    return FP4J_UNSUPPORTED;
  }
  share(count, elements_at_once(2), [&](size_t from, size_t to) { encoder.f64(values + from, codes + from, to - from, encoder.specials); });
  return FP4J_OK;
}

int32_t fp4j_encode_packed(const fp4j_conversion* conversion, const float* values, uint8_t* packed, size_t count) {
  if (conversion == nullptr || is_missing(values, count) || is_missing(packed, count)) {
    return FP4J_BAD_ARGUMENT;
  }
  const Encoder encoder = loops().encoder(*conversion);
  if (encoder.f32 == nullptr || !is_four_bit(conversion->format)) {
    return FP4J_UNSUPPORTED;
  }
  share(count, elements_at_once(2), [&](size_t from, size_t to) {
    uint8_t codes[chunk];
    for (size_t done = from; done < to; done += chunk) {
      const size_t now = to - done < chunk ? to - done : chunk;
      encoder.f32(values + done, codes, now, encoder.specials);
      loops().pack(codes, packed + done / 2, now);
    }
  });
  return FP4J_OK;
}

int32_t fp4j_decode(const fp4j_format* format, const uint8_t* codes, float* values, size_t count) {
  if (format == nullptr || is_missing(codes, count) || is_missing(values, count)) {
    return FP4J_BAD_ARGUMENT;
  }
  const Decode decode = loops().decoder(*format);
  if (decode == nullptr) {
    return FP4J_UNSUPPORTED;
  }
  share(count, elements_at_once(2), [&](size_t from, size_t to) { decode(codes + from, values + from, to - from); });
  return FP4J_OK;
}

int32_t fp4j_decode_packed(const fp4j_format* format, const uint8_t* packed, float* values, size_t count) {
  if (format == nullptr || is_missing(packed, count) || is_missing(values, count)) {
    return FP4J_BAD_ARGUMENT;
  }
  const Decode decode = loops().decoder(*format);
  if (decode == nullptr || !is_four_bit(*format)) {
    return FP4J_UNSUPPORTED;
  }
  share(count, elements_at_once(2), [&](size_t from, size_t to) {
    uint8_t codes[chunk];
    for (size_t done = from; done < to; done += chunk) {
      const size_t now = to - done < chunk ? to - done : chunk;
      loops().unpack(packed + done / 2, codes, now);
      decode(codes, values + done, now);
    }
  });
  return FP4J_OK;
}

int32_t fp4j_set_threads(int32_t threads) {
  return fp4j::host::allow_threads(threads) ? FP4J_OK : FP4J_BAD_ARGUMENT;
}

}  // extern "C"
