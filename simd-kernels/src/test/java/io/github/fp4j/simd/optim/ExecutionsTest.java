package io.github.fp4j.simd.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.CodedAdam;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.backend.ReferenceBackend;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
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

  /** One piece to a thread's share where nothing is measured of a chunk and no array is a copy, a chunk elsewhere: the same bits. */
  @ParameterizedTest
  @EnumSource(names = {"ADAMW_4BIT_BLOCK", "STABLE_SPAM_4BIT_BLOCK"})
  void updatesOfCodedMomentsDoNotDependOnTheirPieces(Algorithm algorithm) {
    int n = 2 * ChunkLoop.SHARE + 3 * OptimizerKernels.CHUNK + 100;
    OptimizerKernels separate = ReferenceBackend.INSTANCE.optimizers().orElseThrow();
    Queue<Integer> pieces = new ConcurrentLinkedQueue<>();
    OptimizerKernels coded = codedInTurn(separate, pieces);
    List<Integer> shares = List.of(ChunkLoop.SHARE, ChunkLoop.SHARE, 3 * OptimizerKernels.CHUNK + 100);
    List<Integer> chunks = new ArrayList<>(Collections.nCopies(2 * 16 + 3, OptimizerKernels.CHUNK));
    chunks.add(100);
    OptimizerConfig config = algorithm.defaults().with("weight-decay", ".1");
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      float[] expected = QuantisedStatesTest.noise(n, 1);
      double rms = stepTwice(config, new Execution(separate, null, 1, true), expected);
      for (Execution execution : List.of(new Execution(coded, null, 1, false), new Execution(coded, pool, 3, false), new Execution(coded, null, 1, true))) {
        pieces.clear();
        float[] p = QuantisedStatesTest.noise(n, 1);
        double measured = stepTwice(config, execution, p);
        Floats.assertSame(p, expected, execution.toString());
        List<Integer> once = execution.measured() ? chunks : shares;
        assertThat(pieces).containsExactlyInAnyOrderElementsOf(Stream.concat(once.stream(), once.stream()).toList());
        assertThat((Double) measured).isEqualTo(Double.valueOf(execution.measured() ? rms : Double.NaN));
      }
    }
  }

  /** {@code kernels} with an update of coded moments, which notes its lengths. */
  private static OptimizerKernels codedInTurn(OptimizerKernels kernels, Queue<Integer> lengths) {
    CodedAdam inTurn = CodedAdam.inTurn(kernels);
    CodedAdam coded =
        (c, p, pFrom, g, gFrom, first, second, from, length) -> {
          lengths.add(length);
          inTurn.adam(c, p, pFrom, g, gFrom, first, second, from, length);
        };
    return (OptimizerKernels)
        Proxy.newProxyInstance(
            OptimizerKernels.class.getClassLoader(),
            new Class<?>[] {OptimizerKernels.class},
            (_, method, arguments) -> method.getName().equals("codedAdam") ? Optional.of(coded) : method.invoke(kernels, arguments));
  }

  /** Gives the root mean square of the last update. */
  private static double stepTwice(OptimizerConfig config, Execution execution, float[] p) {
    Optimizer optimizer = new Optimizer(List.of(new ParameterGroup(config, List.of(new Parameter("p", FloatStorage.float32(p), p.length)))), execution);
    optimizer.step(FloatStorage.float32(QuantisedStatesTest.noise(p.length, 2)));
    return optimizer.step(FloatStorage.float32(QuantisedStatesTest.noise(p.length, 3))).tensors().getFirst().updateRms();
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
