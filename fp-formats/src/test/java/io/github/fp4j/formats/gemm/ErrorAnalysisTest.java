package io.github.fp4j.formats.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

class ErrorAnalysisTest {

  /** V9: 2^24 + 1.5 lies 3/4 of the way between two floats that are 2 apart. */
  @Test
  void v9IsAnalysed() {
    Discriminator v9 = Discriminators.all().get(8);
    ErrorAnalysis analysis =
        ErrorAnalysis.of(v9.a(), 0, v9.b(), 0, v9.c(), List.of(AccumulationModels.NVFP4_GST_F35, AccumulationModels.EXACT_RNE));
    assertThat(analysis.exact()).isEqualByComparingTo(new BigDecimal("16777217.5"));
    assertThat(analysis.nearest()).isEqualTo(16777218f);
    assertThat(analysis.answers())
        .containsExactly(
            new ErrorAnalysis.Answer("nvfp4-gst-f35", 0x4B800000, -.75), new ErrorAnalysis.Answer("exact-rne", 0x4B800001, .25));
  }

  @Test
  void theCorrectlyRoundedModelIsWithinHalfAnUlpAndTheTruncatedOneWithinOne() {
    RandomCases cases = new RandomCases(3);
    int analysed = 0;
    for (int i = 0; i < 300; i++) {
      GemmOperand a = cases.operand(OperandFormat.NVFP4, 1, 128);
      GemmOperand b = cases.operand(OperandFormat.NVFP4, 1, 128);
      float c = Float.intBitsToFloat(cases.c());
      if (hasNan(a) || hasNan(b) || !Float.isFinite(c)) {
        continue;
      }
      ErrorAnalysis analysis = ErrorAnalysis.of(a, 0, b, 0, c, List.of(AccumulationModels.EXACT_RNE, AccumulationModels.EXACT_RZ));
      assertThat(analysis.answers().get(0).ulps()).isCloseTo(0, within(.5));
      assertThat(analysis.answers().get(1).ulps()).isCloseTo(0, within(1.0));
      assertThat(analysis.nearest() + 0f).isEqualTo(Float.intBitsToFloat(analysis.answers().get(0).bits()));
      analysed++;
    }
    assertThat(analysed).isGreaterThan(150);
  }

  @Test
  void aScaleOf2ToMinus127IsExact() {
    GemmOperand operand = new GemmOperand(OperandFormat.MXFP4, 1, 64, padded(), new byte[2]);
    ErrorAnalysis analysis = ErrorAnalysis.of(operand, 0, operand, 0, 0, List.of(AccumulationModels.MXF4));
    assertThat(analysis.exact()).isEqualByComparingTo(BigDecimal.ONE.divide(new BigDecimal(BigInteger.TWO.pow(256))));
    assertThat(analysis.nearest()).isZero();
  }

  private static byte[] padded() {
    byte[] codes = new byte[32];
    codes[0] = 1;
    return codes;
  }

  @Test
  void nanAndInfinityAreRefused() {
    Discriminator v1 = Discriminators.all().getFirst();
    assertThatThrownBy(() -> ErrorAnalysis.of(v1.a(), 0, v1.b(), 0, Float.NaN, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("row 0 of A, row 0 of B, c = NaN: infinite or NaN; expected finite inputs");
  }

  private static boolean hasNan(GemmOperand operand) {
    for (byte scale : operand.scales()) {
      if ((scale & 0x7F) == 0x7F) {
        return true;
      }
    }
    return false;
  }
}
