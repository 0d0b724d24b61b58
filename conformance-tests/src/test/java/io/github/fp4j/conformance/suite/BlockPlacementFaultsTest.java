package io.github.fp4j.conformance.suite;

import static io.github.fp4j.conformance.suite.FaultyBlocks.judge;
import static io.github.fp4j.conformance.suite.FaultyBlocks.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleLayout;
import org.junit.jupiter.api.Test;

/** Codes and scales that are right but in a wrong place are found, and so are places that are forgotten or none of the call's. */
class BlockPlacementFaultsTest {
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
}
