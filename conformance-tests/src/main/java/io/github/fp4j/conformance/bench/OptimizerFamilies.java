package io.github.fp4j.conformance.bench;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.simd.optim.Algorithm;
import io.github.fp4j.simd.optim.Execution;
import io.github.fp4j.simd.optim.FloatStorage;
import io.github.fp4j.simd.optim.Optimizer;
import io.github.fp4j.simd.optim.OptimizerConfig;
import io.github.fp4j.simd.optim.Parameter;
import io.github.fp4j.simd.optim.ParameterGroup;
import java.util.List;
import java.util.Optional;

/**
 * Optimizer steps. The kernels alone are timed on arrays; whole steps of one tensor through {@link Optimizer}, with nothing measured that the step does not need:
 * AdamW does not look for NaN first, Stable-SPAM reads the gradient once before the update. Tensors of 4096 elements keep float32 moments whatever the states.
 */
final class OptimizerFamilies {
  private static final double PARAMETER = 4;
  private static final double GRADIENT = 4;
  private static final double FLOAT_MOMENTS = 2 * 4;
  private static final double CODED_MOMENTS = 2 * (.5 + 4 / 128.);

  private OptimizerFamilies() {}

  static List<KernelFamily> all() {
    return List.of(
        new KernelFamily("gradient-scan", "largest magnitude and sum of squares", GRADIENT, 0, 1, OptimizerFamilies::scan),
        new KernelFamily("adamw-step", "fused AdamW update", PARAMETER + GRADIENT + FLOAT_MOMENTS, PARAMETER + FLOAT_MOMENTS, 1, true, OptimizerFamilies::adam),
        step("adamw-4bit-step", "AdamW step, 4-bit moments in blocks of 128", Algorithm.ADAMW_4BIT_BLOCK, GRADIENT, CODED_MOMENTS),
        step("stable-spam-step", "Stable-SPAM step", Algorithm.STABLE_SPAM, 2 * GRADIENT, FLOAT_MOMENTS),
        step("stable-spam-4bit-step", "Stable-SPAM step, 4-bit moments in blocks of 128", Algorithm.STABLE_SPAM_4BIT_BLOCK, 2 * GRADIENT, CODED_MOMENTS));
  }

  private static KernelFamily step(String id, String title, Algorithm algorithm, double gradients, double moments) {
    return new KernelFamily(id, title, PARAMETER + gradients + moments, PARAMETER + moments, 1, true, (backend, n) -> step(backend, algorithm, n));
  }

  private static Optional<Runnable> scan(Backend backend, int n) {
    return backend
        .optimizers()
        .map(
            kernels -> {
              float[] gradient = RandomData.normal(n, 1);
              int[] magnitudes = new int[n / OptimizerKernels.CHUNK];
              double[] squares = new double[n / OptimizerKernels.CHUNK];
              return () -> kernels.scan(gradient, 0, n, magnitudes, squares, 0);
            });
  }

  private static Optional<Runnable> adam(Backend backend, int n) {
    return backend
        .optimizers()
        .map(
            kernels -> {
              AdamCoefficients coefficients = new AdamCoefficients();
              coefficients.beta1 = .9f;
              coefficients.oneMinusBeta1 = .1f;
              coefficients.beta2 = .999f;
              coefficients.oneMinusBeta2 = .001f;
              coefficients.stepSize = 1e-3f;
              coefficients.epsilon = 1e-8f;
              coefficients.decay = .99999f;
              float[] parameters = RandomData.normal(n, 1);
              float[] gradient = RandomData.normal(n, 2);
              float[] first = new float[n];
              float[] second = new float[n];
              return () -> kernels.adam(coefficients, parameters, 0, gradient, 0, first, 0, second, 0, n);
            });
  }

  private static Optional<Runnable> step(Backend backend, Algorithm algorithm, int n) {
    return backend
        .optimizers()
        .map(
            kernels -> {
              OptimizerConfig config = algorithm.defaults();
              if (!config.conditioning().adaClip()) {
                config = config.with("non-finite", "propagate");
              }
              Parameter parameter = new Parameter("p", FloatStorage.float32(RandomData.normal(n, 1)), n);
              Optimizer optimizer = new Optimizer(List.of(new ParameterGroup(config, List.of(parameter))), new Execution(kernels, null, 1, false));
              FloatStorage[] gradients = {FloatStorage.float32(RandomData.normal(n, 2))};
              return () -> optimizer.step(gradients);
            });
  }
}
