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

/** XG: float32 activations, infinities, NaNs and subnormals among them, times packed weights, on one thread and on three. */
final class ActivationsClass implements CoverageClass {
  private static final int[] THREADS = {1, 3};
  private static final float ALPHA = -0.7f;

  private final String model;
  private final OperandFormat weights;

  /** @param model {@link GemmKernels#FP32} or {@link GemmKernels#EXACT} */
  ActivationsClass(String model, OperandFormat weights) {
    this.model = model;
    this.weights = weights;
  }

  @Override
  public String suite() {
    return "XG";
  }

  @Override
  public String id() {
    return "XG/" + model + "/float32-" + weights;
  }

  @Override
  public long cases() {
    return THREADS.length * Fp32Problem.outputs();
  }

  /** Matrices have no finite list; the problems are all asked at every level. */
  @Override
  public boolean exhaustive() {
    return true;
  }

  @Override
  public boolean appliesTo(Backend subject) {
    return subject.gemms().filter(kernels -> kernels.supportsActivations(model, weights)).isPresent();
  }

  @Override
  public void run(Backend subject, Tally tally, Workers workers) {
    GemmKernels kernels = subject.gemms().orElseThrow();
    long firstCase = 0;
    for (int number = 0; number < Fp32Problem.SHAPES.size(); number++) {
      int[] shape = Fp32Problem.SHAPES.get(number);
      Fp32Problem problem = new Fp32Problem(number);
      float[] a = problem.activations(shape[0], shape[2]);
      GemmOperand b = problem.operand(weights, shape[1], shape[2]);
      int[] expected = Fp32Problem.right(model, a, Fp32Problem.values(b), shape[0], shape[1], shape[2], ALPHA);
      PackedWeights packed = PackedWeights.of(b);
      for (int threads : THREADS) {
        float[] d = Fp32Problem.poisoned(expected);
        Parallelism parallelism = new Parallelism(task -> Thread.ofPlatform().daemon().start(task), threads);
        kernels.multiply(model, FloatRows.of(a, shape[0], shape[2]), packed, ALPHA, d, parallelism);
        Fp32Problem.compare("problem " + number + ", " + threads + " threads", shape, expected, d, firstCase, tally);
        firstCase += expected.length;
      }
    }
  }
}
