package io.github.fp4j.formats.gemm;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ExactAccumulationTest {
  private static final ExactAccumulation ACCUMULATION = new ExactAccumulation();

  /** Numbers of any exponent, of few exponents, and such as cancel to their last bits. */
  @Test
  void agreesWithDecimalArithmetic() {
    SplittableRandom random = new SplittableRandom(1);
    int compared = 0;
    for (int number = 0; number < 30_000; number++) {
      int k = 1 + random.nextInt(40);
      float[] a = new float[k];
      float[] b = new float[k];
      for (int i = 0; i < k; i++) {
        a[i] = number % 3 == 0 ? finite(random) : (float) random.nextDouble(-1, 1);
        b[i] = number % 3 == 0 ? finite(random) : (float) Math.scalb(random.nextDouble(-1, 1), random.nextInt(-60, 1));
      }
      if (number % 3 == 2) {
        for (int i = 0; i + k / 2 < k - 1; i++) {
          a[i + k / 2] = -a[i];
          b[i + k / 2] = b[i];
        }
      }
      assertThat(Float.floatToRawIntBits(ACCUMULATION.dot(a, 0, b, 0, k))).isEqualTo(Float.floatToRawIntBits(decimal(a, b)));
      compared++;
    }
    assertThat(compared).isEqualTo(30_000);
  }

  private static float finite(SplittableRandom random) {
    int bits = random.nextInt();
    return Float.isFinite(Float.intBitsToFloat(bits)) ? Float.intBitsToFloat(bits) : 1;
  }

  private static float decimal(float[] a, float[] b) {
    BigDecimal sum = BigDecimal.ZERO;
    for (int i = 0; i < a.length; i++) {
      sum = sum.add(new BigDecimal(a[i]).multiply(new BigDecimal(b[i])));
    }
    return sum.signum() == 0 ? 0f : sum.floatValue();
  }

  /** An independent statement of one part: the model's evaluator. */
  @Test
  void isTheModelOfThatName() {
    RandomCases cases = new RandomCases(3);
    int compared = 0;
    for (int number = 0; number < 50; number++) {
      GemmOperand a = cases.operand(OperandFormat.NVFP4, 4, 64);
      GemmOperand b = cases.operand(OperandFormat.NVFP4, 4, 64);
      OperandRows rows = new OperandRows(OperandFormat.NVFP4);
      float[] x = new float[64];
      float[] y = new float[64];
      Gemm definition = Gemm.reference(AccumulationModels.EXACT_RNE, a, b);
      for (int i = 0; i < 16; i++) {
        rows.decode(a, i / 4, x, 0);
        rows.decode(b, i % 4, y, 0);
        assertThat(Float.floatToRawIntBits(ACCUMULATION.dot(x, 0, y, 0, 64))).isEqualTo(definition.dot(i / 4, i % 4, 0));
        compared++;
      }
    }
    assertThat(compared).isEqualTo(800);
  }

  @Test
  void largestAndSmallestSums() {
    float[] largest = new float[1000];
    Arrays.fill(largest, Float.MAX_VALUE);
    float[] smallest = new float[1000];
    Arrays.fill(smallest, Float.MIN_VALUE);
    assertThat(ACCUMULATION.dot(largest, 0, largest, 0, 1000)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Float.floatToRawIntBits(ACCUMULATION.dot(smallest, 0, smallest, 0, 1000))).isZero();
    float[] halves = {Float.MIN_VALUE, Float.MIN_VALUE};
    assertThat(ACCUMULATION.dot(halves, 0, new float[] {.5f, 0}, 0, 2)).as("a tie to even").isZero();
    assertThat(ACCUMULATION.dot(halves, 0, new float[] {.5f, 0x1p-149f}, 0, 2)).as("just above it").isEqualTo(Float.MIN_VALUE);
    float[] overflow = {0x1.fffffep127f, 0x1p103f, 0x1p-149f};
    float[] ones = {1, 1, -1};
    assertThat(ACCUMULATION.dot(overflow, 0, ones, 0, 2)).as("half an ulp past the largest").isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(ACCUMULATION.dot(overflow, 0, ones, 0, 3)).as("just below that").isEqualTo(Float.MAX_VALUE);
  }

  @Test
  void zerosNansAndInfinities() {
    assertThat(Float.floatToRawIntBits(dot(-0f, 1))).as("zero is +0").isZero();
    assertThat(Float.floatToRawIntBits(dot(-Float.MIN_VALUE, Float.MIN_VALUE))).as("what rounds to zero keeps its sign").isEqualTo(0x80000000);
    assertThat(Float.floatToRawIntBits(dot(Float.NEGATIVE_INFINITY, 0))).isEqualTo(0x7FFFFFFF);
    assertThat(Float.floatToRawIntBits(dot(Float.intBitsToFloat(0xFFC12345), 1))).isEqualTo(0x7FFFFFFF);
    assertThat(dot(Float.NEGATIVE_INFINITY, 2)).isEqualTo(Float.NEGATIVE_INFINITY);
    float[] both = {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
    assertThat(ACCUMULATION.dot(both, 0, new float[] {1, 1}, 0, 2)).isNaN();
    assertThat(ACCUMULATION.dot(both, 0, new float[] {1, -1}, 0, 2)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(dot(1, 1)).as("nothing is left over").isEqualTo(1);
  }

  private static float dot(float a, float b) {
    return ACCUMULATION.dot(new float[] {a}, 0, new float[] {b}, 0, 1);
  }
}
