// The execution model itself: that schedules differ where a race is, that copies are late when they may be, and that every kernel of the list was linked.
#include <cstdint>

#include "async_copy.cuh"
#include "launch.h"

namespace {

using namespace launches;

long long expected_count = 0;

void expect(const char* what, std::uint32_t actual, std::uint32_t expected) {
  check::equal(what, 0, actual, expected);
  expected_count++;
}

struct alignas(16) Words {
  unsigned word[256];
};

// Each thread reads its neighbour's word, after a barrier or too early.
void neighbours(unsigned* out, bool with_barrier) {
  __shared__ Words shared;
  shared.word[threadIdx.x] = threadIdx.x + 1;
  if (with_barrier) {
    __syncthreads();
  }
  out[blockIdx.x * blockDim.x + threadIdx.x] = shared.word[(threadIdx.x + 1) % blockDim.x];
}

// Copies 16 bytes per thread and reads another thread's, with or without waiting for it.
void copies(const unsigned* from, unsigned* out, bool waits) {
  __shared__ Words shared;
  if (threadIdx.x < 64) {
    fp4j::copy_async_16(shared.word + 4 * threadIdx.x, from + 4 * threadIdx.x, threadIdx.x != 5);
  }
  fp4j::commit_copies();
  if (waits) {
    fp4j::wait_copies<0>();
  }
  __syncthreads();
  out[threadIdx.x] = shared.word[255 - threadIdx.x];
  __syncthreads();
  fp4j::wait_copies<0>();
}

std::vector<unsigned> run(const shim::Schedule& schedule, bool with_barrier) {
  std::vector<unsigned> out(512);
  shim::launch(schedule, 2, 256, [&] { neighbours(out.data(), with_barrier); });
  return out;
}

void barriers() {
  const std::vector<unsigned> right = run(schedules[0], true);
  for (unsigned i = 0; i < 512; i++) {
    expect("barrier", right[i], (i + 1) % 256 + 1);
  }
  expect("the order does not matter", run(schedules[1], true) == right && run(schedules[2], true) == right, true);
  expect("a missing barrier shows", run(schedules[0], false) == run(schedules[1], false), false);
}

void late_copies() {
  std::vector<unsigned> from(256), expected(256);
  for (unsigned i = 0; i < 256; i++) {
    from[i] = i * 3 + 1;
    expected[255 - i] = i / 4 == 5 ? 0 : from[i];
  }
  for (const shim::Schedule& schedule : schedules) {
    std::vector<unsigned> out(256);
    shim::launch(schedule, 1, 256, [&] { copies(from.data(), out.data(), true); });
    expect("copies", out == expected, true);
    shim::launch(schedule, 1, 256, [&] { copies(from.data(), out.data(), false); });
    expect("a missing wait shows", out == expected, schedule.copies_at_once);
  }
}

void shuffles() {
  std::vector<unsigned> out(64);
  shim::launch(schedules[2], 1, 64, [&] {
    const unsigned across = __shfl_xor_sync(fp4j::whole_warp, threadIdx.x, 5);
    const unsigned first = __shfl_sync(fp4j::whole_warp, across, 3);
    out[threadIdx.x] = across * 100 + first;
  });
  for (unsigned i = 0; i < 64; i++) {
    expect("shuffle", out[i], (i ^ 5u) * 100 + ((i / 32 * 32 + 3) ^ 5u));
  }
}

void every_kernel_is_here() {
  const void* kernels[] = {
#define FP4J_KERNEL(file, kernel, architectures, threads, unit, units_per_block, parameters) reinterpret_cast<const void*>(&kernel),
#include "../../kernel_list.h"
#undef FP4J_KERNEL
  };
  for (const void* kernel : kernels) {
    expect("linked", kernel != nullptr, true);
  }
}

}  // namespace

int main() {
  barriers();
  late_copies();
  shuffles();
  every_kernel_is_here();
  return check::summary("execution model", expected_count);
}
