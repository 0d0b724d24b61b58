// Every profile's codes and scales, any bytes, back to float32: all layouts, partial blocks, strides, aligned and not.
#include "fp4j/profiles.cuh"
#include "launch.h"

namespace {

using namespace launches;
using fp4j::Profile;
using fp4j::ScaleLayout;

long long expected_count = 0;

void dequantize(const char* id, const Profile& profile, long long rows, long long columns, ScaleLayout layout, int alignment, std::uint64_t seed) {
  Random random(seed);
  const int size = profile.block_size;
  const long long stored = (columns + profile.row_multiple - 1) / profile.row_multiple * profile.row_multiple;
  const long long blocks = stored / size;
  const bool aligned = alignment > 1;
  const long long codes_stride = (stored / 2 / alignment + 1) * alignment;
  const long long scales_stride = blocks + 2;
  const long long stride = aligned ? (columns + 7) / 4 * 4 : columns + 1;
  std::vector<unsigned char> codes(static_cast<std::size_t>(rows * codes_stride));
  std::vector<unsigned char> scales(layout == ScaleLayout::linear
                                        ? static_cast<std::size_t>(rows * scales_stride)
                                        : fp4j::scale_bytes(layout, static_cast<std::size_t>(rows), static_cast<std::size_t>(blocks)));
  for (auto& byte : codes) {
    byte = random.byte();
  }
  for (auto& byte : scales) {
    byte = random.byte();
  }
  const float t = fp4j::stored_tensor_scale(profile, 37.5f);
  std::vector<float> expected = untouched<float>(static_cast<std::size_t>((rows - 1) * stride + columns));
  for (long long r = 0; r < rows; r++) {
    for (long long c = 0; c < columns; c++) {
      const std::size_t at = layout == ScaleLayout::linear ? static_cast<std::size_t>(r * scales_stride + c / size)
                                                           : fp4j::scale_offset(layout, static_cast<std::size_t>(r), static_cast<std::size_t>(c / size),
                                                                                static_cast<std::size_t>(blocks));
      const int element = static_cast<int>(c % size);
      const unsigned byte = codes[static_cast<std::size_t>(r * codes_stride + c / size * size / 2 + fp4j::byte_of(profile, element))];
      const fp4j::RestoringScale scale = fp4j::restoring_scale(profile, scales[at], t);
      expected[static_cast<std::size_t>(r * stride + c)] = fp4j::restored(profile, scale, byte >> fp4j::shift_of(profile, element) & 15u);
    }
  }
  const Buffer<unsigned char> from_codes(codes, aligned ? 0 : 1);
  const Buffer<unsigned char> from_scales(scales, aligned ? 0 : 3);
  const Buffer<float> tensor_scale(std::vector<float>{t});
  for (const shim::Schedule& schedule : schedules) {
    const Buffer<float> to(expected.size(), aligned ? 0 : 1);
    shim::launch(schedule, 1 + static_cast<unsigned>(seed % 3), 256, [&] {
      (size == 16 ? fp4j_dequantize_nvfp4 : fp4j_dequantize_mxfp4)(profile, tensor_scale.data(), from_codes.data(), codes_stride, from_scales.data(),
                                                                   scales_stride, static_cast<int>(layout), to.data(), rows, columns, stride);
    });
    same_values(id, to, expected);
    expected_count += static_cast<long long>(expected.size());
  }
}

}  // namespace

int main() {
  constexpr ScaleLayout layouts[] = {ScaleLayout::linear, ScaleLayout::swizzled_128x4, ScaleLayout::swizzled_8x4};
  std::uint64_t seed = 0;
  for (const fp4j::profiles::NamedProfile& named : fp4j::profiles::all) {
    for (long long rows : {1, 37, 130}) {
      for (long long columns : {1, 16, 61, 96, 400, 1120}) {
        for (int alignment : {1, 4, 16}) {  // of rows of codes, in bytes
          seed++;
          dequantize(named.id, named.profile, rows, columns, layouts[(seed + seed / 3) % 3], alignment, seed);
        }
      }
    }
  }
  return check::summary("dequantise", expected_count);
}
