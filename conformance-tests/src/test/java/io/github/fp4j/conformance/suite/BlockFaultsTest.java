package io.github.fp4j.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BlockOperation;
import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Judge;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.Rounding;
import io.github.fp4j.formats.ZeroSign;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.BlockScaleRule;
import io.github.fp4j.formats.block.ElementRule;
import io.github.fp4j.formats.block.EncodeFormula;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Hadamard;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ReferenceQuantizer;
import io.github.fp4j.formats.block.ScaleFormula;
import io.github.fp4j.formats.block.ScaleGuard;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.block.StochasticRounding;
import io.github.fp4j.formats.block.StochasticRounding.ByteOrder;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every fault that block quantisers of the field have had is found, by the class that asks for it. */
class BlockFaultsTest {
  private static final Map<String, CoverageClass> CLASSES =
      BlockSuites.at(Level.QUICK).stream().collect(Collectors.toMap(CoverageClass::id, Function.identity()));

  private static final Judge.Listener SILENT =
      new Judge.Listener() {
        @Override
        public void started(Backend subject, CoverageClass question, Tally tally) {}

        @Override
        public void ended(ClassResult result) {}
      };

  private static ClassResult judge(Backend subject, String id) throws InterruptedException {
    try (Workers workers = new Workers(2)) {
      return new Judge(List.of(CLASSES.get(id)), 20).judge(List.of(subject), workers, SILENT).getFirst();
    }
  }

  private static Verdict verdict(Backend subject, String id) throws InterruptedException {
    return judge(subject, id).verdict();
  }

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
  void withoutAFaultEverythingPasses() throws InterruptedException {
    for (String id : List.of("X5/te-2.15", "X7/te-2.15", "X8/codes/te-2.15", "X8/scales/128x4", "XQ/te-2.15/quantize", "XH/transformer-engine-16")) {
      assertThat(verdict(new FaultyBlocks(), id)).as(id).isEqualTo(Verdict.PASS);
    }
  }

  @Test
  void wrongNibbleOrderIsFound() throws InterruptedException {
    FaultyBlocks highFirst =
        new FaultyBlocks() {
          @Override
          public void quantize(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
            right.quantize(profile, tensorScale, from, to);
            int bytes = profile.format().codeBytesPerRow(profile.storedColumns("columns", from.columns()));
            for (int row = 0; row < from.rows(); row++) {
              for (int i = to.codesOffset() + row * to.codesStride(), end = i + bytes; i < end; i++) {
                int both = to.codes()[i] & 0xFF;
                to.codes()[i] = (byte) (both << 4 | both >>> 4);
              }
            }
          }
        };
    ClassResult result = judge(highFirst, "X8/codes/te-2.15");
    assertThat(result.verdict()).isEqualTo(Verdict.MISMATCH);
    assertThat(result.differences()).isEqualTo(32 * 2); // one number in each of 32 rows, at home in one nibble and found in the other
    assertThat(result.mismatches().getFirst().input()).isEqualTo("one number in each row, rows: row 0, block 0, element 0: 0x40c00000 (6.0)");
    assertThat(verdict(highFirst, "X8/codes/ggml-mxfp4")).isEqualTo(Verdict.MISMATCH);
  }

  @Test
  void missingSwizzleIsFound() throws InterruptedException {
    FaultyBlocks linear =
        new FaultyBlocks() {
          @Override
          public void swizzle(ScaleLayout layout, int rows, int columns, byte[] from, int fromOffset, byte[] to, int toOffset) {
            right.swizzle(layout, rows, columns, from, fromOffset, to, toOffset);
            System.arraycopy(from, fromOffset, to, toOffset, rows * columns);
          }
        };
    assertThat(verdict(linear, "X8/scales/linear")).isEqualTo(Verdict.PASS);
    ClassResult result = judge(linear, "X8/scales/128x4");
    assertThat(result.verdict()).isEqualTo(Verdict.MISMATCH);
    assertThat(result.mismatches().getFirst().input()).isEqualTo("3 x 5 scales as 128x4, byte 4");
    assertThat(result.mismatches().getFirst().expected()).isEqualTo("zero (padding)");
    assertThat(result.mismatches().getFirst().actual()).isEqualTo("the scale of row 0, column 4");
  }

  @Test
  void paddingThatIsNotClearedIsFound() throws InterruptedException {
    FaultyBlocks leaving =
        new FaultyBlocks() {
          @Override
          public void swizzle(ScaleLayout layout, int rows, int columns, byte[] from, int fromOffset, byte[] to, int toOffset) {
            for (int i = 0; i < rows * columns; i++) {
              to[toOffset + layout.offset(i / columns, i % columns, columns)] = from[fromOffset + i];
            }
          }
        };
    ClassResult result = judge(leaving, "X8/scales/8x4");
    assertThat(result.verdict()).isEqualTo(Verdict.MISMATCH);
    assertThat(result.mismatches().getFirst().actual()).isEqualTo("0xa5a5 (no scale)");
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
  void aDroppedLastBlockIsFound() throws InterruptedException {
    FaultyBlocks shortRows =
        new FaultyBlocks() {
          @Override
          public void quantize(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
            right.quantize(profile, tensorScale, from.columnRange(0, from.columns() - profile.format().blockSize()), to);
          }
        };
    ClassResult result = judge(shortRows, "X8/codes/ocp-mx");
    assertThat(result.verdict()).isEqualTo(Verdict.MISMATCH);
    assertThat(result.differences()).isEqualTo(64 * (1 + 32)); // of 64 rows the last scale and its 32 codes, all still poisoned
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
  void orientationsMixedUpAreFound() throws InterruptedException {
    FaultyBlocks mixed =
        new FaultyBlocks() {
          @Override
          public void quantizeBoth(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to, BlockRows transposed) {
            right.quantizeBoth(profile, tensorScale, from, transposed, to);
          }

          @Override
          public void quantizeTransposed(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
            right.quantize(profile, tensorScale, from, to);
          }
        };
    assertThat(verdict(mixed, "XQ/ggml-nvfp4/quantize-both")).isEqualTo(Verdict.MISMATCH);
    assertThat(verdict(mixed, "XQ/ggml-nvfp4/quantize-transposed")).isEqualTo(Verdict.MISMATCH);
    assertThat(verdict(mixed, "XQ/te-2.15/quantize-both")).isEqualTo(Verdict.CRASH); // 32 x 64: the arrays do not even fit
  }

  @Test
  void oneScaleARowInsteadOfOneATileIsFound() throws InterruptedException {
    FaultyBlocks rows =
        new FaultyBlocks() {
          @Override
          public void quantizeTiles(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
            right.quantize(profile, tensorScale, from, to);
          }
        };
    assertThat(verdict(rows, "XQ/te-2.15/quantize-tiles")).isEqualTo(Verdict.MISMATCH);
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

  @Test
  void aShapeThatMustBeRefusedAndIsNotIsFound() throws InterruptedException {
    FaultyBlocks lenient =
        new FaultyBlocks() {
          @Override
          public void quantize(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
            right.quantize(profile, tensorScale, from.columnRange(0, from.columns() / 16 * 16), to);
          }
        };
    ClassResult result = judge(lenient, "XQ/te-2.15/quantize");
    assertThat(result.differences()).isEqualTo(1);
    assertThat(result.mismatches().getFirst().expected()).isEqualTo("refused: IllegalArgumentException");
  }

  @Test
  void writingBetweenRowsIsACrash() throws InterruptedException {
    FaultyBlocks overrun =
        new FaultyBlocks() {
          @Override
          public void quantize(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
            right.quantize(profile, tensorScale, from, to);
            to.scales()[to.scalesOffset() + profile.format().blocksPerRow(from.columns())] = 0;
          }
        };
    ClassResult result = judge(overrun, "X8/codes/te-2.15");
    assertThat(result.verdict()).isEqualTo(Verdict.CRASH);
    assertThat(result.reason()).contains("wrote outside the rows");
  }

  @Test
  void theOtherMappingOfBytesAndElementNumbersOf32BitsAreFound() throws InterruptedException {
    FaultyBlocks otherBytes =
        new FaultyBlocks() {
          @Override
          public void quantizeStochastic(
              QuantizationProfile profile, float tensorScale, StochasticRounding rounding, long first, long rowElements, FloatRows from, BlockRows to) {
            ByteOrder other = rounding.byteOrder() == ByteOrder.PTX ? ByteOrder.ELEMENT : ByteOrder.PTX;
            StochasticRounding wrong = new StochasticRounding(rounding.arithmetic(), other, rounding.seed(), rounding.offset());
            right.quantizeStochastic(profile, tensorScale, wrong, first, rowElements, from, to);
          }
        };
    FaultyBlocks intElements =
        new FaultyBlocks() {
          @Override
          public void quantizeStochastic(
              QuantizationProfile profile, float tensorScale, StochasticRounding rounding, long first, long rowElements, FloatRows from, BlockRows to) {
            right.quantizeStochastic(profile, tensorScale, rounding, first & 0xFFFF_FFFFL, rowElements, from, to);
          }
        };
    for (String id : List.of("X9/te-2.15/carry-8-ptx", "X9/te-2.15/carry-8-element", "X9/ocp-mx/fma-8-element")) {
      assertThat(verdict(otherBytes, id)).as(id).isEqualTo(Verdict.MISMATCH);
      assertThat(verdict(intElements, id)).as(id).isEqualTo(Verdict.MISMATCH);
    }
    assertThat(verdict(otherBytes, "X9/te-2.15/carry-32")).isEqualTo(Verdict.PASS); // whole words have no order of bytes
  }

  @Test
  void aHadamardTransformThatIsNotRoundedIsFound() throws InterruptedException {
    FaultyBlocks unrounded =
        new FaultyBlocks() {
          @Override
          public void hadamard(Hadamard transform, FloatRows rows) {
            right.hadamard(new Hadamard(transform.size(), transform.signs(), null), rows);
          }
        };
    assertThat(verdict(unrounded, "XH/transformer-engine-16")).isEqualTo(Verdict.MISMATCH);
    assertThat(verdict(unrounded, "XH/plain-16")).isEqualTo(Verdict.PASS);
  }

  @Test
  void signsThatRepeatEverySixtyFourElementsAreFound() throws InterruptedException {
    FaultyBlocks oneWord =
        new FaultyBlocks() {
          @Override
          public void hadamard(Hadamard transform, FloatRows rows) {
            List<Long> signs = Collections.nCopies(transform.signs().size(), transform.signs().getFirst());
            right.hadamard(new Hadamard(transform.size(), signs, transform.rounding()), rows);
          }
        };
    assertThat(verdict(oneWord, "XH/random-signs-128")).isEqualTo(Verdict.MISMATCH);
    assertThat(verdict(oneWord, "XH/random-signs-65536")).isEqualTo(Verdict.MISMATCH);
    assertThat(verdict(oneWord, "XH/random-signs-64")).isEqualTo(Verdict.PASS);
    assertThat(verdict(oneWord, "XH/plain-65536")).isEqualTo(Verdict.PASS);
  }

  @Test
  void randomWordsThatStartAtEachRowAreFound() throws InterruptedException {
    FaultyBlocks aligned =
        new FaultyBlocks() {
          @Override
          public void quantizeStochastic(
              QuantizationProfile profile, float tensorScale, StochasticRounding rounding, long first, long rowElements, FloatRows from, BlockRows to) {
            right.quantizeStochastic(profile, tensorScale, rounding, first / 16 * 16, rowElements / 16 * 16, from, to);
          }
        };
    assertThat(verdict(aligned, "X9/te-2.15/carry-8-element")).isEqualTo(Verdict.MISMATCH);
    assertThat(verdict(aligned, "X9/te-2.15/carry-32")).isEqualTo(Verdict.MISMATCH);
  }

  @Test
  void anOperationThatIsNotThereIsUnsupported() throws InterruptedException {
    FaultyBlocks rowsOnly =
        new FaultyBlocks() {
          @Override
          public boolean supports(BlockOperation operation) {
            return operation == BlockOperation.QUANTIZE;
          }
        };
    assertThat(verdict(rowsOnly, "X7/te-2.15")).isEqualTo(Verdict.PASS);
    for (String id : List.of("X5/te-2.15", "X8/codes/te-2.15", "X8/scales/128x4", "XH/plain-16", "XQ/te-2.15/amax", "XQ/te-2.15/quantize-both")) {
      assertThat(verdict(rowsOnly, id)).as(id).isEqualTo(Verdict.UNSUPPORTED);
    }
  }

  @Test
  void aMismatchNamesBlockElementInputAndCodes() throws InterruptedException {
    FaultyBlocks oneCode =
        new FaultyBlocks() {
          @Override
          public void quantize(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
            right.quantize(profile, tensorScale, from, to);
            if (from.rows() == 32) {
              to.codes()[to.codesOffset() + 3 * to.codesStride() + 9] ^= 0x10; // row 3, element 19: block 1, element 3
            }
          }
        };
    ClassResult result = judge(oneCode, "XQ/te-2.15/quantize");
    assertThat(result.differences()).isEqualTo(BlockInput.values().length);
    float[] values = BlockInput.GAUSSIAN_FP32.values(0, 32, 64);
    float tensorScale = BlockInput.GAUSSIAN_FP32.tensorScale(Profiles.TE_2_15, values);
    float amax = ReferenceQuantizer.amax(Profiles.TE_2_15, FloatRows.of(values, 32, 64).rowRange(3, 1).columnRange(16, 16));
    int scale = ReferenceQuantizer.scaleCode(Profiles.TE_2_15, amax, tensorScale);
    int code = ReferenceQuantizer.elementCode(Profiles.TE_2_15, values[3 * 64 + 19], scale, tensorScale);
    assertThat(result.mismatches().getFirst().input())
        .isEqualTo("gaussian-fp32, rows: row 3, block 1, element 3: 0x%08x (%s)".formatted(Float.floatToRawIntBits(values[211]), values[211]));
    assertThat(result.mismatches().getFirst().expected()).startsWith("code 0x%02x (".formatted(code)).endsWith(" under scale 0x%02x".formatted(scale));
    assertThat(result.mismatches().getFirst().actual()).startsWith("code 0x%02x (".formatted(code ^ 1));
  }
}
