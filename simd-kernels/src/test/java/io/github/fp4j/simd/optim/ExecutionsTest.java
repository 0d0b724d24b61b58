package io.github.fp4j.simd.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Steps are the same bits whatever kernels and threads compute them. */
class ExecutionsTest {
  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void stepsDoNotDependOnKernelsOrThreads(Algorithm algorithm) {
    int[][] shapes = {{300, 701}, {17}, {129, 65}, {1}, {7, 30, 41}};
    try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
      List<Execution> executions = new ArrayList<>(List.of(Execution.reference()));
      for (Backend backend : Backends.available()) {
        backend.optimizers().ifPresent(kernels -> executions.add(new Execution(kernels, pool, executions.size() % 3 + 1, executions.size() % 2 == 0)));
      }
      assertThat(executions).as("the reference twice, and a vector width").hasSizeGreaterThan(2);
      float[][][] p = new float[executions.size()][shapes.length][];
      for (int e = 0; e < executions.size(); e++) {
        Parameter[] parameters = new Parameter[shapes.length];
        for (int i = 0; i < shapes.length; i++) {
          int n = Arrays.stream(shapes[i]).reduce(1, (a, b) -> a * b);
          p[e][i] = QuantisedStatesTest.noise(n, i);
          parameters[i] = new Parameter("w" + i, FloatStorage.float32(p[e][i]), shapes[i]);
        }
        OptimizerConfig config = algorithm.defaults().with("reset-interval", "3").with("schedule-length", "8").with("weight-decay", ".1");
        Optimizer optimizer = new Optimizer(List.of(new ParameterGroup(config, List.of(parameters))), executions.get(e));
        for (int t = 1; t <= 4; t++) {
          FloatStorage[] gradients = new FloatStorage[shapes.length];
          for (int i = 0; i < shapes.length; i++) {
            float[] g = QuantisedStatesTest.noise(p[e][i].length, 10 * t + i);
            g[t % g.length] *= 1000;
            gradients[i] = FloatStorage.float32(g);
          }
          optimizer.step(gradients);
        }
      }
      for (int e = 1; e < executions.size(); e++) {
        for (int i = 0; i < shapes.length; i++) {
          Floats.assertSame(p[e][i], p[0][i], "execution " + e + ", tensor " + i);
        }
      }
    }
  }

  @Test
  void anExceptionInAHelperReachesTheCaller() {
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      Workers workers = new Workers(pool, 3);
      for (int round = 0; round < 20; round++) {
        assertThatThrownBy(
                () ->
                    workers.forEach(
                        (_, index) -> {
                          if (index == 57) {
                            throw new IllegalStateException("57");
                          }
                        },
                        100))
            .hasMessage("57");
        AtomicInteger sum = new AtomicInteger();
        workers.forEach((_, index) -> sum.addAndGet(index), 100);
        assertThat(sum).hasValue(4950);
      }
    }
  }
}
