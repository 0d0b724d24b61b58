// One element of D of a block-scaled k64 step, by the model nvfp4-gst-f35 (mxf4 under UE8M0 scales), from its definition: io.github.fp4j.formats.gemm says what it is.
#pragma once

#include <cstdint>

namespace shim {

enum class ScaleFormat { ue4m3, ue8m0 };

// a and b: 64 codes, one per byte; scales: 64 / block of them. Returns the float's bits.
std::uint32_t k64_step(ScaleFormat format, int block, const std::uint8_t* a, const std::uint8_t* b, const std::uint8_t* a_scales, const std::uint8_t* b_scales,
                       std::uint32_t c);

}  // namespace shim
