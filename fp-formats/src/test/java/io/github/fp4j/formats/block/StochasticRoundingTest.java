package io.github.fp4j.formats.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.E2m1;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.block.StochasticRounding.Arithmetic;
import io.github.fp4j.formats.block.StochasticRounding.ByteOrder;
import org.junit.jupiter.api.Test;

class StochasticRoundingTest {

  /** The code of {@code scaled} under a block scale of 1 with given random bits. */
  private static int fma(float scaled, int random) {
    return ReferenceQuantizer.stochasticCode(Profiles.OCP_MX, scaled, new StochasticRounding(Arithmetic.FMA_8, ByteOrder.ELEMENT, 0, 0), random);
  }

  private static int carry(float scaled, int random) {
    return ReferenceCodec.encode(Conversion.cuda(FloatFormat.E2M1).withStochastic(8), scaled, random);
  }

  @Test
  void fmaAndCarryDiffer() { // section k: x=0x3e33ffff, r=166: TE 0.5, exact carry 0.0; x=0x3affffff, r=255: TE 0.5, exact 0.0
    float x = Float.intBitsToFloat(0x3e33ffff);
    float y = Float.intBitsToFloat(0x3affffff);
    assertThat(E2m1.decode(fma(x, 166))).isEqualTo(0.5f);
    assertThat(E2m1.decode(carry(x, 166))).isEqualTo(0f);
    assertThat(E2m1.decode(fma(y, 255))).isEqualTo(0.5f);
    assertThat(E2m1.decode(carry(y, 255))).isEqualTo(0f);
  }

  @Test
  void fmaKeepsSignsAndSaturates() { // section b, "SR": copysign keeps -0, NaN -> +6
    assertThat(fma(-0f, 255)).isEqualTo(8);
    assertThat(fma(Float.NaN, 0)).isEqualTo(7);
    assertThat(fma(Float.intBitsToFloat(0xFFC00000), 0)).isEqualTo(7);
    assertThat(fma(Float.NEGATIVE_INFINITY, 0)).isEqualTo(15);
    assertThat(fma(1e30f, 255)).isEqualTo(7);
    assertThat(fma(5.9f, 255)).isEqualTo(7);
    assertThat(fma(-1.75f, 127)).isEqualTo(11);
    assertThat(fma(-1.75f, 128)).isEqualTo(12);
  }

  @Test
  void codesOfTheGridStayPut() {
    for (int code = 0; code < 16; code++) {
      for (int random = 0; random < 256; random++) {
        assertThat(fma(E2m1.decode(code), random)).isEqualTo(code);
        assertThat(carry(E2m1.decode(code), random)).isEqualTo(code);
      }
    }
  }

  @Test
  void theMeanOverAllBitsIsTheValueDownToAByte() {
    for (int i = 0; i <= 6 * 256; i++) {
      float x = i / 256f;
      double carried = 0;
      double fused = 0;
      for (int random = 0; random < 256; random++) {
        carried += E2m1.decode(carry(x, random));
        fused += E2m1.decode(fma(x, random));
      }
      assertThat(carried / 256).isCloseTo(x, within(x < 2 ? 0x1p-9 : x < 4 ? 0x1p-8 : 0x1p-7));
      assertThat(fused).isEqualTo(carried); // on numbers of so few bits the fma is exact
    }
  }

  @Test
  void bytesGoToElementsAsPublished() {
    int[] words = new int[4];
    Philox.block(5, 77, 42, words);
    int[] element = new int[16];
    int[] ptx = new int[16];
    int[] whole = new int[4];
    new StochasticRounding(Arithmetic.CARRY_8, ByteOrder.ELEMENT, 42, 77).fill(80, element, 0, 16, new int[4]);
    new StochasticRounding(Arithmetic.CARRY_8, ByteOrder.PTX, 42, 77).fill(80, ptx, 0, 16, new int[4]);
    new StochasticRounding(Arithmetic.CARRY_32, ByteOrder.ELEMENT, 42, 77).fill(20, whole, 0, 4, new int[4]);
    int[] ptxBytes = {0, 2, 1, 3}; // e, f take the lower bytes of both halves, a, b the upper
    for (int i = 0; i < 16; i++) {
      assertThat(element[i]).isEqualTo(words[i / 4] >>> 8 * (i % 4) & 0xFF);
      assertThat(ptx[i]).isEqualTo(words[i / 4] >>> 8 * ptxBytes[i % 4] & 0xFF);
    }
    assertThat(whole).isEqualTo(words);
  }

  @Test
  void bitsBelongToTheElementNotToTheCall() {
    for (Arithmetic arithmetic : Arithmetic.values()) {
      for (ByteOrder order : ByteOrder.values()) {
        StochasticRounding rounding = new StochasticRounding(arithmetic, order, 1234567890123L, 9);
        FloatRows x = FloatRows.of(BlockInputs.GAUSSIAN.values(4, 64 * 48), 64, 48);
        float amax = ReferenceQuantizer.amax(Profiles.TE_2_15, x);
        BlockRows whole = BlockRows.allocate(BlockFormat.NVFP4, 64, 48);
        BlockQuantizations.REFERENCE.quantizeStochastic(Profiles.TE_2_15, amax, rounding, 1000, 48, x, whole);
        BlockRows parts = BlockRows.allocate(BlockFormat.NVFP4, 64, 48);
        for (int row = 63; row >= 0; row--) {
          for (int block = 0; block < 3; block++) {
            BlockQuantizations.REFERENCE.quantizeStochastic(
                Profiles.TE_2_15, amax, rounding, 1000 + row * 48 + block * 16, 48, x.rowRange(row, 1).columnRange(block * 16, 16),
                parts.fromRow(row).fromBlock(BlockFormat.NVFP4, block));
          }
        }
        assertThat(parts.codes()).isEqualTo(whole.codes());
        assertThat(parts.scales()).isEqualTo(whole.scales());
        BlockRows other = BlockRows.allocate(BlockFormat.NVFP4, 64, 48);
        BlockQuantizations.REFERENCE.quantizeStochastic(
            Profiles.TE_2_15, amax, new StochasticRounding(arithmetic, order, 1234567890124L, 9), 1000, 48, x, other);
        assertThat(other.codes()).isNotEqualTo(whole.codes());
        assertThat(other.scales()).isEqualTo(whole.scales());
      }
    }
  }

  @Test
  void theErrorOfManyElementsIsUnbiased() {
    FloatRows x = FloatRows.of(BlockInputs.GAUSSIAN.values(6, 1 << 16), 256, 256);
    float amax = ReferenceQuantizer.amax(Profiles.TE_2_15, x);
    BlockRows to = BlockRows.allocate(BlockFormat.NVFP4, 256, 256);
    BlockQuantizations.REFERENCE.quantizeStochastic(
        Profiles.TE_2_15, amax, new StochasticRounding(Arithmetic.CARRY_8, ByteOrder.ELEMENT, 3, 0), 0, 256, x, to);
    float[] restored = new BlockTensor(Profiles.TE_2_15, 256, 256, to.codes(), to.scales(), amax).dequantize();
    double alongX = 0;
    double energy = 0;
    for (int i = 0; i < restored.length; i++) {
      alongX += (restored[i] - x.values()[i]) * x.values()[i];
      energy += x.values()[i] * x.values()[i];
    }
    assertThat(alongX / energy).isCloseTo(0, within(0.01)); // scales rounded down clip, and 256 steps are few
  }

  @Test
  void whatHasNoStochasticFormIsRefused() {
    StochasticRounding rounding = new StochasticRounding(Arithmetic.CARRY_8, ByteOrder.ELEMENT, 0, 0);
    for (QuantizationProfile profile : new QuantizationProfile[] {Profiles.TE_4_OVER_6, Profiles.GGML_MXFP4, Profiles.MICROXCALING, Profiles.VLLM}) {
      assertThat(BlockQuantizations.REFERENCE.supports(profile, rounding)).as(profile.id()).isFalse();
      assertThatThrownBy(
              () ->
                  BlockQuantizations.REFERENCE.quantizeStochastic(
                      profile, 1, rounding, 0, 64, FloatRows.of(new float[64], 1, 64), BlockRows.allocate(profile.format(), 1, 64)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(profile.id());
    }
  }
}
