// Launching a kernel on the CPU under several schedules, over memory whose bounds are watched, and comparing all of it with what must come out.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "check.h"
#include "kernel.cuh"

namespace launches {

constexpr shim::Schedule schedules[] = {
    {shim::Order::ascending, shim::Order::ascending, true, 0xCD},
    {shim::Order::descending, shim::Order::descending, false, 0x7F},
    {shim::Order::shuffled, shim::Order::shuffled, false, 0x00},
};
constexpr int schedule_count = 3;

// Device memory of exactly so many elements, from an address that is a multiple of 256 plus skipped elements on. Filled with a pattern that no result has.
template <class T>
class Buffer {
 public:
  explicit Buffer(std::size_t count, std::size_t skipped = 0) : count_(count), skipped_(skipped) {
    if (posix_memalign(&memory_, 256, (count + skipped) * sizeof(T) + (count + skipped == 0 ? 1 : 0)) != 0) {
      std::abort();
    }
    clear();
  }
  Buffer(const std::vector<T>& values, std::size_t skipped = 0) : Buffer(values.size(), skipped) {
    for (std::size_t i = 0; i < count_; i++) {
      data()[i] = values[i];
    }
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { std::free(memory_); }

  void clear() { std::memset(memory_, 0xA5, (count_ + skipped_) * sizeof(T)); }
  T* data() const { return static_cast<T*>(memory_) + skipped_; }
  std::size_t size() const { return count_; }

 private:
  std::size_t count_;
  std::size_t skipped_;
  void* memory_;
};

// Every byte of the buffer against what it must be; untouched bytes are 0xA5.
template <class T>
void same_bytes(const char* what, const Buffer<T>& actual, const std::vector<T>& expected) {
  if (actual.size() != expected.size()) {
    check::equal(what, 0, static_cast<std::uint32_t>(actual.size()), static_cast<std::uint32_t>(expected.size()));
    return;
  }
  for (std::size_t i = 0; i < expected.size(); i++) {
    std::uint32_t a = 0;
    std::uint32_t e = 0;
    std::memcpy(&a, actual.data() + i, sizeof(T));
    std::memcpy(&e, &expected[i], sizeof(T));
    check::equal(what, i, a, e);
  }
}

template <class T>
std::vector<T> untouched(std::size_t count) {
  std::vector<T> values(count);
  if (count != 0) {
    std::memset(values.data(), 0xA5, count * sizeof(T));
  }
  return values;
}

// A generator of reproducible inputs.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15u + 1) {}

  std::uint32_t bits() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::uint32_t>(state_ >> 32);
  }
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>((std::uint64_t{bits()} * limit) >> 32); }

  // What quantisers meet: ordinary numbers, ties, all exponents, zeros of both signs, now and then infinities and NaN.
  float value() {
    switch (below(16)) {
      case 0: return fp4j::from_bits<float>(bits());
      case 1: return below(2) == 0 ? 0.0f : -0.0f;
      case 2: return static_cast<float>(static_cast<int>(below(25)) - 12) * 0.25f;
      case 3: return below(8) == 0 ? fp4j::from_bits<float>(0x7F800000u | bits()) : 1.0f;
      default: return static_cast<float>(static_cast<int>(bits())) * 0x1p-31f * static_cast<float>(1 << below(8));
    }
  }
  std::uint8_t byte() { return static_cast<std::uint8_t>(bits()); }

 private:
  std::uint64_t state_;
};

}  // namespace launches
