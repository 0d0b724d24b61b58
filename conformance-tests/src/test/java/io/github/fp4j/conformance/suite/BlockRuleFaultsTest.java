package io.github.fp4j.conformance.suite;

import static io.github.fp4j.conformance.suite.FaultyBlocks.judge;
import static io.github.fp4j.conformance.suite.FaultyBlocks.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.Rounding;
import io.github.fp4j.formats.ZeroSign;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.BlockScaleRule;
import io.github.fp4j.formats.block.ElementRule;
import io.github.fp4j.formats.block.EncodeFormula;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleFormula;
import io.github.fp4j.formats.block.ScaleGuard;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Rules of quantisation that are not the profile's are found: scale formulas, ties, policies, the order of operations. */
class BlockRuleFaultsTest {
  /** Quantises under another profile than it was asked for. */
  private static FaultyBlocks quantizingAs(UnaryOperator<QuantizationProfile> wrong) {
    return new FaultyBlocks() {
      @Override
      public void quantize(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
        right.quantize(wrong.apply(profile), tensorScale, from, to);
      }
    };
  }

  private static UnaryOperator<QuantizationProfile> rounding(UnaryOperator<Conversion> wrong) {
    return profile -> {
      ElementRule rule = profile.element();
      return profile.with(new ElementRule(rule.encode(), rule.cast(), wrong.apply(rule.conversion())));
    };
  }

  private static UnaryOperator<QuantizationProfile> encoding(EncodeFormula wrong) {
    return profile -> profile.with(new ElementRule(wrong, profile.element().cast(), profile.element().conversion()));
  }

  private static UnaryOperator<QuantizationProfile> scaling(ScaleFormula wrong) {
    return profile -> {
      BlockScaleRule rule = profile.blockScale();
      return profile.with(
          new BlockScaleRule(
              wrong, rule.precision(), rule.lowest(), rule.highest(), rule.conversion(), rule.cast(), rule.guard(), rule.guardValue(), rule.search()));
    };
  }

  @Test
  void tiesAwayAreFoundOnTiesButNotByGaussianFloats() throws InterruptedException {
    ClassResult result = judge(quantizingAs(rounding(conversion -> conversion.with(Rounding.NEAREST_AWAY))), "XQ/te-2.15/quantize");
    assertThat(result.verdict()).isEqualTo(Verdict.MISMATCH);
    assertThat(result.mismatches()).noneMatch(mismatch -> mismatch.input().startsWith("gaussian-fp32"));
  }

  @Test
  void reciprocalInsteadOfDivisionIsFound() throws InterruptedException {
    assertThat(verdict(quantizingAs(scaling(ScaleFormula.F3)), "X7/te-2.14")).isEqualTo(Verdict.MISMATCH);
    assertThat(verdict(quantizingAs(encoding(EncodeFormula.RECIPROCAL_OF_DECODE)), "XQ/modelopt/quantize")).isEqualTo(Verdict.MISMATCH);
  }

  @Test
  void everyScaleFormulaIsToldFromEveryOther() throws InterruptedException {
    for (ScaleFormula wrong : List.of(ScaleFormula.F2, ScaleFormula.F3, ScaleFormula.F6)) {
      ClassResult result = judge(quantizingAs(scaling(wrong)), "X7/te-2.15");
      assertThat(result.verdict()).as(wrong.name()).isEqualTo(Verdict.MISMATCH);
      assertThat(result.mismatches().getFirst().expected()).as(wrong.name()).startsWith("scale 0x");
    }
  }

  @Test
  void anInvertedTensorScaleIsFound() throws InterruptedException {
    FaultyBlocks inverted =
        new FaultyBlocks() {
          @Override
          public void quantize(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
            right.quantize(profile, 1 / tensorScale, from, to);
          }

          @Override
          public void dequantize(QuantizationProfile profile, float tensorScale, BlockRows from, FloatRows to) {
            right.dequantize(profile, 1 / tensorScale, from, to);
          }
        };
    for (String profile : List.of("modelopt", "compressed-tensors", "te-2.15", "jax")) {
      assertThat(verdict(inverted, "XQ/" + profile + "/quantize")).as(profile).isEqualTo(Verdict.MISMATCH);
      assertThat(verdict(inverted, "X5/" + profile)).as(profile).isEqualTo(Verdict.MISMATCH);
    }
  }

  @Test
  void aWrongPolicyForZeroBlocksIsFound() throws InterruptedException {
    UnaryOperator<QuantizationProfile> unguarded = profile -> profile.with(profile.blockScale().guarded(ScaleGuard.NONE, 0));
    for (String profile : List.of("modelopt", "compressed-tensors", "fp4-all-the-way-e8m0")) {
      assertThat(verdict(quantizingAs(unguarded), "XQ/" + profile + "/quantize")).as(profile).isEqualTo(Verdict.MISMATCH);
      assertThat(verdict(quantizingAs(unguarded), "X7/" + profile)).as(profile).isEqualTo(Verdict.MISMATCH);
    }
  }

  @Test
  void aLostSignOfZeroHasItsOwnVerdict() throws InterruptedException {
    assertThat(verdict(quantizingAs(rounding(conversion -> conversion.with(ZeroSign.DROP_OF_ZERO))), "XQ/te-2.15/quantize")).isEqualTo(Verdict.ZERO_SIGN);
  }

  @Test
  void aNanThatIsPassedOverHasItsOwnVerdict() throws InterruptedException {
    FaultyBlocks passingOver =
        new FaultyBlocks() {
          @Override
          public float amax(QuantizationProfile profile, FloatRows from) {
            return right.amax(Profiles.TE_2_15, from);
          }
        };
    assertThat(verdict(passingOver, "XQ/torchao/amax")).isEqualTo(Verdict.NAN_PAYLOAD);
    assertThat(verdict(passingOver, "XQ/te-2.15/amax")).isEqualTo(Verdict.PASS);
  }

  @Test
  void anotherOrderOfMultiplicationsIsFound() throws InterruptedException {
    FaultyBlocks otherOrder =
        new FaultyBlocks() {
          @Override
          public void dequantize(QuantizationProfile profile, float tensorScale, BlockRows from, FloatRows to) {
            right.dequantize(Profiles.JAX, tensorScale / 2688, from, to); // (q * s) * t for (s * amax / 2688) * q
          }
        };
    assertThat(verdict(otherOrder, "X5/te-2.15")).isEqualTo(Verdict.MISMATCH);
  }
}
