package io.github.fp4j.conformance.cli;

import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.conformance.optim.SpikeExperiment;
import io.github.fp4j.conformance.optim.SpikeReport;
import io.github.fp4j.conformance.optim.Trajectory;
import io.github.fp4j.conformance.report.ReportFolder;
import io.github.fp4j.simd.optim.Algorithm;
import io.github.fp4j.simd.optim.Execution;
import io.github.fp4j.simd.optim.Mode;
import io.github.fp4j.simd.optim.OptimizerConfig;
import io.github.fp4j.simd.optim.OptimizerSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fp4j optim}: an optimizer's trajectory over gradients from a file, or the spike experiment. */
@Command(
    name = "optim",
    description = {
      "Run an optimizer over gradients from a file: params.npy (steps x n, after each step) and stats.jsonl go to --out.",
      "With --algorithm alone, print its settings. With --demo, run Adam, SPAM and Stable-SPAM on problems with gradient spikes."
    },
    mixinStandardHelpOptions = true)
final class OptimCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--algorithm", paramLabel = "NAME", description = "stable-spam, spam, adam, adamw, adamw-4bit, lion, ...; a wrong name lists all.")
  private @Nullable String algorithm;

  @Option(names = "--mode", paramLabel = "M", description = "${COMPLETION-CANDIDATES} (default corrected): as the authors' code, or as the method is meant.")
  private Mode mode = Mode.CORRECTED;

  @Option(names = "--set", paramLabel = "KEY=VALUE", description = "One setting, e.g. lr=1e-3; may be repeated; a wrong key lists all.")
  private List<String> settings = new ArrayList<>();

  @Option(names = "--params", paramLabel = "P.NPY", description = "The n parameters at the start, float32.")
  private @Nullable Path params;

  @Option(names = "--grads", paramLabel = "G.NPY", description = "The gradients, steps x n, float32.")
  private @Nullable Path grads;

  @Option(names = "--out", paramLabel = "DIR", description = "Where the results go; made if missing.")
  private @Nullable Path out;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = "Whose kernels compute the steps (default: those of vectors, else of the host library or the reference); results are the same bits.")
  private @Nullable String backend;

  @Option(names = "--demo", description = "Run the spike experiment; its page goes to --out (default: optim-demo).")
  private boolean demo;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of the experiment's noise (default 1).")
  private long seed = 1;

  @Override
  public Integer call() throws IOException {
    PrintWriter output = spec.commandLine().getOut();
    if (demo) {
      requireNoTrajectory();
      runDemo(output);
      return ExitCode.OK;
    }
    if (algorithm == null) {
      throw new IllegalArgumentException("--algorithm is missing: expected it, or --demo");
    }
    OptimizerConfig config = OptimizerSettings.build(Algorithm.byLabel(algorithm), mode, Map.of());
    for (Map.Entry<String, String> setting : parse(settings).entrySet()) {
      config = config.with(setting.getKey(), setting.getValue());
    }
    if (params == null && grads == null && out == null) {
      OptimizerSettings.list(config).forEach((key, value) -> output.println(key + "=" + value));
      return ExitCode.OK;
    }
    if (params == null || grads == null || out == null) {
      throw new IllegalArgumentException("--params, --grads and --out belong together: expected all three");
    }
    int steps = Trajectory.run(config, execution(), params, grads, out);
    output.println("%s (%s): %d steps -> %s".formatted(algorithm, mode.name().toLowerCase(Locale.ROOT), steps, out.resolve("params.npy")));
    return ExitCode.OK;
  }

  private Execution execution() {
    if (backend == null) {
      return Execution.fastest();
    }
    OptimizerKernels kernels =
        Backends.byName(backend).optimizers().orElseThrow(() -> new IllegalArgumentException("--backend " + backend + ": it has no optimizer kernels"));
    return new Execution(kernels, null, 1, true);
  }

  private static Map<String, String> parse(List<String> settings) {
    Map<String, String> parsed = new LinkedHashMap<>();
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException("--set " + setting + ": expected KEY=VALUE, e.g. lr=1e-3");
      }
      if (parsed.put(setting.substring(0, equals), setting.substring(equals + 1)) != null) {
        throw new IllegalArgumentException("--set " + setting + ": " + setting.substring(0, equals) + " is set twice; expected it once");
      }
    }
    return parsed;
  }

  private void requireNoTrajectory() {
    if (algorithm != null || params != null || grads != null || backend != null || !settings.isEmpty()) {
      throw new IllegalArgumentException("--demo has its own problems and settings: expected only --seed and --out beside it");
    }
  }

  private void runDemo(PrintWriter output) throws IOException {
    List<SpikeExperiment.Run> runs = SpikeExperiment.runs(seed);
    output.print(SpikeReport.table(runs));
    Path folder = out == null ? Path.of("optim-demo") : out;
    Files.createDirectories(folder);
    Path page = folder.resolve("index.html");
    ReportFolder.place(page, SpikeReport.html(runs, seed));
    output.println("Page: " + page);
  }
}
