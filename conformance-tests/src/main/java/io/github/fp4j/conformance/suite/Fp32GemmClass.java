package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.PackedWeights;

/** XG: products of packed operands in the named order of float32 sums, on one thread and on three, and with B laid out before: none of it may change a bit. */
final class Fp32GemmClass implements CoverageClass {
  private static final int[] THREADS = {1, 3};

  private final OperandFormat a;
  private final OperandFormat b;

  /** @param b a format that {@link PackedWeights} supports */
  Fp32GemmClass(OperandFormat a, OperandFormat b) {
    this.a = a;
    this.b = b;
  }

  @Override
  public String suite() {
    return "XG";
  }

  @Override
  public String id() {
    return "XG/fp32/" + a + "-" + b;
  }

  @Override
  public long cases() {
    return (THREADS.length + 1) * Fp32Problem.outputs();
  }

  /** Matrices have no finite list; the problems are all asked at every level. */
  @Override
  public boolean exhaustive() {
    return true;
  }

  @Override
  public boolean appliesTo(Backend subject) {
    return subject.gemms().filter(kernels -> kernels.supports(GemmKernels.FP32, a, b)).isPresent();
  }

  @Override
  public void run(Backend subject, Tally tally, Workers workers) {
    GemmKernels kernels = subject.gemms().orElseThrow();
    long firstCase = 0;
    for (int number = 0; number < Fp32Problem.SHAPES.size(); number++) {
      int[] shape = Fp32Problem.SHAPES.get(number);
      Fp32Problem problem = new Fp32Problem(number);
      GemmOperand left = problem.operand(a, shape[0], shape[2]);
      GemmOperand right = problem.operand(b, shape[1], shape[2]);
      int[] expected = Fp32Problem.right(GemmKernels.FP32, Fp32Problem.values(left), Fp32Problem.values(right), shape[0], shape[1], shape[2], 1);
      for (int threads : THREADS) {
        float[] d = Fp32Problem.poisoned(expected);
        kernels.multiply(GemmKernels.FP32, left, right, null, d, new Parallelism(task -> Thread.ofPlatform().daemon().start(task), threads));
        Fp32Problem.compare("problem " + number + ", " + threads + " threads", shape, expected, d, firstCase, tally);
        firstCase += expected.length;
      }
      float[] d = Fp32Problem.poisoned(expected);
      kernels.multiply(GemmKernels.FP32, left, PackedWeights.of(right), null, d, Parallelism.NONE);
      Fp32Problem.compare("problem " + number + ", packed weights", shape, expected, d, firstCase, tally);
      firstCase += expected.length;
    }
  }
}
