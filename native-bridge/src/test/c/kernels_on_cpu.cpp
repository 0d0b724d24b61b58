// Every kernel of kernel_list.h as a function that the fake driver can call: its parameters come as an array of pointers to the values, as cuLaunchKernelEx gets them.
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
#define FP4J_KERNEL(file, kernel, architectures, threads, unit, units_per_block, parameters) \
  extern "C" __attribute__((visibility("default"))) void run_##kernel(const launch_seen* seen, void** values) { run(kernel, seen, values); }
#include "../kernel_list.h"
