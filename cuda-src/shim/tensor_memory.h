// Tensor memory and tcgen05's descriptors for the CPU execution model, decoded field by field from the values that the kernel made.
#pragma once

#include "shim/cuda_on_cpu.h"

namespace shim {

// The address in the shared window, as descriptors hold it.
unsigned shared_address(const void* shared);

void allocate_tensor_memory(unsigned* address, unsigned columns);
void free_tensor_memory(unsigned address, unsigned columns);
void store_columns(unsigned address, const unsigned* words, unsigned count);
void load_columns(unsigned address, unsigned* words, unsigned count);
void copy_scale_tile(unsigned to, unsigned long long matrix);
void multiply_block_scaled(unsigned d, unsigned long long a, unsigned long long b, unsigned instruction, unsigned a_scales, unsigned b_scales);

}  // namespace shim
