package io.github.fp4j.conformance.suite;

import static io.github.fp4j.conformance.suite.FaultyBlocks.judge;
import static io.github.fp4j.conformance.suite.FaultyBlocks.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.BlockOperation;
import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ReferenceQuantizer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the judge says of block quantisers: nothing of the right one, what is not there, and where exactly a code differs. */
class BlockVerdictsTest {
  @Test
  void withoutAFaultEverythingPasses() throws InterruptedException {
    for (String id : List.of("X5/te-2.15", "X7/te-2.15", "X8/codes/te-2.15", "X8/scales/128x4", "XQ/te-2.15/quantize", "XH/transformer-engine-16")) {
      assertThat(verdict(new FaultyBlocks(), id)).as(id).isEqualTo(Verdict.PASS);
    }
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
