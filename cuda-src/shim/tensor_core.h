// The tensor core's instructions for the CPU execution model: fragments by PTX's layout, arithmetic by the model nvfp4-gst-f35 (or mxf4), which nobody has
// confirmed on a chip.
#pragma once

#include "cuda_on_cpu.h"
#include "k64_step.h"

namespace shim {

void load_matrices(unsigned (&into)[4], const void* row);

// Which scales a lane's word holds and who gives them: mma.sync's byte-id and thread-id operands.
struct ScaleSelectors {
  ScaleFormat format;
  int block;  // elements per scale
  int a_byte, a_thread, b_byte, b_thread;
};

void mma_block_scale(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2], unsigned a_scales, unsigned b_scales, const ScaleSelectors& selectors);

}  // namespace shim
