package io.github.fp4j.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FloatFormatTest {

  @ParameterizedTest
  @CsvSource({
    // name, width, codes, largest number, its code, smallest positive number, zero, nan, infinity
    "e2m1,      4,    16, 6,          0x7,    0x1p-1,   true,  false, false",
    "e2m3,      6,    64, 7.5,        0x1F,   0x1p-3,   true,  false, false",
    "e3m2,      6,    64, 28,         0x1F,   0x1p-4,   true,  false, false",
    "e4m3,      8,   256, 448,        0x7E,   0x1p-9,   true,  true,  false",
    "e4m3-ieee, 8,   256, 240,        0x77,   0x1p-9,   true,  true,  true",
    "ue4m3,     7,   128, 448,        0x7E,   0x1p-9,   true,  true,  false",
    "e5m2,      8,   256, 57344,      0x7B,   0x1p-16,  true,  true,  true",
    "ue5m3,     8,   256, 114688,     0xFE,   0x1p-17,  true,  true,  false",
    "ue8m0,     8,   256, 0x1p127,    0xFE,   0x1p-127, false, true,  false",
    "bf16,     16, 65536, 0x1.FEp127, 0x7F7F, 0x1p-133, true,  true,  true",
    "fp16,     16, 65536, 65504,      0x7BFF, 0x1p-24,  true,  true,  true",
  })
  void theFactsOfEveryNamedFormat(
      String name, int width, int codes, String max, String maxCode, String min, boolean zero, boolean nan, boolean infinity) {
    FloatFormat format = FloatFormat.byName(name).orElseThrow();
    assertThat(format).hasToString(name);
    assertThat(format.width()).isEqualTo(width);
    assertThat(format.codeCount()).isEqualTo(codes);
    assertThat(format.maxFinite()).isEqualTo(Float.parseFloat(max.contains("x") ? max : max + "f"));
    assertThat(format.maxFiniteCode()).isEqualTo(Integer.decode(maxCode));
    assertThat(format.minPositive()).isEqualTo(Float.parseFloat(min));
    assertThat(format.hasZero()).isEqualTo(zero);
    assertThat(format.hasNan()).isEqualTo(nan);
    assertThat(format.hasInfinity()).isEqualTo(infinity);
  }

  @Test
  void theTableAboveIsComplete() {
    assertThat(FloatFormat.named())
        .extracting(FloatFormat::name)
        .containsExactly("e2m1", "e2m3", "e3m2", "e4m3", "e4m3-ieee", "ue4m3", "e5m2", "ue5m3", "ue8m0", "bf16", "fp16");
  }

  @Test
  void namesOfTheFieldAreUnderstood() {
    assertThat(FloatFormat.byName("E4M3FN")).contains(FloatFormat.E4M3);
    assertThat(FloatFormat.byName("e2m1fn")).contains(FloatFormat.E2M1);
    assertThat(FloatFormat.byName("E8M0")).contains(FloatFormat.UE8M0);
    assertThat(FloatFormat.byName("half")).contains(FloatFormat.FP16);
    assertThat(FloatFormat.byName("bfloat16")).contains(FloatFormat.BF16);
    assertThat(FloatFormat.byName("e3m4")).contains(FloatFormat.exMy(3, 4));
    assertThat(FloatFormat.byName("ue3m4").orElseThrow().signed()).isFalse();
    for (String unknown : List.of("", "e0m3", "e9m1", "e4m22", "fp4", "e2m1 ", "e4m3fnuz")) {
      assertThat(FloatFormat.byName(unknown)).as(unknown).isEmpty();
    }
  }

  @Test
  void theSweepFormatsOfTheTrainingPapers() {
    for (int exponentBits = 1; exponentBits <= 8; exponentBits++) {
      FloatFormat format = FloatFormat.exMy(exponentBits, 7 - Math.min(exponentBits, 7));
      assertThat(format.bias()).isEqualTo((1 << (exponentBits - 1)) - 1);
      assertThat(format.hasInfinity()).isEqualTo(exponentBits == 8);
      assertThat(format.signed()).isTrue();
    }
    assertThat(FloatFormat.exMy(2, 1)).isEqualTo(FloatFormat.E2M1);
    assertThat(FloatFormat.exMy(1, 6).maxFinite()).isEqualTo(4 * (1 - 0x1p-7f));
    assertThat(FloatFormat.exMy(8, 0).hasNan()).as("one mantissa pattern, which is infinity").isFalse();
  }

  @Test
  void codesOutsideTheNumbers() {
    assertThat(FloatFormat.E4M3.nanCode()).isEqualTo(0x7F);
    assertThat(FloatFormat.UE8M0.nanCode()).isEqualTo(0xFF);
    assertThat(FloatFormat.E5M2.infinityCode()).isEqualTo(0x7C);
    assertThat(FloatFormat.E5M2.isInfinite(0xFC)).isTrue();
    assertThat(FloatFormat.E5M2.isNan(0xFC)).isFalse();
    assertThat(FloatFormat.E5M2.isNan(0xFD)).isTrue();
    assertThat(FloatFormat.E4M3.isNan(0xFF)).isTrue();
    assertThat(FloatFormat.E2M1.isNan(0xF)).isFalse();
    assertThat(FloatFormat.UE4M3.isNan(0xFF)).as("the bit above the width is ignored").isTrue();
    assertThatIllegalStateException().isThrownBy(FloatFormat.E2M1::nanCode).withMessage("e2m1 has no NaN");
    assertThatIllegalStateException().isThrownBy(FloatFormat.E4M3::infinityCode).withMessage("e4m3 has no infinity");
  }

  @Test
  void aBadFactIsRefusedByName() {
    assertThatIllegalArgumentException().isThrownBy(() -> FloatFormat.exMy(0, 3)).withMessage("exponentBits = 0: expected 1..8");
    assertThatIllegalArgumentException().isThrownBy(() -> FloatFormat.exMy(9, 3)).withMessage("exponentBits = 9: expected 1..8");
    assertThatIllegalArgumentException().isThrownBy(() -> FloatFormat.exMy(4, 22)).withMessage("mantissaBits = 22: expected 0..21");
    assertThatIllegalArgumentException().isThrownBy(() -> FloatFormat.exMy(4, -1)).withMessage("mantissaBits = -1: expected 0..21");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FloatFormat("far", 4, 3, 200, true, TopCodes.NUMBERS, BottomCodes.ZERO_AND_SUBNORMALS))
        .withMessage("bias = 200: expected one that keeps every number within float32's range");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FloatFormat("high", 8, 0, 127, false, TopCodes.NUMBERS, BottomCodes.NORMALS))
        .withMessageStartingWith("bias = 127");
  }
}
