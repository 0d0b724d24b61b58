package io.github.fp4j.simd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Hadamard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Hadamard transforms of every width against the model, bit for bit: every size, every input class. */
class HadamardKernelsTest {
  private static final int LARGEST = 65536;

  private static Hadamard withSigns(int size, @Nullable FloatFormat rounding) {
    SplittableRandom random = new SplittableRandom(size);
    List<Long> signs = new ArrayList<>();
    for (int i = 0; i < Math.ceilDiv(size, 64); i++) {
      signs.add(random.nextLong());
    }
    return new Hadamard(size, signs, rounding);
  }

  @Test
  void everySizeOnEveryInputClass() {
    int cases = 0;
    for (int size = 2; size <= LARGEST; size *= 2) {
      for (Hadamard transform : List.of(Hadamard.plain(size), withSigns(size, null), withSigns(size, FloatFormat.BF16))) {
        for (BlockInputs inputs : BlockInputs.values()) {
          int groups = Math.max(1, 96 / size) + cases % 3;
          int gap = cases % 4;
          assertSame(transform, BlockComparison.matrix(inputs, cases++, size < 1024 ? 3 : 1, groups * size, gap));
        }
      }
    }
    assertThat(cases).isEqualTo(16 * 3 * 13);
  }

  @Test
  void transformerEnginesTransformOfManyRows() {
    int cases = 0;
    for (BlockInputs inputs : BlockInputs.values()) {
      assertSame(Hadamard.TRANSFORMER_ENGINE, BlockComparison.matrix(inputs, 7, 65, 1040, 0)); // dense: several passes' worth, and a rest
      assertSame(Hadamard.TRANSFORMER_ENGINE, BlockComparison.matrix(inputs, 8, 3, 4096 + 48, 5));
      cases += 2;
    }
    assertThat(cases).isEqualTo(26);
  }

  /** Sizes in a row: what is kept from one transform must not show in the next. */
  @Test
  void transformsInAnyOrder() {
    List<Hadamard> transforms =
        List.of(withSigns(16, null), Hadamard.plain(16), withSigns(64, null), withSigns(2, null), withSigns(4, FloatFormat.BF16), withSigns(16, FloatFormat.BF16));
    int cases = 0;
    for (Hadamard first : transforms) {
      for (Hadamard second : transforms) {
        assertSame(first, BlockComparison.matrix(BlockInputs.GAUSSIAN, cases, 2, 128, 0));
        assertSame(second, BlockComparison.matrix(BlockInputs.GAUSSIAN, cases++, 2, 128, 0));
      }
    }
    assertThat(cases).isEqualTo(36);
  }

  @Test
  void otherRoundingsAreTheModels() {
    assertSame(withSigns(16, FloatFormat.FP16), BlockComparison.matrix(BlockInputs.GAUSSIAN, 1, 3, 64, 1));
    assertSame(withSigns(16, FloatFormat.E4M3), BlockComparison.matrix(BlockInputs.GAUSSIAN, 2, 3, 64, 1));
  }

  @Test
  void bf16TiesOverflowAndNan() { // 1/sqrt(4) = 1/2 of sums of one number and zeros
    float[] ties = {0x1.01p0f, 0x1.03p0f, -0x1.01p0f, Float.MAX_VALUE, Float.MIN_VALUE, Float.NaN, Float.POSITIVE_INFINITY, -0f};
    float[] x = new float[4 * ties.length];
    for (int i = 0; i < ties.length; i++) {
      x[4 * i] = 2 * ties[i];
    }
    assertSame(new Hadamard(4, List.of(0L), FloatFormat.BF16), FloatRows.of(x, 1, x.length));
  }

  @Test
  void aLengthThatIsNoMultipleIsRefusedBeforeAnythingIsWritten() {
    for (Widths.BlockWidth width : Widths.blocks()) {
      float[] x = new float[80];
      Arrays.fill(x, 3);
      assertThatThrownBy(() -> width.kernels().hadamard(Hadamard.plain(16), FloatRows.of(x, 2, 40)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("length = 40");
      assertThat(x).containsOnly(3);
      width.kernels().hadamard(Hadamard.plain(16), FloatRows.of(x, 0, 16));
    }
  }

  private static void assertSame(Hadamard transform, FloatRows x) {
    float[] expected = x.values().clone();
    FloatRows right = new FloatRows(expected, x.offset(), x.stride(), x.rows(), x.columns());
    BlockComparison.MODEL.hadamard(transform, right);
    for (Widths.BlockWidth width : Widths.blocks()) {
      float[] actual = x.values().clone();
      width.kernels().hadamard(transform, new FloatRows(actual, x.offset(), x.stride(), x.rows(), x.columns()));
      for (int i = 0; i < expected.length; i++) {
        if (Float.floatToIntBits(actual[i]) != Float.floatToIntBits(expected[i])) {
          throw new AssertionError(
              "size %d, rounding %s, %d x %d, %s: value %d is %s, expected %s"
                  .formatted(transform.size(), transform.rounding(), x.rows(), x.columns(), width, i, actual[i], expected[i]));
        }
      }
    }
  }
}
