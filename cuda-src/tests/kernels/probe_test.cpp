// The probes' own logic: which operand and which result is which, and that a lane loads its own fragments. What the instructions answer on a chip is not tested here.
#include "fp4j/profiles.cuh"
#include "launch.h"

namespace {

using namespace launches;

long long expected_count = 0;

template <class Result, class Kernel, class Code>
void pairs(const char* id, Kernel kernel, const Code& code, int shift) {
  Random random(1);
  std::vector<float> high(1000), low(1000);
  std::vector<Result> expected;
  for (std::size_t i = 0; i < high.size(); i++) {
    high[i] = random.value();
    low[i] = random.value();
    expected.push_back(static_cast<Result>(code(low[i]) | code(high[i]) << shift));
  }
  const Buffer<float> h(high), l(low);
  for (const shim::Schedule& schedule : schedules) {
    const Buffer<Result> results(expected.size());
    shim::launch(schedule, 2, 256, [&] { kernel(h.data(), l.data(), results.data(), static_cast<long long>(expected.size())); });
    same_bytes(id, results, expected);
    expected_count += static_cast<long long>(expected.size());
  }
}

void conversions() {
  using namespace fp4j;
  constexpr Specials ue8m0 = {UE8M0::max_finite_code, UE8M0::nan_code, 0u};
  pairs<unsigned char>("rn_e2m1x2", fp4j_probe_cvt_rn_e2m1x2, [](float x) { return encode<E2M1>(x, satfinite<E2M1>()); }, 4);
  pairs<unsigned short>("rn_e4m3x2", fp4j_probe_cvt_rn_e4m3x2, [](float x) { return encode<E4M3>(x, satfinite<E4M3>()); }, 8);
  pairs<unsigned short>("rz_ue8m0x2", fp4j_probe_cvt_rz_ue8m0x2, [&](float x) { return encode_ue8m0<ScaleRounding::toward_zero>(x, ue8m0); }, 8);
  pairs<unsigned short>("rp_ue8m0x2", fp4j_probe_cvt_rp_ue8m0x2, [&](float x) { return encode_ue8m0<ScaleRounding::up>(x, ue8m0); }, 8);

  std::vector<unsigned char> codes;
  std::vector<unsigned> halves;
  constexpr unsigned half_of[16] = {0x0000, 0x3800, 0x3C00, 0x3E00, 0x4000, 0x4200, 0x4400, 0x4600, 0x8000, 0xB800, 0xBC00, 0xBE00, 0xC000, 0xC200, 0xC400, 0xC600};
  for (unsigned byte = 0; byte < 256; byte++) {
    codes.push_back(static_cast<unsigned char>(byte));
    halves.push_back(half_of[byte & 15] | half_of[byte >> 4] << 16);
  }
  const Buffer<unsigned char> from(codes);
  const Buffer<unsigned> to(halves.size());
  shim::launch(schedules[0], 1, 256, [&] { fp4j_probe_cvt_f16x2_e2m1x2(from.data(), to.data(), 256); });
  same_bytes("f16x2_e2m1x2", to, halves);
  expected_count += 256;

  Random random(2);
  std::vector<float> operands(4000);
  std::vector<unsigned> bits(1000);
  std::vector<unsigned short> results;
  for (float& value : operands) {
    value = random.value();
  }
  const StochasticRounding ptx = {StochasticArithmetic::carry_8, StochasticBytes::ptx, 0, 0};
  for (std::size_t i = 0; i < bits.size(); i++) {
    bits[i] = random.bits();
    unsigned word = 0;
    for (unsigned j = 0; j < 4; j++) {
      const unsigned r = bits[i] >> byte_shift(ptx.bytes, static_cast<int>(j)) & 0xFFu;
      word |= (stochastic_code(profiles::te_2_15, ptx.arithmetic, operands[4 * i + j], r) & 15u) << (4 * j);
    }
    results.push_back(static_cast<unsigned short>(word));
  }
  const Buffer<float> values(operands);
  const Buffer<unsigned> random_bits(bits);
  const Buffer<unsigned short> answers(results.size());
  shim::launch(schedules[1], 3, 256, [&] { fp4j_probe_cvt_rs_e2m1x4(values.data(), random_bits.data(), answers.data(), 1000); });
  same_bytes("rs_e2m1x4", answers, results);
  expected_count += 1000;
}

using Step = void (*)(const unsigned char*, const unsigned char*, const unsigned char*, const unsigned char*, const float*, float*, long long);

void steps(const char* id, Step kernel, fp4j::OperandScale format, std::size_t m, unsigned threads, std::size_t count) {
  Random random(m);
  const std::size_t scales = 64 / static_cast<std::size_t>(fp4j::scale_block(format));
  std::vector<unsigned char> a(count * m * 32), b(count * 8 * 32), a_scales(count * m * scales), b_scales(count * 8 * scales);
  std::vector<float> c(count * m * 8);
  for (auto* bytes : {&a, &b, &a_scales, &b_scales}) {
    for (auto& byte : *bytes) {
      byte = random.byte();
    }
  }
  for (float& value : c) {
    value = random.value();
  }
  const fp4j::AccumulationModel f35 = {fp4j::Accumulation::fused_groups, 35, 0, 0, 0, 0};
  std::vector<float> d;
  for (std::size_t step = 0; step < count; step++) {
    for (std::size_t i = 0; i < m; i++) {
      for (std::size_t j = 0; j < 8; j++) {
        const std::size_t row = step * m + i;
        const std::size_t column = step * 8 + j;
        d.push_back(fp4j::from_bits<float>(fp4j::dot_product(f35, format, {a.data() + row * 32, a_scales.data() + row * scales},
                                                             {b.data() + column * 32, b_scales.data() + column * scales}, 64,
                                                             fp4j::to_bits(c[row * 8 + j]))));
      }
    }
  }
  const Buffer<unsigned char> a_in(a), b_in(b), a_scales_in(a_scales), b_scales_in(b_scales);
  const Buffer<float> c_in(c);
  for (const shim::Schedule& schedule : schedules) {
    const Buffer<float> result(d.size());
    shim::launch(schedule, 2, threads, [&] {
      kernel(a_in.data(), b_in.data(), a_scales_in.data(), b_scales_in.data(), c_in.data(), result.data(), static_cast<long long>(count));
    });
    same_bytes(id, result, d);
    expected_count += static_cast<long long>(d.size());
  }
}

}  // namespace

int main() {
  conversions();
  steps("mma_nvfp4", fp4j_probe_mma_nvfp4, fp4j::OperandScale::ue4m3_16, 16, 32, 25);
  steps("mma_mxfp4", fp4j_probe_mma_mxfp4, fp4j::OperandScale::ue8m0_32, 16, 32, 25);
  return check::summary("probes", expected_count);
}
