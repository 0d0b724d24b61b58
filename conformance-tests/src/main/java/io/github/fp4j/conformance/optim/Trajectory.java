package io.github.fp4j.conformance.optim;

import io.github.fp4j.conformance.report.ReportFolder;
import io.github.fp4j.conformance.tensorfile.DataType;
import io.github.fp4j.conformance.tensorfile.Npy;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.simd.optim.Execution;
import io.github.fp4j.simd.optim.FloatStorage;
import io.github.fp4j.simd.optim.NonFiniteGradientException;
import io.github.fp4j.simd.optim.Optimizer;
import io.github.fp4j.simd.optim.OptimizerConfig;
import io.github.fp4j.simd.optim.Parameter;
import io.github.fp4j.simd.optim.ParameterGroup;
import io.github.fp4j.simd.optim.StepReport;
import io.github.fp4j.simd.optim.TensorReport;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A run of an optimizer over given gradients, from npy files to npy and JSON lines, so that any other implementation can be compared with it. */
public final class Trajectory {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private Trajectory() {}

  /**
   * Steps the n parameters of {@code params} with every row of {@code grads} (steps x n), and writes into {@code folder}, which is made if missing,
   * {@code params.npy} (steps x n, after each step) and {@code stats.jsonl} (a line to each step). The two are complete or not there.
   *
   * @return the number of steps
   * @throws IOException if a file cannot be read or written, or is not what is expected; the message names the file
   */
  public static int run(OptimizerConfig config, Execution execution, Path params, Path grads, Path folder) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      Tensor start = floats(params, Npy.map(params, arena));
      Tensor gradients = floats(grads, Npy.map(grads, arena));
      float[] parameters = start.toFloats();
      int n = parameters.length;
      int steps = steps(params, n, grads, gradients);
      float[] all = gradients.toFloats();
      int[] shape = start.shape().length == 0 ? new int[] {1} : Arrays.stream(start.shape()).mapToInt(Math::toIntExact).toArray();
      Optimizer optimizer = new Optimizer(List.of(new ParameterGroup(config, List.of(new Parameter("params", FloatStorage.float32(parameters), shape)))), execution);
      Files.createDirectories(folder);
      float[] trajectory = new float[all.length];
      ReportFolder.place(folder.resolve("stats.jsonl"), out -> {
        Writer lines = new OutputStreamWriter(out, StandardCharsets.UTF_8);
        for (int t = 0; t < steps; t++) {
          StepReport report = step(optimizer, grads, Arrays.copyOfRange(all, t * n, (t + 1) * n));
          System.arraycopy(parameters, 0, trajectory, t * n, n);
          lines.write(line(config, report) + System.lineSeparator());
        }
        lines.flush();
        Npy.write(folder.resolve("params.npy"), Tensor.ofFloats("", trajectory, steps, n));
      });
      return steps;
    }
  }

  private static StepReport step(Optimizer optimizer, Path grads, float[] gradient) throws IOException {
    try {
      return optimizer.step(FloatStorage.float32(gradient));
    } catch (NonFiniteGradientException e) {
      throw new IOException(grads + ": row " + optimizer.steps() + ": " + e.count() + " elements are NaN or infinite and non-finite=fail", e);
    }
  }

  private static Tensor floats(Path file, Tensor tensor) throws IOException {
    if (tensor.type() != DataType.F32) {
      throw new IOException(file + ": descr '" + tensor.type().npyDescriptor() + "': expected '<f4' (numpy: array.astype('<f4'))");
    }
    if (tensor.elementCount() == 0 || tensor.elementCount() > Integer.MAX_VALUE - 8) {
      throw new IOException(file + ": " + tensor.elementCount() + " elements: expected 1 to 2^31 - 9");
    }
    return tensor;
  }

  private static int steps(Path params, int n, Path grads, Tensor gradients) throws IOException {
    long[] shape = gradients.shape();
    if (shape.length < 2 || gradients.elementCount() / shape[0] != n) {
      throw new IOException(grads + ": shape " + Arrays.toString(shape) + ": expected (steps, " + n + "), as " + params + " has " + n + " elements");
    }
    return (int) shape[0];
  }

  private static String line(OptimizerConfig config, StepReport report) {
    TensorReport tensor = report.tensors().getFirst();
    ObjectNode line = MAPPER.createObjectNode();
    line.put("step", report.step());
    line.put("algorithm", config.algorithm().label());
    line.put("mode", config.mode().name().toLowerCase(Locale.ROOT));
    number(line, "lr", report.learningRate());
    number(line, "schedule_factor", report.scheduleFactor());
    line.put("k", tensor.momentStep());
    line.put("reset", tensor.reset());
    line.put("non_finite", tensor.nonFinite());
    line.put("skipped", tensor.skipped());
    number(line, "gradient_norm", tensor.normBefore());
    number(line, "conditioned_norm", tensor.normAfter());
    line.put("clipped", tensor.clipped());
    number(line, "clipped_fraction", tensor.clippedFraction());
    number(line, "threshold", tensor.threshold());
    number(line, "mmax", tensor.largestAverage());
    number(line, "mn", tensor.normAverage());
    number(line, "vn", tensor.squareAverage());
    number(line, "update_rms", tensor.updateRms());
    return MAPPER.writeValueAsString(line);
  }

  /** JSON has neither NaN nor infinities. */
  private static void number(ObjectNode line, String name, double value) {
    if (Double.isFinite(value)) {
      line.put(name, value);
    } else {
      line.putNull(name);
    }
  }
}
