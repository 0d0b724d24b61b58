// Every kernel of kernel_list.h as a function that the driver of driver.c can call: its parameters come as an array of pointers to the values, as cuLaunchKernelEx
// gets them. Linked with the driver (FP4J_WITH_DRIVER) they are registered with it, and it plays a GPU of compute capability FP4J_ON_CPU_CAPABILITY, 10.0 if that is
// not set.
#include <cstdio>
#include <cstdlib>
#include <tuple>
#include <type_traits>
#include <utility>

#include "kernel.cuh"

namespace {

struct launch_seen {
  unsigned grid[3], block[3], shared, attributes;
};

template <class... Parameters, std::size_t... I>
void run(void (*kernel)(Parameters...), const launch_seen* seen, void** values, std::index_sequence<I...>) {
  constexpr shim::Schedule schedule = {shim::Order::shuffled, shim::Order::descending, false, 0xCD};
  shim::launch(schedule, seen->grid[0], seen->block[0], [&] { kernel(*static_cast<std::decay_t<Parameters>*>(values[I])...); });
}

template <class... Parameters>
void run(void (*kernel)(Parameters...), const launch_seen* seen, void** values) {
  run(kernel, seen, values, std::index_sequence_for<Parameters...>());
}

}  // namespace

#undef fp4j_profile
#undef fp4j_stochastic
#undef fp4j_accumulation
#undef fp4j_adam
#define FP4J_KERNEL(file, kernel, architectures, threads, unit, units_per_block, parameters) \
  extern "C" __attribute__((visibility("default"))) void run_##kernel(const launch_seen* seen, void** values) { run(kernel, seen, values); }
#include "kernel_list.h"
#undef FP4J_KERNEL

#if defined(FP4J_WITH_DRIVER)
extern "C" void fake_kernel(const char* name, void (*body)(const launch_seen*, void**), int parameters);
extern "C" void fake_devices(int count, int major, int minor);

namespace {

template <class... Parameters>
constexpr int count(void (*)(Parameters...)) {
  return static_cast<int>(sizeof...(Parameters));
}

struct Registration {
  Registration() {
#define FP4J_KERNEL(file, kernel, architectures, threads, unit, units_per_block, parameters) fake_kernel(#kernel, run_##kernel, count(kernel));
#include "kernel_list.h"
#undef FP4J_KERNEL
    int major = 10;
    int minor = 0;
    if (const char* capability = std::getenv("FP4J_ON_CPU_CAPABILITY")) {
      if (std::sscanf(capability, "%d.%d", &major, &minor) != 2) {
        std::fprintf(stderr, "FP4J_ON_CPU_CAPABILITY=%s: expected one like 10.0 or 12.0\n", capability);
        std::abort();
      }
    }
    fake_devices(1, major, minor);
  }
} registration;

}  // namespace
#endif
