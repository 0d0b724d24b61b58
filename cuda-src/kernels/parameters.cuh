// The structs that kernels take by value, under the names that kernel_list.h uses: those of the C ABI, whose layout they have.
//
// On the device they stay in parameter memory, so that functions that are not inlined can read them there (no copy on the stack).
#pragma once

#include "fp4j/block_element.cuh"
#include "fp4j/dot_product.cuh"
#include "fp4j/optim.cuh"
#include "fp4j/profile.cuh"
#include "fp4j/scale_layout.cuh"
#include "fp4j/stochastic.cuh"

#if defined(__CUDACC__)
#define FP4J_PARAMETER(type) const __grid_constant__ type
#else
#define FP4J_PARAMETER(type) const type
#endif
#define fp4j_profile FP4J_PARAMETER(fp4j::Profile)
#define fp4j_stochastic FP4J_PARAMETER(fp4j::StochasticRounding)
#define fp4j_accumulation FP4J_PARAMETER(fp4j::AccumulationModel)
#define fp4j_adam FP4J_PARAMETER(fp4j::AdamStep)
