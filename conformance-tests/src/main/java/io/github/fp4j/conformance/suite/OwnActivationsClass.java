package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.PackedWeights;
import java.util.List;
import java.util.SplittableRandom;

/**
 * XG: float32 activations times packed weights in whatever order an implementation adds. Activations are integers, scales and alpha powers of two, so that every sum
 * of some of the products is a multiple of 2^-3 below 2^20 and so a float32: no order rounds, and there is one right answer. Which zero a zero sum is, is open.
 */
final class OwnActivationsClass implements CoverageClass {
  private static final List<int[]> SHAPES =
      List.of(new int[] {1, 1, 32}, new int[] {1, 37, 1120}, new int[] {3, 49, 64}, new int[] {5, 130, 288}, new int[] {2, 3, 4096}, new int[] {40, 16, 96});
  private static final int[] THREADS = {1, 3};
  private static final long SEED = 0x4F776E41L;
  private static final int LARGEST_ACTIVATION = 8;
  private static final float ALPHA = -0.25f;

  private final OperandFormat weights;

  OwnActivationsClass(OperandFormat weights) {
    this.weights = weights;
  }

  @Override
  public String suite() {
    return "XG";
  }

  @Override
  public String id() {
    return "XG/own/float32-" + weights;
  }

  @Override
  public long cases() {
    return THREADS.length * SHAPES.stream().mapToLong(shape -> (long) shape[0] * shape[1]).sum();
  }

  /** Matrices have no finite list; the problems are all asked at every level. */
  @Override
  public boolean exhaustive() {
    return true;
  }

  @Override
  public boolean appliesTo(Backend subject) {
    return subject.gemms().filter(kernels -> kernels.supportsActivations(GemmKernels.OWN, weights)).isPresent();
  }

  @Override
  public void run(Backend subject, Tally tally, Workers workers) {
    GemmKernels kernels = subject.gemms().orElseThrow();
    long firstCase = 0;
    for (int number = 0; number < SHAPES.size(); number++) {
      int[] shape = SHAPES.get(number);
      SplittableRandom random = new SplittableRandom(SEED + number);
      float[] a = new float[shape[0] * shape[2]];
      for (int i = 0; i < a.length; i++) {
        a[i] = random.nextInt(-LARGEST_ACTIVATION, LARGEST_ACTIVATION + 1);
      }
      GemmOperand b = operand(random, shape[1], shape[2]);
      int[] expected = Fp32Problem.right(GemmKernels.EXACT, a, Fp32Problem.values(b), shape[0], shape[1], shape[2], ALPHA);
      PackedWeights packed = PackedWeights.of(b);
      for (int threads : THREADS) {
        float[] d = Fp32Problem.poisoned(expected);
        Parallelism parallelism = new Parallelism(task -> Thread.ofPlatform().daemon().start(task), threads);
        kernels.multiply(GemmKernels.OWN, FloatRows.of(a, shape[0], shape[2]), packed, ALPHA, d, parallelism);
        Fp32Problem.compare("problem " + number + ", " + threads + " threads", shape, expected, withZerosOf(expected, d), firstCase, tally);
        firstCase += expected.length;
      }
    }
  }

  /** Any codes under scales from 2^-2 to 2^2. */
  private GemmOperand operand(SplittableRandom random, int rows, int k) {
    byte[] codes = new byte[rows * k / 2];
    random.nextBytes(codes);
    byte[] scales = new byte[rows * k / weights.block()];
    for (int i = 0; i < scales.length; i++) {
      int exponent = random.nextInt(-2, 3);
      scales[i] = (byte) (weights.block() == 16 ? 7 + exponent << 3 : 127 + exponent);
    }
    return new GemmOperand(weights, rows, k, codes, scales);
  }

  private static float[] withZerosOf(int[] expected, float[] d) {
    for (int i = 0; i < d.length; i++) {
      d[i] = d[i] == 0 && Float.intBitsToFloat(expected[i]) == 0 ? Float.intBitsToFloat(expected[i]) : d[i];
    }
    return d;
  }
}
