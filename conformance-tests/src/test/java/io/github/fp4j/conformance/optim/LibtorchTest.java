package io.github.fp4j.conformance.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.fp4j.simd.optim.Algorithm;
import io.github.fp4j.simd.optim.Execution;
import io.github.fp4j.simd.optim.FloatStorage;
import io.github.fp4j.simd.optim.Optimizer;
import io.github.fp4j.simd.optim.OptimizerConfig;
import io.github.fp4j.simd.optim.Parameter;
import io.github.fp4j.simd.optim.ParameterGroup;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trajectories of libtorch, in a process of its own (peers/libtorch), against ours on the same gradients: the largest difference after each of 1000 steps. */
class LibtorchTest {
  private static final int N = 1000;
  private static final int STEPS = 1000;
  private static final Path MODULE = Path.of(System.getProperty("basedir", "."));
  private static final Path JARS = MODULE.resolve("target/peers/libtorch");

  @ParameterizedTest
  @ValueSource(strings = {"adam", "adamw", "sgdm"})
  void trajectoriesAgree(String algorithm, @TempDir Path folder) throws IOException, InterruptedException {
    List<Path> jars = jars();
    assumeTrue(jars.size() == 6, "libtorch is not in " + JARS + " (" + jars.size() + " of 6 jars): run conformance-tests/peers/fetch first");
    float[] p = noise(N, 1);
    float[] g = noise(N * STEPS, 2);
    write(folder.resolve("p"), p);
    write(folder.resolve("g"), g);
    String classPath = String.join(File.pathSeparator, jars.stream().map(Path::toString).toList());
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Process process =
        new ProcessBuilder(
                java.toString(), "--enable-native-access=ALL-UNNAMED", "-Dorg.bytedeco.javacpp.cachedir=" + JARS.resolve("cache").toAbsolutePath(), "-cp", classPath,
                MODULE.resolve("peers/libtorch/LibtorchSteps.java").toString(), algorithm, "" + N, "" + STEPS, "p", "g", "out")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    assertThat(process.waitFor(300, TimeUnit.SECONDS)).as("libtorch ends within 300 s").isTrue();
    assertThat(process.exitValue()).as(Files.readString(folder.resolve("log"))).isZero();
    float[] theirs = read(folder.resolve("out"), N * STEPS);

    OptimizerConfig config = Algorithm.byLabel(algorithm).defaults();
    Optimizer optimizer = new Optimizer(List.of(new ParameterGroup(config, List.of(new Parameter("p", FloatStorage.float32(p), N)))), Execution.fastest());
    for (int t = 0; t < STEPS; t++) {
      optimizer.step(FloatStorage.float32(Arrays.copyOfRange(g, t * N, (t + 1) * N)));
      double largest = 0;
      double difference = 0;
      for (int i = 0; i < N; i++) {
        largest = Math.max(largest, Math.abs(p[i]));
        difference = Math.max(difference, Math.abs((double) p[i] - theirs[t * N + i]));
      }
      assertThat(difference / largest).as("largest difference over largest parameter at step %d", t + 1).isLessThan(1e-6);
    }
  }

  private static List<Path> jars() throws IOException {
    if (!Files.isDirectory(JARS)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(JARS)) {
      return files.map(Path::toAbsolutePath).filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
  }

  private static float[] noise(int length, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static void write(Path file, float[] values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    Files.write(file, bytes.array());
  }

  private static float[] read(Path file, int count) throws IOException {
    FloatBuffer floats = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] values = new float[count];
    floats.get(values);
    return values;
  }
}
