package io.github.fp4j.formats.block;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shared exponents: items 14, 15, 22 and 24 of the survey's list. */
class PowerOfTwoScaleTest {

  private static int scale(String id, float amax) {
    QuantizationProfile profile = Profiles.byId(id);
    return ReferenceQuantizer.scaleCode(profile, amax, 1);
  }

  @ParameterizedTest
  @CsvSource({ // amax: floor, ceil, rceil, even, ocp, gfloat, microxcaling, ggml, all the way, onnx text, onnx tests
    "1, 125, 125, 125, 125, 125, 125, 125, 125, 125, 125, 125",
    "1.5, 125, 126, 125, 125, 125, 125, 125, 125, 125, 125, 125", // 1.5 = 6/4: RP of .25 is exact
    "1.6, 125, 126, 126, 125, 125, 125, 125, 125, 126, 126, 126",
    "1.75, 125, 126, 126, 126, 125, 125, 125, 125, 126, 126, 126", // 1.75 rounds to 2 at one mantissa bit
    "4, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127, 127",
    "6, 127, 128, 127, 127, 127, 127, 127, 127, 127, 127, 127", // floor(log2(6/6)) = 0
    "6.5, 127, 128, 128, 127, 127, 127, 127, 127, 128, 128, 128",
    "7.9999995, 127, 128, 128, 128, 127, 127, 128, 128, 128, 128, 128", // log2f says 3
    "0, 0, 0, 0, 0, 0, 0, 0, 0, 127, 0, 0",
    "3.4028234e38, 252, 253, 253, 255, 252, 252, 253, 253, 253, 253, 253", // the largest float: log2f says 128, EVEN rounds to infinity
    "Infinity, 255, 255, 255, 255, 255, 254, 255, 0, 127, 255, 255",
    "NaN, 255, 255, 255, 255, 255, 255, 255, 0, 127, 255, 255"
  })
  void everyRule(
      float amax, int floor, int ceil, int rceil, int even, int ocp, int gfloat, int microxcaling, int ggml, int allTheWay, int onnxText, int onnxTests) {
    assertThat(
            new int[] {
              scale("torchao-mx-floor", amax), scale("torchao-mx-ceil", amax), scale("torchao-mx-rceil", amax), scale("torchao-mx-even", amax),
              scale("ocp-mx", amax), scale("gfloat", amax), scale("microxcaling", amax), scale("ggml-mxfp4", amax), scale("fp4-all-the-way-e8m0", amax),
              scale("onnx-text", amax), scale("onnx-tests", amax)
            })
        .containsExactly(floor, ceil, rceil, even, ocp, gfloat, microxcaling, ggml, allTheWay, onnxText, onnxTests);
  }

  @Test
  void ggmlWrapsForTinyBlocks() { // "uint8 wrap for tiny amax"
    assertThat(scale("ggml-mxfp4", 0x1p-125f)).isZero();
    assertThat(scale("ggml-mxfp4", 0x1p-126f)).isEqualTo(0xFF);
    assertThat(scale("ggml-mxfp4", Float.MIN_VALUE)).isEqualTo(-149 - 2 + 127 & 0xFF);
    assertThat(scale("ocp-mx", 0x1p-126f)).isZero();
    assertThat(scale("microxcaling", 0x1p-126f)).isZero();
  }

  @Test
  void onnxsHelperRoundsSubnormalsUp() { // item 22: exactly 2^-127 gives code 1, 2^-149 gives 1
    assertThat(scale("onnx-tests", 6 * 0x1p-127f)).isEqualTo(1);
    assertThat(scale("onnx-tests", 6 * Float.MIN_VALUE)).isEqualTo(1);
    assertThat(scale("onnx-text", 6 * 0x1p-127f)).isZero();
    assertThat(scale("onnx-text", Math.nextUp(6 * 0x1p-127f))).isIn(0, 1);
    assertThat(scale("onnx-text", 7 * 0x1p-127f)).isEqualTo(1);
  }

  @Test
  void log2fIsOneTooHighJustBelowPowersOfTwo() { // section f: "one too high for up to 44 floats just below" powers of two
    int most = 0;
    int powers = 0;
    for (int exponent = -125; exponent < 128; exponent++) {
      int firstBelow = (exponent + 127 << 23) - 1;
      int tooHigh = 0;
      while (BlockScales.floorLog2f(Float.intBitsToFloat(firstBelow - tooHigh)) == exponent) {
        tooHigh++;
      }
      most = Math.max(most, tooHigh);
      powers += tooHigh > 0 ? 1 : 0;
      if (tooHigh > 0) {
        float amax = Float.intBitsToFloat(firstBelow);
        int right = Math.max(exponent - 1 - 2 + 127, 0);
        assertThat(scale("ocp-mx", amax)).as("2^%d", exponent).isEqualTo(right);
        assertThat(scale("ggml-mxfp4", amax)).as("2^%d", exponent).isEqualTo(exponent - 2 + 127 & 0xFF);
      }
    }
    assertThat(most).isEqualTo(44);
    assertThat(powers).isEqualTo(249);
  }

  @Tag("exhaustive")
  @Test
  void everyFloatHasGlibcsExponent() { // count and digest of the floats where glibc's floorf(log2f(x)) is not the exponent, all positive floats tried
    long wrong = 0;
    long digest = 0;
    for (int bits = 1; bits < 0x7F800000; bits++) {
      float value = Float.intBitsToFloat(bits);
      if (BlockScales.floorLog2f(value) != BlockScales.floorLog2(value)) {
        wrong++;
        digest = digest * 6364136223846793005L + bits;
      }
    }
    assertThat(wrong).isEqualTo(7456);
    assertThat(digest).isEqualTo(0x78bbcf71c172b184L);
  }
}
