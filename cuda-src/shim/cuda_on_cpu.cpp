// glibc takes a jump to another stack for an error where it is asked to check jumps.
#undef _FORTIFY_SOURCE

#include "cuda_on_cpu.h"

#include <setjmp.h>
#include <ucontext.h>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#define FP4J_NOT_SANITIZED __attribute__((no_sanitize_address))
#else
#define FP4J_NOT_SANITIZED
#endif

Dim3 threadIdx, blockIdx, blockDim, gridDim;

// Where the linker puts every __shared__ array.
extern unsigned char shared_begin[] __asm__("__start_fp4j_shared");
extern unsigned char shared_end[] __asm__("__stop_fp4j_shared");

namespace shim {
namespace {

constexpr std::size_t stack_bytes = 128 * 1024;
constexpr unsigned warp_size = 32;

enum class State { ready, at_barrier, in_exchange, ended };

struct Copy {
  void* to;
  const void* from;
  std::size_t bytes;
  std::size_t size;
};

// A fiber's thread of execution starts with makecontext. From then on it is left and entered by _longjmp, since swapcontext asks the kernel for the signal mask each
// time, which costs more than what a thread of a block does between two switches; but AddressSanitizer would forget what it knows of a stack that is jumped from.
struct Fiber {
  ucontext_t context;
#if !defined(__SANITIZE_ADDRESS__)
  jmp_buf place;
#endif
  bool is_started = false;
  std::unique_ptr<unsigned char[]> stack;
  void* fake_stack = nullptr;
  State state = State::ended;
  const char* file = nullptr;  // where it waits
  int line = 0;
  unsigned exchanges = 0;
  std::vector<Copy> open_copies;                 // issued, not yet committed
  std::vector<std::vector<Copy>> groups;         // committed, oldest first
};

struct Warp {
  unsigned arrived = 0;
  alignas(16) unsigned char slots[2][warp_size * exchange_slot];
};

std::deque<Fiber> fibers;  // which stay where they are
std::vector<Warp> warps;
#if !defined(__SANITIZE_ADDRESS__)
jmp_buf scheduler;
#else
ucontext_t scheduler;
void* scheduler_fake_stack = nullptr;
const void* scheduler_stack = nullptr;
std::size_t scheduler_stack_size = 0;
#endif
unsigned current = 0;
Schedule schedule_now;
void (*body_now)(const void*);
const void* arguments_now;

[[noreturn]] void fail(const char* what, const Fiber& fiber, unsigned thread) {
  std::fprintf(stderr, "kernel on the CPU: %s: block %u, thread %u, %s:%d\n", what, blockIdx.x, thread, fiber.file == nullptr ? "?" : fiber.file, fiber.line);
  std::abort();
}

#if !defined(__SANITIZE_ADDRESS__)

void to_scheduler() {
  if (_setjmp(fibers[current].place) == 0) {
    _longjmp(scheduler, 1);
  }
}

void to_fiber(Fiber& fiber) {
  if (_setjmp(scheduler) == 0) {
    if (fiber.is_started) {
      _longjmp(fiber.place, 1);
    }
    fiber.is_started = true;
    setcontext(&fiber.context);
  }
}

void at_start() {}

#else

void to_scheduler() {
  Fiber& fiber = fibers[current];
  __sanitizer_start_switch_fiber(&fiber.fake_stack, scheduler_stack, scheduler_stack_size);
  swapcontext(&fiber.context, &scheduler);
  __sanitizer_finish_switch_fiber(fiber.fake_stack, &scheduler_stack, &scheduler_stack_size);
}

void to_fiber(Fiber& fiber) {
  fiber.is_started = true;
  __sanitizer_start_switch_fiber(&scheduler_fake_stack, fiber.stack.get(), stack_bytes);
  swapcontext(&scheduler, &fiber.context);
  __sanitizer_finish_switch_fiber(scheduler_fake_stack, nullptr, nullptr);
}

void at_start() { __sanitizer_finish_switch_fiber(nullptr, &scheduler_stack, &scheduler_stack_size); }

#endif

// One thread of block after block.
void run_fiber() {
  at_start();
  for (;;) {
    body_now(arguments_now);
    Fiber& fiber = fibers[current];
    if (!fiber.open_copies.empty() || !fiber.groups.empty()) {
      fail("a thread ends without having waited for its asynchronous copies", fiber, current);
    }
    fiber.state = State::ended;
    to_scheduler();
  }
}

void resume(unsigned thread) {
  current = thread;
  threadIdx.x = thread;
  to_fiber(fibers[thread]);
}

// A permutation of 0..count-1 as the order says.
std::vector<unsigned> permutation(Order order, unsigned count, unsigned seed) {
  std::vector<unsigned> places(count);
  for (unsigned i = 0; i < count; i++) {
    places[i] = order == Order::descending ? count - 1 - i : i;
  }
  if (order == Order::shuffled) {
    std::uint32_t state = 0x9E3779B9u * (seed + 1);
    for (unsigned i = count; i > 1; i--) {
      state = state * 1664525u + 1013904223u;
      const unsigned j = static_cast<unsigned>((static_cast<std::uint64_t>(state >> 8) * i) >> 24);
      const unsigned other = places[j];
      places[j] = places[i - 1];
      places[i - 1] = other;
    }
  }
  return places;
}

// In words: it is done for every block, over the arrays of all kernels.
FP4J_NOT_SANITIZED void fill_shared(unsigned char filler) {
  volatile unsigned char* at = shared_begin;
  for (; at < shared_end && reinterpret_cast<std::uintptr_t>(at) % sizeof(std::uint64_t) != 0; at++) {
    *at = filler;
  }
  for (; at + sizeof(std::uint64_t) <= shared_end; at += sizeof(std::uint64_t)) {
    *reinterpret_cast<volatile std::uint64_t*>(at) = filler * 0x0101010101010101u;
  }
  for (; at < shared_end; at++) {
    *at = filler;
  }
}

void create(Fiber& fiber) {
  getcontext(&fiber.context);
  fiber.context.uc_stack.ss_sp = fiber.stack.get();
  fiber.context.uc_stack.ss_size = stack_bytes;
  fiber.context.uc_link = nullptr;
  makecontext(&fiber.context, run_fiber, 0);
}

void start_block(unsigned threads) {
  fill_shared(schedule_now.shared_filler);
  for (unsigned i = 0; i < threads; i++) {
    Fiber& fiber = fibers[i];
    if (!fiber.is_started) {
      create(fiber);
    }
    fiber.state = State::ready;
    fiber.exchanges = 0;
  }
  for (Warp& warp : warps) {
    warp.arrived = 0;
  }
}

// All threads wait at a barrier or have ended: lets them on, if it is the same barrier for all.
void release_barrier(unsigned threads) {
  for (unsigned i = 0; i < threads; i++) {
    const Fiber& fiber = fibers[i];
    if (fiber.state == State::in_exchange) {
      fail("a lane waits for the rest of its warp, which waits or has ended elsewhere", fiber, i);
    }
    if (fiber.state == State::ended) {
      for (unsigned j = 0; j < threads; j++) {
        if (fibers[j].state == State::at_barrier) {
          fail("__syncthreads after another thread has ended", fibers[j], j);
        }
      }
    }
    if (fiber.line != fibers[0].line || std::strcmp(fiber.file, fibers[0].file) != 0) {
      fail("threads wait at different barriers", fiber, i);
    }
  }
  for (unsigned i = 0; i < threads; i++) {
    fibers[i].state = State::ready;
  }
}

void run_block(unsigned threads) {
  start_block(threads);
  unsigned round = 0;
  for (;;) {
    bool ran = false;
    bool live = false;
    for (unsigned thread : permutation(schedule_now.threads, threads, round)) {
      if (fibers[thread].state == State::ready) {
        resume(thread);
        ran = true;
      }
    }
    for (unsigned i = 0; i < threads; i++) {
      live |= fibers[i].state != State::ended;
    }
    if (!live) {
      return;
    }
    if (!ran) {
      release_barrier(threads);
    }
    round++;
  }
}

void wait_in(State state, const char* file, int line) {
  Fiber& fiber = fibers[current];
  fiber.state = state;
  fiber.file = file;
  fiber.line = line;
}

void perform(const Copy& copy) {
  std::memcpy(copy.to, copy.from, copy.bytes);
  std::memset(static_cast<unsigned char*>(copy.to) + copy.bytes, 0, copy.size - copy.bytes);
}

}  // namespace

void launch(const Schedule& schedule, unsigned grid, unsigned threads, void (*body)(const void*), const void* arguments) {
  if (threads % warp_size != 0) {
    std::fprintf(stderr, "kernel on the CPU: threads = %u: expected whole warps\n", threads);
    std::abort();
  }
  schedule_now = schedule;
  body_now = body;
  arguments_now = arguments;
  blockDim = {threads, 1, 1};
  gridDim = {grid, 1, 1};
  threadIdx = {0, 0, 0};
  blockIdx = {0, 0, 0};
  while (fibers.size() < threads) {
    fibers.emplace_back();
    fibers.back().stack.reset(new unsigned char[stack_bytes]);
  }
  warps.resize(fibers.size() / warp_size + 1);
  for (unsigned block : permutation(schedule.blocks, grid, 1)) {
    blockIdx.x = block;
    run_block(threads);
  }
}

void barrier(const char* file, int line) {
  wait_in(State::at_barrier, file, line);
  to_scheduler();
}

const unsigned char* exchange(const char* file, int line, const void* bytes, std::size_t size) {
  Fiber& fiber = fibers[current];
  Warp& warp = warps[current / warp_size];
  const unsigned first = current / warp_size * warp_size;
  unsigned char* slots = warp.slots[fiber.exchanges++ % 2];
  std::memcpy(slots + lane() * exchange_slot, bytes, size);
  wait_in(State::in_exchange, file, line);
  if (++warp.arrived == warp_size) {
    warp.arrived = 0;
    for (unsigned i = first; i < first + warp_size; i++) {
      if (fibers[i].line != line || std::strcmp(fibers[i].file, file) != 0) {
        fail("lanes of a warp meet in different operations", fibers[i], i);
      }
      fibers[i].state = State::ready;
    }
  } else {
    to_scheduler();
  }
  return slots;
}

void copy_async(void* to, const void* from, std::size_t bytes, std::size_t size) {
  const Copy copy = {to, from, bytes, size};
  if (schedule_now.copies_at_once) {
    perform(copy);
  }
  fibers[current].open_copies.push_back(copy);
}

void commit_copies() {
  Fiber& fiber = fibers[current];
  fiber.groups.push_back(std::move(fiber.open_copies));
  fiber.open_copies.clear();
}

void wait_copies(unsigned groups_in_flight) {
  std::vector<std::vector<Copy>>& groups = fibers[current].groups;
  while (groups.size() > groups_in_flight) {
    if (!schedule_now.copies_at_once) {
      for (const Copy& copy : groups.front()) {
        perform(copy);
      }
    }
    groups.erase(groups.begin());
  }
}

}  // namespace shim
