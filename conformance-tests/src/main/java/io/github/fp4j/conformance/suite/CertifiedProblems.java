package io.github.fp4j.conformance.suite;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.gemm.Certificate;
import io.github.fp4j.formats.gemm.Certificate.Exactness;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Random products of one format whose judged outputs have one right answer, whatever the accumulator: {@link Certificate} says that no partial sum is ever
 * rounded, in any order of single products. Seeded; made when first asked for, the same at every level.
 *
 * <p>Each problem draws its scales from a few successive codes, with complementary ones in A and B; over all problems every code and every scale that is a
 * number is used, subnormals and zero included. Every second problem has a C.
 */
public final class CertifiedProblems {
  private static final int PROBLEMS = 192;
  private static final int[][] SHAPES = {
    {1, 1, 128}, {5, 7, 64}, {16, 16, 64}, {33, 17, 128}, {24, 24, 192}, {8, 40, 256}, {16, 16, 512}, {12, 12, 1024}
  };
  private static final long SEED = 0x46503447454D4DL;

  private final OperandFormat format;
  private final FloatFormat scale;
  private final long seed;
  private @Nullable List<GemmProblem> problems;

  /** @param format one with scales */
  CertifiedProblems(OperandFormat format) {
    this(format, SEED);
  }

  /** @param format one with scales */
  public CertifiedProblems(OperandFormat format, long seed) {
    this.format = format;
    this.scale = Objects.requireNonNull(format.scale());
    this.seed = seed;
  }

  OperandFormat format() {
    return format;
  }

  /** All of them, in a fixed order. */
  public synchronized List<GemmProblem> all() {
    if (problems == null) {
      List<GemmProblem> made = new ArrayList<>();
      for (int number = 0; number < PROBLEMS; number++) {
        made.add(problem(number));
      }
      problems = List.copyOf(made);
    }
    return problems;
  }

  private GemmProblem problem(int number) {
    int window = scale == FloatFormat.UE8M0 ? 3 : 16; // three binades, two binades
    int scales = scale.codeCount() - 1; // without NaN
    int windows = (scales + window - 1) / window;
    int first = number % windows * window;
    int[] shape = SHAPES[(number / windows + number) % SHAPES.length];
    SplittableRandom random = new SplittableRandom(seed + number);
    GemmOperand a = operand(random, shape[0], shape[2], first, Math.min(first + window, scales));
    GemmOperand b = operand(random, shape[1], shape[2], Math.max(scales - first - window, 0), scales - first);
    double[] valuesOfA = values(a);
    double[] valuesOfB = values(b);
    float[] c = number % 2 == 0 ? null : new float[a.rows() * b.rows()];
    for (int i = 0; c != null && i < c.length; i++) {
      c[i] = (float) (valuesOfA[random.nextInt(valuesOfA.length)] * valuesOfB[random.nextInt(valuesOfB.length)] + 0.0);
    }
    Certificate certificate = new Certificate(a, b);
    float[] right = new float[a.rows() * b.rows()];
    BitSet certified = new BitSet();
    for (int i = 0; i < right.length; i++) {
      float start = c == null ? 0 : c[i];
      if (certificate.exactness(i / b.rows(), i % b.rows(), start) == Exactness.PRODUCTS) {
        certified.set(i);
        right[i] = sum(start, valuesOfA, i / b.rows() * a.k(), valuesOfB, i % b.rows() * a.k(), a.k());
      }
    }
    return new GemmProblem("problem " + number, a, b, c, right, certified);
  }

  private GemmOperand operand(SplittableRandom random, int rows, int k, int firstScale, int endScale) {
    byte[] codes = new byte[rows * k / 2];
    random.nextBytes(codes);
    byte[] scales = new byte[rows * k / format.block()];
    int shift = random.nextInt(endScale - firstScale);
    for (int i = 0; i < scales.length; i++) { // the first ones in turn, so that a small problem too has as many as it can
      int at = i < endScale - firstScale ? (i + shift) % (endScale - firstScale) : random.nextInt(endScale - firstScale);
      scales[i] = (byte) (firstScale + at);
    }
    return new GemmOperand(format, rows, k, codes, scales);
  }

  private double[] values(GemmOperand operand) {
    double[] values = new double[operand.rows() * operand.k()];
    for (int i = 0; i < values.length; i++) {
      int row = i / operand.k();
      int index = i % operand.k();
      double element = ReferenceCodec.decodeDouble(format.element(), operand.code(row, index));
      values[i] = element * ReferenceCodec.decodeDouble(scale, operand.scale(row, index));
    }
    return values;
  }

  /** Of certified terms: every partial sum is a float, so that sums of doubles are exact. */
  private static float sum(float c, double[] a, int i, double[] b, int j, int k) {
    double sum = c;
    for (int n = 0; n < k; n++) {
      sum += a[i + n] * b[j + n];
    }
    return (float) (sum + 0.0);
  }
}
