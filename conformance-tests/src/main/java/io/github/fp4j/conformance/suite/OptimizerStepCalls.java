package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.simd.optim.Algorithm;
import io.github.fp4j.simd.optim.Execution;
import io.github.fp4j.simd.optim.FloatStorage;
import io.github.fp4j.simd.optim.Mode;
import io.github.fp4j.simd.optim.Optimizer;
import io.github.fp4j.simd.optim.OptimizerConfig;
import io.github.fp4j.simd.optim.OptimizerSettings;
import io.github.fp4j.simd.optim.Parameter;
import io.github.fp4j.simd.optim.ParameterGroup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Whole steps on a subject's kernels: resets, schedule, spikes, and tensors of every kind of size; the parameters after each. */
final class OptimizerStepCalls {
  private static final int STEPS = 5;
  private static final int[][] SHAPES = {{33, 130}, {5000}, {17}, {1}, {7, 30, 41}};
  private static final Map<String, String> SETTINGS = Map.of("reset-interval", "3", "schedule-length", "8", "weight-decay", ".1");

  private OptimizerStepCalls() {}

  static List<OptimizerCall> of(Algorithm algorithm) {
    List<OptimizerCall> calls = new ArrayList<>();
    for (Mode mode : Mode.values()) {
      OptimizerConfig config = OptimizerSettings.build(algorithm, mode, SETTINGS);
      long elements = Arrays.stream(SHAPES).mapToLong(OptimizerStepCalls::length).sum();
      calls.add(new OptimizerCall(AskedConversions.kebab(mode), STEPS * elements, kernels -> run(config, kernels)));
    }
    return calls;
  }

  private static int length(int[] shape) {
    return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
  }

  private static OptimizerAnswer run(OptimizerConfig config, OptimizerKernels kernels) {
    Parameter[] parameters = new Parameter[SHAPES.length];
    float[][] values = new float[SHAPES.length][];
    for (int i = 0; i < SHAPES.length; i++) {
      values[i] = OptimizerInput.NUMBERS.values(length(SHAPES[i]), i);
      parameters[i] = new Parameter("tensor " + i, FloatStorage.float32(values[i]), SHAPES[i]);
    }
    Optimizer optimizer = new Optimizer(List.of(new ParameterGroup(config, List.of(parameters))), new Execution(kernels, null, 1, false));
    OptimizerAnswer answer = new OptimizerAnswer();
    for (int t = 1; t <= STEPS; t++) {
      FloatStorage[] gradients = new FloatStorage[SHAPES.length];
      for (int i = 0; i < SHAPES.length; i++) {
        gradients[i] = FloatStorage.float32((t % 2 == 0 ? OptimizerInput.SPIKES : OptimizerInput.NUMBERS).values(values[i].length, 100L * t + i));
      }
      optimizer.step(gradients);
      for (int i = 0; i < SHAPES.length; i++) {
        answer.add("step " + t + ", tensor " + i, values[i]);
      }
    }
    return answer;
  }
}
