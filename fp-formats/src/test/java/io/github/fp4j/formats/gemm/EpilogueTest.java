package io.github.fp4j.formats.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fp4j.formats.gemm.Epilogue.Combination;
import io.github.fp4j.formats.gemm.Epilogue.Output;
import org.junit.jupiter.api.Test;

class EpilogueTest {

  @Test
  void noneKeepsEveryBit() {
    for (int bits : new int[] {0, 0x80000000, 1, 0x7F800000, 0xFF800000, 0x3F800001, 0x7FFFFFFF}) {
      assertThat(Float.floatToRawIntBits(Epilogue.NONE.apply(Float.intBitsToFloat(bits), Float.NaN, 0))).isEqualTo(bits);
    }
  }

  @Test
  void combinationsRoundDifferently() {
    // (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24: the product's last bit survives only in the fused form
    float x = 1 + 0x1p-12f;
    assertThat(new Epilogue(x, 1, Combination.FUSED, Output.FP32).apply(x, -1, 0)).isEqualTo(0x1p-11f + 0x1p-24f);
    assertThat(new Epilogue(x, 1, Combination.SEPARATE, Output.FP32).apply(x, -1, 0)).isEqualTo(0x1p-11f);
  }

  @Test
  void outputsAreRoundedToNearestEven() {
    assertThat(new Epilogue(1, 0, Combination.FUSED, Output.BF16).apply(1 + 0x1p-8f, 0, 0)).isEqualTo(1);
    assertThat(new Epilogue(1, 0, Combination.FUSED, Output.BF16).apply(1 + 0x1.8p-7f, 0, 0)).isEqualTo(1 + 0x1p-6f);
    assertThat(new Epilogue(1, 0, Combination.FUSED, Output.FP16).apply(65519, 0, 0)).isEqualTo(65504);
    assertThat(new Epilogue(1, 0, Combination.FUSED, Output.FP16).apply(65520, 0, 0)).isInfinite();
    assertThat(new Epilogue(1, 0, Combination.FUSED, Output.BF16).apply(Float.MAX_VALUE, 0, 0)).isInfinite();
  }

  @Test
  void nanIsCanonicalInEveryType() {
    float nan = Float.intBitsToFloat(0xFFC00001);
    assertThat(Float.floatToRawIntBits(new Epilogue(1, 0, Combination.FUSED, Output.FP32).apply(nan, 0, 0))).isEqualTo(0x7FFFFFFF);
    assertThat(Float.floatToRawIntBits(new Epilogue(1, 0, Combination.FUSED, Output.BF16).apply(nan, 0, 0))).isEqualTo(0x7FFF0000);
    assertThat(Float.floatToRawIntBits(new Epilogue(1, 0, Combination.FUSED, Output.FP16).apply(nan, 0, 0))).isEqualTo(0x7FFFE000);
  }

  @Test
  void biasIsAddedToRows() {
    float[] d = {1, 2, 3, 4, 5, 6};
    new Epilogue(2, -1, Combination.FUSED, Output.FP32).apply(d, new float[] {1, 1, 1, 1, 1, 1}, new float[] {10, 20});
    assertThat(d).containsExactly(11, 13, 15, 27, 29, 31);
  }

  @Test
  void wrongLengthsAreRefused() {
    Epilogue epilogue = new Epilogue(1, 1, Combination.FUSED, Output.FP32);
    assertThatThrownBy(() -> epilogue.apply(new float[4], null, null)).hasMessage("c = null with beta = 1.0: expected 4 elements");
    assertThatThrownBy(() -> epilogue.apply(new float[4], new float[3], null)).hasMessage("c has 3 elements: expected 4");
    assertThatThrownBy(() -> epilogue.apply(new float[4], new float[4], new float[3]))
        .hasMessage("bias has 3 elements: expected one for each row of the 4 elements of d");
  }
}
