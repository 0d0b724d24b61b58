package io.github.fp4j.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ConversionTest {
  private static final Conversion E2M1 = Conversion.cuda(FloatFormat.E2M1);

  @Test
  void whatTheFormatCannotHoldIsRefusedByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> E2M1.with(Overflow.NAN))
        .withMessage("overflow = NAN: e2m1 has no NaN; expected SATURATE");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Conversion.cuda(FloatFormat.E4M3).with(Overflow.INFINITY))
        .withMessageStartingWith("overflow = INFINITY: e4m3 has no infinity");
    for (NanPolicy policy : new NanPolicy[] {NanPolicy.POSITIVE_NAN, NanPolicy.SIGNED_NAN, NanPolicy.NEGATIVE_NAN, NanPolicy.SIGNED_QUIET_NAN}) {
      assertThatIllegalArgumentException().isThrownBy(() -> E2M1.with(policy)).withMessageStartingWith("nan = " + policy + ": e2m1 has no NaN");
    }
  }

  @Test
  void randomBitsGoWithStochasticRoundingOnly() {
    assertThatIllegalArgumentException().isThrownBy(() -> E2M1.withStochastic(0)).withMessageStartingWith("randomBits = 0 with STOCHASTIC");
    assertThatIllegalArgumentException().isThrownBy(() -> E2M1.withStochastic(33)).withMessageStartingWith("randomBits = 33 with STOCHASTIC");
    assertThatIllegalArgumentException().isThrownBy(() -> E2M1.with(Rounding.STOCHASTIC)).withMessageStartingWith("randomBits = 0");
    assertThat(E2M1.withStochastic(32).with(Rounding.DOWN).randomBits()).isZero();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ReferenceCodec.encode(E2M1.withStochastic(8), 1f, 0x100))
        .withMessage("random = 0x100: expected at most 8 bits");
    assertThatIllegalArgumentException().isThrownBy(() -> Encoder.of(E2M1.withStochastic(8))).withMessageContaining("needs no random bits");
  }

  @Test
  void whatHasNoCodeIsRefusedWhenItComes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ReferenceCodec.encode(E2M1.with(NanPolicy.REFUSE), Float.NaN))
        .withMessage("NaN: the conversion to e2m1 refuses it");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ReferenceCodec.encode(E2M1.with(Overflow.SATURATE_FINITE), Float.NEGATIVE_INFINITY))
        .withMessageStartingWith("infinity: e2m1 has no code for it");
  }

  @Test
  void theDefaultIsNvidias() {
    assertThat(Conversion.cuda(FloatFormat.UE8M0).rounding()).isEqualTo(Rounding.UP);
    assertThat(Conversion.cuda(FloatFormat.E4M3).nan()).isEqualTo(NanPolicy.POSITIVE_NAN);
    assertThat(E2M1.nan()).isEqualTo(NanPolicy.POSITIVE_MAX);
    assertThat(E2M1.overflow()).isEqualTo(Overflow.SATURATE);
    assertThat(E2M1.preRounding()).isNull();
  }

  @Test
  void aSignedFormatWithoutZeroKeepsTheSignOfItsSmallestNumber() {
    FloatFormat format = new FloatFormat("no-zero", 3, 1, 3, true, TopCodes.NUMBERS, BottomCodes.NORMALS);
    Conversion conversion = Conversion.cuda(format).with(Rounding.NEAREST_EVEN).with(ZeroSign.DROP);
    assertThat(ReferenceCodec.encode(conversion, -format.minPositive())).isEqualTo(format.signMask());
    assertThat(Staircase.of(conversion).code(Staircase.of(conversion).stepOf(Float.floatToRawIntBits(-format.minPositive())))).isEqualTo(format.signMask());
  }
}
