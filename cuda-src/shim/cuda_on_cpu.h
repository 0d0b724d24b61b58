// CUDA's execution model on one CPU thread: enough of it to run the kernels of this folder as they are, compiled by any C++ compiler for Linux or macOS.
//
// The threads of a block are fibers. A fiber runs until it meets a barrier, a warp-wide operation or its end; then the schedule picks the next. So every run is
// deterministic, and what depends on the order of threads shows as a difference between two schedules. Shared memory is filled with a pattern before each block.
// What would be undefined on a device ends the process with a message: threads at different barriers, a lane missing in a warp-wide operation, a copy that nobody
// waits for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __restrict__ __restrict
#define __launch_bounds__(...)
#define __shared__ static __attribute__((section(FP4J_SHARED_SECTION)))
#if defined(__APPLE__)
#define FP4J_SHARED_SECTION "__DATA,fp4j_shared"
#else
#define FP4J_SHARED_SECTION "fp4j_shared"
#endif

struct Dim3 {
  unsigned x, y, z;
};
extern Dim3 threadIdx, blockIdx, blockDim, gridDim;

struct alignas(8) float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(8) uint2 {
  unsigned x, y;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
inline float2 make_float2(float x, float y) { return {x, y}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
inline uint2 make_uint2(unsigned x, unsigned y) { return {x, y}; }
inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }

namespace shim {

enum class Order { ascending, descending, shuffled };

// How one launch runs: which fiber comes next, in which order blocks run, and when an asynchronous copy happens.
struct Schedule {
  Order threads;
  Order blocks;
  bool copies_at_once;         // else as late as the wait allows
  unsigned char shared_filler;  // what shared memory holds at first
};

// Runs body once for each thread of grid blocks of threads.
void launch(const Schedule& schedule, unsigned grid, unsigned threads, void (*body)(const void*), const void* arguments);

template <class Body>
void launch(const Schedule& schedule, unsigned grid, unsigned threads, const Body& body) {
  launch(schedule, grid, threads, [](const void* arguments) { (*static_cast<const Body*>(arguments))(); }, &body);
}

void barrier(const char* file, int line);

// Every lane of a full warp gives size bytes (at most 64) and gets the array of all 32 lanes', valid until the second next exchange of this warp.
const unsigned char* exchange(const char* file, int line, const void* bytes, std::size_t size);
constexpr std::size_t exchange_slot = 64;

template <class T>
T from_lane(const unsigned char* slots, unsigned lane) {
  T value;
  std::memcpy(&value, slots + lane * exchange_slot, sizeof value);
  return value;
}

void copy_async(void* to, const void* from, std::size_t bytes, std::size_t size);  // size - bytes zeros follow
void commit_copies();
void wait_copies(unsigned groups_in_flight);

inline unsigned lane() { return threadIdx.x % 32; }

template <class T>
T shuffle(const char* file, int line, T value, unsigned from) {
  return from_lane<T>(exchange(file, line, &value, sizeof value), from % 32);
}

}  // namespace shim

#define __syncthreads() shim::barrier(__FILE__, __LINE__)
#define __syncwarp() static_cast<void>(shim::shuffle(__FILE__, __LINE__, 0, 0))
#define __shfl_sync(mask, value, from) shim::shuffle(__FILE__, __LINE__, value, static_cast<unsigned>(from))
#define __shfl_xor_sync(mask, value, distance) shim::shuffle(__FILE__, __LINE__, value, shim::lane() ^ static_cast<unsigned>(distance))

inline unsigned atomicMax(unsigned* address, unsigned value) {
  const unsigned old = *address;
  *address = old > value ? old : value;
  return old;
}
