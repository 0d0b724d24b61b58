package io.github.fp4j.simd;

import static io.github.fp4j.simd.BlockComparison.MODEL;
import static io.github.fp4j.simd.BlockComparison.PROFILES;
import static io.github.fp4j.simd.BlockComparison.assertSame;
import static io.github.fp4j.simd.BlockComparison.matrix;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Philox;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.RaggedRows;
import io.github.fp4j.formats.block.StochasticRounding;
import io.github.fp4j.formats.block.StochasticRounding.Arithmetic;
import io.github.fp4j.formats.block.StochasticRounding.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Stochastic rounding of every width against the model, byte for byte, and the generator against its scalar twin. */
class StochasticKernelsTest {

  private record Shape(int rows, int columns, int gap, long firstElement, long rowElements) {}

  /** A block at the start; rows cut from wider ones at odd places; a chunk and some beyond 2^32; dense rows that are one run. */
  private static final List<Shape> SHAPES =
      List.of(
          new Shape(1, 64, 0, 0, 64),
          new Shape(5, 192, 3, 7, 1001),
          new Shape(2, 4096 + 320, 0, (5L << 32) - 3, 4096 + 320),
          new Shape(3, 448, 0, 16, 448),
          new Shape(2, 320, 1, (1L << 40) + 13, 320));

  static List<StochasticRounding> roundings(long seed) {
    List<StochasticRounding> roundings = new ArrayList<>();
    for (Arithmetic arithmetic : Arithmetic.values()) {
      for (ByteOrder order : ByteOrder.values()) {
        roundings.add(new StochasticRounding(arithmetic, order, seed, ~seed * 0x9E3779B97F4A7C15L));
      }
    }
    return roundings;
  }

  @Test
  void everyProfileArithmeticAndMapping() {
    int cases = 0;
    int refused = 0;
    for (QuantizationProfile profile : PROFILES) {
      for (StochasticRounding rounding : roundings(0x123456789ABCDEFL * (1 + cases))) {
        assertThat(Widths.blocks()).allMatch(width -> width.kernels().supports(profile, rounding) == MODEL.supports(profile, rounding));
        refused += MODEL.supports(profile, rounding) ? 0 : 1;
        for (Shape shape : SHAPES) {
          BlockInputs inputs = BlockInputs.values()[cases++ % BlockInputs.values().length];
          FloatRows x = matrix(inputs, cases, shape.rows, shape.columns, shape.gap);
          float tensorScale = profile.tensorScaleOf(MODEL.amax(profile, x));
          assertSame(
              profile + " of " + inputs + ", " + rounding + ", " + shape, profile, shape.rows, shape.columns, shape.gap,
              (kernels, to) -> kernels.quantizeStochastic(profile, tensorScale, rounding, shape.firstElement, shape.rowElements, x, to));
        }
      }
    }
    assertThat(cases).isEqualTo(25 * 6 * 5);
    assertThat(refused).isEqualTo(8 * 6); // te-4over6 searches, ggml's, microxcaling and the four of "FP4 All the Way" have casts of their own
  }

  @Test
  void everyInputClassUnderEveryArithmetic() {
    int cases = 0;
    for (QuantizationProfile profile : List.of(Profiles.TE_2_15, Profiles.OCP_MX, Profiles.MODELOPT)) {
      for (BlockInputs inputs : BlockInputs.values()) {
        for (StochasticRounding rounding : roundings(cases)) {
          FloatRows x = matrix(inputs, cases++, 3, 832, 0);
          float tensorScale = profile.tensorScaleOf(MODEL.amax(profile, x));
          assertSame(
              profile + " of " + inputs + ", " + rounding, profile, 3, 832, 0,
              (kernels, to) -> kernels.quantizeStochastic(profile, tensorScale, rounding, 832, 832, x, to));
        }
      }
    }
    assertThat(cases).isEqualTo(3 * 13 * 6);
  }

  /** Element values whose discarded bits end just where a random number carries: a step of one unit in the last place decides. */
  @Test
  void fractionsAtTheEdgeOfACarry() {
    int count = 1 << 14;
    float[] x = new float[count];
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < count; i++) {
      int exponent = random.nextInt(40);
      float value = Math.scalb(1 + random.nextInt(1 << 10) * 0x1p-10f, 2 - exponent);
      x[i] = i % 32 == 0 ? 6 : Float.intBitsToFloat(Float.floatToRawIntBits(Math.min(value, 6)) + random.nextInt(-1, 2)) * (random.nextBoolean() ? 1 : -1);
    }
    FloatRows rows = FloatRows.of(x, 1, count);
    int cases = 0;
    for (QuantizationProfile profile : List.of(Profiles.OCP_MX, Profiles.TE_2_15)) {
      for (long seed = 0; seed < 16; seed++) {
        for (StochasticRounding rounding : roundings(seed)) {
          cases++;
          assertSame(
              profile + ", " + rounding, profile, 1, count, 0,
              (kernels, to) -> kernels.quantizeStochastic(profile, profile.tensorScaleOf(6), rounding, 0, count, rows, to));
        }
      }
    }
    assertThat(cases).isEqualTo(2 * 16 * 6);
  }

  @Test
  void everyRowLengthThatIsPadded() {
    int cases = 0;
    for (QuantizationProfile profile : PROFILES) {
      StochasticRounding rounding = roundings(cases).get(cases % 6);
      if (profile.raggedRows() == RaggedRows.PAD_WITH_ZEROS && MODEL.supports(profile, rounding)) {
        for (int columns = 1; columns <= 300; columns++) {
          FloatRows x = matrix(BlockInputs.GAUSSIAN, columns, 1 + columns % 3, columns, columns % 3);
          int stored = profile.storedColumns("columns", columns);
          long first = columns;
          assertSame(
              profile + ", " + columns + " columns", profile, x.rows(), stored, columns % 4,
              (kernels, to) -> kernels.quantizeStochastic(profile, profile.tensorScaleOf(4), rounding, first, x.columns(), x, to));
          cases++;
        }
      }
    }
    assertThat(cases).isEqualTo(5 * 300);
  }

  @Test
  void philoxEqualsItsScalarTwin() {
    int blocks = 0;
    long[] numbers = {0, 1, -1, 0xFFFFFFFFL, 1L << 32, 0x123456789ABCDEF0L, (1L << 32) - 5, Long.MAX_VALUE};
    int[] words = new int[4];
    for (Widths.BlockWidth width : Widths.blocks()) {
      PhiloxBlocks philox = PerWidth.instance(PhiloxBlocks.class, PhiloxBlocksBody.class, width.bits());
      byte[] random = new byte[16 * 16];
      for (long key : numbers) {
        for (long high : numbers) {
          for (long first : numbers) {
            philox.words(first, high, key, 16, random);
            for (int block = 0; block < 16; block++) {
              Philox.block(first + block, high, key, words);
              for (int i = 0; i < 16; i++) {
                assertThat(random[16 * block + i]).isEqualTo((byte) (words[i / 4] >>> 8 * (i % 4)));
              }
              blocks++;
            }
          }
        }
      }
    }
    assertThat(blocks).isEqualTo(Widths.blocks().size() * 8 * 8 * 8 * 16);
  }

  @Test
  void rowRangesGiveTheBytesOfTheWhole() {
    QuantizationProfile profile = Profiles.TE_2_15;
    FloatRows x = matrix(BlockInputs.GAUSSIAN, 3, 7, 336, 0);
    float tensorScale = profile.tensorScaleOf(MODEL.amax(profile, x));
    for (StochasticRounding rounding : roundings(99)) {
      assertSame(
          rounding + ", row by row", profile, 7, 336, 0,
          (kernels, to) -> {
            if (kernels == MODEL) {
              kernels.quantizeStochastic(profile, tensorScale, rounding, 0, 336, x, to);
              return;
            }
            for (int row = 6; row >= 0; row--) {
              kernels.quantizeStochastic(profile, tensorScale, rounding, row * 336L, 336, x.rowRange(row, 1), to.fromRow(row));
            }
          });
    }
  }
}
