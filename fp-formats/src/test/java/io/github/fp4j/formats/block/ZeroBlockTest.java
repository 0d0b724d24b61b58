package io.github.fp4j.formats.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every stack makes of a zero block and of one too small for its scale: item 11 of the survey's list, sections b, f and g. */
class ZeroBlockTest {

  /**
   * A row of four blocks of 16: one with the largest value 6, a zero block (last element -0), one too small for an E4M3 scale (2^-40, -2^-40, then zeros), and
   * one of ones, for 64-element structs.
   */
  private static BlockTensor quantize(QuantizationProfile profile) {
    float[] row = new float[64];
    row[0] = 6;
    row[31] = -0f;
    row[32] = 0x1p-40f;
    row[33] = -0x1p-40f;
    Arrays.fill(row, 48, 64, 1f);
    return BlockQuantizations.quantizeRow(profile, row);
  }

  @ParameterizedTest
  @CsvSource({
    // id, zero block: scale byte, code of +0, code of -0; tiny block: scale byte, codes of 2^-40, -2^-40, 0
    "te-2.15,              00, 0, 8, 00, 7, f, 0", // "TE byte 00 + FLT_MAX (codes +-6)"
    "te-2.14,              00, 0, 8, 00, 7, f, 0",
    "te-4over6,            00, 0, 8, 00, 7, f, 0",
    "te-2.8,               00, 7, 7, 00, 7, f, 7", // an uncapped infinity: zeros become NaN, +6
    "flashinfer-exact,     00, 0, 8, 00, 7, f, 0", // "as TE"
    "torchao,              08, 0, 8, 08, 0, 8, 0", // "torchao floor 0x08"
    "compressed-tensors,   20, 0, 0, 20, 0, 8, 0", // "CT 0.125 (0x20)"
    "modelopt,             38, 0, 0, 00, 7, f, 7", // "1.0 (0x38) before the cast and x/0 if the cast underflows"
    "jax,                  00, 8, 8, 00, 7, f, 8", // "JAX 0/0", whose NaN ml_dtypes turns into -0
    "cublaslt-d,           00, 7, 7, 00, 7, f, 7",
    "ggml-nvfp4,           00, 0, 0, 00, 0, 0, 0", // "ggml 0"
    "fp4-all-the-way-240,  38, 0, 0, 77, 0, 8, 0", // unusable scales become 1; a tiny block's encode scale saturates at 240
    "fp4-all-the-way-448,  38, 0, 0, 7e, 0, 8, 0",
  })
  void scaleBytesAndCodes(String id, String zeroScale, String plus, String minus, String tinyScale, String tiny, String negativeTiny, String tinyZero) {
    BlockTensor tensor = quantize(Profiles.byId(id));
    assertThat("%02x %x %x".formatted(tensor.scaleCode(0, 16), tensor.code(0, 16), tensor.code(0, 31)))
        .as("zero block")
        .isEqualTo("%s %s %s".formatted(zeroScale, plus, minus));
    assertThat("%02x %x %x %x".formatted(tensor.scaleCode(0, 32), tensor.code(0, 32), tensor.code(0, 33), tensor.code(0, 34)))
        .as("tiny block")
        .isEqualTo("%s %s %s %s".formatted(tinyScale, tiny, negativeTiny, tinyZero));
    float[] restored = tensor.dequantize();
    for (int i = 16; i < 48; i++) {
      assertThat(Math.abs(restored[i])).as("element %d", i).isLessThan(0x1p-12f);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "te-2.15, 0.0, 00, 0", // S = 1: "amax==0 or result 0 -> 1.0"
    "te-2.14, 0.0, 00, 0",
    "torchao, 0.0, 7f, 3", // amax/2688 = 0, 0/0: a NaN scale and codes of untested NaN
    "modelopt, 0.0, 7f, 7",
    "compressed-tensors, Infinity, 7f, 0",
    "flashinfer-exact, Infinity, 7f, 0",
    "jax, 0.0, 7f, 8",
    "ggml-nvfp4, 1.0, 00, 0",
    "fp4-all-the-way-240, 0.0, 38, 0"
  })
  void aZeroTensor(String id, float tensorScale, String scale, String code) {
    BlockTensor tensor = BlockQuantizations.quantizeRow(Profiles.byId(id), new float[64]);
    assertThat(tensor.tensorScale()).isEqualTo(tensorScale);
    assertThat("%02x %x".formatted(tensor.scaleCode(0, 0), tensor.code(0, 5))).isEqualTo(scale + " " + code);
  }

  @Test
  void powerOfTwoScalesOfZeroBlocks() { // E8M0 has no zero: code 0 is 2^-127; "a zero block gets 1" for the authors' rule
    for (QuantizationProfile profile : Profiles.all()) {
      if (profile.format().scale().mantissaBits() == 0 && profile.isCpuExact()) {
        BlockTensor tensor = BlockQuantizations.quantizeRow(profile, new float[64]);
        assertThat(tensor.scaleCode(0, 0)).as(profile.id()).isEqualTo(profile == Profiles.FP4_ALL_THE_WAY_E8M0 ? 127 : 0);
        assertThat(tensor.code(0, 0)).as(profile.id()).isZero();
        assertThat(tensor.dequantize()).as(profile.id()).containsOnly(0f);
      }
    }
  }
}
