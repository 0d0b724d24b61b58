package io.github.fp4j.conformance.cli;

import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.conformance.diagnosis.QuantizeTask;
import io.github.fp4j.conformance.diagnosis.StoredBlocks;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fp4j explain block}: what becomes of a few numbers under a quantisation profile. */
@Command(
    name = "block",
    description = {
      "Explain the quantisation of a few numbers under a profile and, with --answer or --backend, which known fault gives a wrong one.",
      "Numbers are float32 bits in hexadecimal, separated by commas; outputs are all scale bytes, then all codes."
    },
    mixinStandardHelpOptions = true)
final class ExplainBlockCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--profile", required = true, paramLabel = "ID", description = "Quantisation profile; see 'fp4j profiles'.")
  private String profile = "";

  @Option(names = "--values", required = true, paramLabel = "BITS,..", description = "The numbers, row after row.")
  private String values = "";

  @Option(names = "--rows", defaultValue = "1", paramLabel = "N", description = "Rows that they are (default: 1).")
  private int rows = 1;

  @Option(names = "--blocking", paramLabel = "HOW", defaultValue = "rows", description = "How blocks lie: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Blocking blocking = Blocking.ROWS;

  @Option(names = "--tensor-scale", paramLabel = "BITS", description = "The tensor scale as the profile stores it (default: of the largest magnitude).")
  private @Nullable String tensorScale;

  @Option(names = "--answer", paramLabel = "HEX,..", description = "Scale bytes and codes as a device gave them.")
  private @Nullable String answer;

  @Option(names = "--backend", paramLabel = "NAME", description = "Ask this implementation.")
  private @Nullable String backend;

  @Override
  public Integer call() {
    QuantizationProfile rule = Profiles.byId(profile);
    rule.requireCpuExact();
    int count = values.split(",").length;
    if (rows < 1 || count % rows != 0) {
      throw new IllegalArgumentException("--rows " + rows + " with " + count + " numbers: expected a divisor of their number");
    }
    float[] numbers = Hexadecimal.floats("--values", values, count);
    FloatRows from = FloatRows.of(numbers, rows, count / rows);
    float scale = tensorScale != null ? Hexadecimal.floats("--tensor-scale", tensorScale, 1)[0] : rule.tensorScaleOf(amax(numbers));
    QuantizeTask task = QuantizeTask.of("block", rule, blocking, from, scale);
    return TaskExplanation.print(task, actual(task), spec.commandLine().getOut());
  }

  private static float amax(float[] numbers) {
    float amax = 0;
    for (float one : numbers) {
      amax = Math.max(amax, Math.abs(one));
    }
    return amax;
  }

  private int @Nullable [] actual(QuantizeTask task) {
    if (answer != null && backend != null) {
      throw new IllegalArgumentException("--answer and --backend: expected one of them");
    }
    if (answer != null) {
      return Hexadecimal.numbers("--answer", answer, task.right().length);
    }
    if (backend == null) {
      return null;
    }
    BlockKernels kernels = Backends.byName(backend).blocks().orElseThrow(() -> new IllegalArgumentException("--backend " + backend + ": it has no block kernels"));
    boolean transposed = task.blocking() == Blocking.TRANSPOSED;
    int outRows = transposed ? task.from().columns() : task.from().rows();
    int outColumns = task.profile().storedColumns("columns", transposed ? task.from().rows() : task.from().columns());
    BlockRows to = BlockRows.allocate(task.profile().format(), outRows, outColumns);
    switch (task.blocking()) {
      case ROWS -> kernels.quantize(task.profile(), task.tensorScale(), task.from(), to);
      case TRANSPOSED -> kernels.quantizeTransposed(task.profile(), task.tensorScale(), task.from(), to);
      case TILES -> kernels.quantizeTiles(task.profile(), task.tensorScale(), task.from(), to);
    }
    return StoredBlocks.read(task, to);
  }
}
