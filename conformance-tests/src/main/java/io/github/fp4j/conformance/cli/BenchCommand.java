package io.github.fp4j.conformance.cli;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.conformance.bench.BenchmarkReport;
import io.github.fp4j.conformance.bench.BenchmarkRun;
import io.github.fp4j.conformance.bench.CliffReport;
import io.github.fp4j.conformance.bench.Measurement;
import io.github.fp4j.conformance.bench.Rival;
import io.github.fp4j.conformance.bench.SizeClass;
import io.github.fp4j.conformance.bench.Workload;
import io.github.fp4j.conformance.bench.Workloads;
import io.github.fp4j.conformance.report.ReportFolder;
import io.github.fp4j.conformance.subject.Peer;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fp4j bench}: our kernels against every peer on this machine and against the machine's own limits, in one run. */
@Command(
    name = "bench",
    description = {
      "Time our kernels, every peer that is here, and the machine's own limits on the same data in one run.",
      "Each figure is the median over JVMs of its own. Ratios are ours over the peer's: above 1 ours is faster."
    },
    mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(arity = "0..*", paramLabel = "FILTER", description = "Only kernels whose name contains one of these, e.g. quantize dequantize-mxfp4.")
  private List<String> filters = new ArrayList<>();

  @Option(names = "--data", split = ",", paramLabel = "SIZE", description = "${COMPLETION-CANDIDATES}: where the data lies (default L2).")
  private List<SizeClass> sizes = List.of(SizeClass.L2);

  @Option(names = "--threads", split = ",", paramLabel = "N", description = "Threads at once, each on data of its own (default 1).")
  private @Nullable List<Integer> threads;

  @Option(names = "--forks", paramLabel = "N", defaultValue = "3", description = "JVMs for each figure (default 3).")
  private int forks = 3;

  @Option(names = "--warmup", paramLabel = "SECONDS", defaultValue = "6", description = "Warm-up in each JVM (default 6: vector kernels take one to four to reach their speed).")
  private int warmup = 6;

  @Option(names = "--seconds", paramLabel = "SECONDS", defaultValue = "1", description = "Measurement in each JVM (default 1).")
  private int seconds = 1;

  @Option(names = "--ours", paramLabel = "NAME", description = "The backend that the others are compared with (default: the widest simd).")
  private @Nullable String ours;

  @Option(names = "--peers", split = ",", paramLabel = "NAME", description = "Only these peers (default: all that are here but the scalar reference).")
  private @Nullable List<String> peers;

  @Option(names = "--avx2", description = "Also time ours at 256 bits in a JVM that sees no AVX-512, as simd-256@avx2.")
  private boolean avx2;

  @Option(
      names = "--cliff",
      description = "Instead, time each of our kernels alone and after every other: exit 1 if one slows down by more than 1.3x or allocates.")
  private boolean cliff;

  @Option(
      names = "--jvm-option",
      paramLabel = "OPTION",
      description = "An option of the measuring JVMs, e.g. -XX:+UseTransparentHugePages; more than once for more. It is recorded.")
  private List<String> jvmOptions = new ArrayList<>();

  @Option(names = "--report", paramLabel = "DIR", description = "Write bench.json and index.html here; with --cliff, cliff.json.")
  private @Nullable Path report;

  @Override
  public Integer call() throws Exception {
    List<Integer> counts = threads == null ? List.of(1) : threads;
    if (forks < 1 || warmup < 1 || seconds < 1 || counts.stream().anyMatch(count -> count < 1)) {
      throw new IllegalArgumentException("--forks " + forks + " --warmup " + warmup + " --seconds " + seconds + " --threads " + counts + ": expected 1 or more of each");
    }
    if (cliff && (threads != null || peers != null)) {
      throw new IllegalArgumentException("--cliff times our kernels alone, on one thread: expected neither --threads nor --peers");
    }
    Instant started = Instant.now();
    String own = ours == null ? Workloads.widest() : Backends.byName(ours).name();
    List<Workload> workloads = Workloads.of(filters, cliff ? List.of(Backends.byName(own)) : subjects(own), cliff ? List.of() : rivals(), sizes);
    if (avx2) {
      workloads = Workloads.withAvx2(workloads);
    }
    BenchmarkRun run = new BenchmarkRun(forks, warmup, seconds, classPath(), jvmOptions);
    PrintWriter out = spec.commandLine().getOut();
    Map<String, String> environment = new LinkedHashMap<>(Environment.describe());
    if (!jvmOptions.isEmpty()) {
      environment.put("JVM options", String.join(" ", jvmOptions));
    }
    if (cliff) {
      List<Workload> kernels = Workloads.without(workloads, Workload.LIMIT);
      CliffReport found = CliffReport.of(measure(run, kernels, 1, false), measure(run, kernels, 1, true));
      out.print(found.table());
      if (report != null) {
        Files.createDirectories(report);
        ReportFolder.place(report.resolve("cliff.json"), found.json(environment, started));
        out.println("Report: " + report.resolve("cliff.json"));
      }
      return found.passed() ? ExitCode.OK : ExitCode.MISMATCH;
    }
    List<Measurement> measurements = new ArrayList<>();
    for (int count : counts) {
      measurements.addAll(measure(run, workloads, count, false));
    }
    BenchmarkReport result = new BenchmarkReport(own, measurements, environment, started);
    out.print(result.table());
    if (report != null) {
      result.write(report);
      out.println("Report: " + report.resolve("index.html"));
    }
    return ExitCode.OK;
  }

  private List<Backend> subjects(String own) {
    List<Backend> subjects = new ArrayList<>(List.of(Backends.byName(own)));
    if (peers != null) {
      for (String name : peers) {
        if (!isRival(name)) {
          add(Backends.byName(name), subjects);
        }
      }
    } else {
      sayWhatIsLeftOut();
      Backends.available().stream().filter(backend -> !backend.name().startsWith(Workloads.SIMD) && !backend.name().equals("reference")).forEach(subjects::add);
    }
    return subjects;
  }

  /** Each is timed once: a name that comes again would only print its row again. */
  private static void add(Backend peer, List<Backend> subjects) {
    if (peer.name().equals(subjects.getFirst().name())) {
      throw new IllegalArgumentException("--peers " + peer.name() + ": it is the subject itself; expected backends or peers to compare it with, or another --ours");
    }
    if (subjects.contains(peer)) {
      throw new IllegalArgumentException("--peers names " + peer.name() + " twice: expected each once");
    }
    subjects.add(peer);
  }

  private static boolean isRival(String name) {
    return Rival.all().stream().anyMatch(rival -> rival.name().equals(name));
  }

  /** Those that are wanted and here; why others are not is said, and is an error where they were asked for. */
  private List<Rival> rivals() {
    List<Rival> here = new ArrayList<>();
    for (Rival rival : Rival.all()) {
      if (!Workloads.isChosen(rival.family(), filters) || peers != null && !peers.contains(rival.name())) {
        continue;
      }
      Rival.Found found = rival.finder().get();
      if (found.maker().isPresent()) {
        here.add(rival);
      } else if (peers != null) {
        throw new IllegalArgumentException("--peers " + rival.name() + ": " + found.reason());
      } else {
        spec.commandLine().getErr().println(rival.family() + " of " + rival.name() + " left out: " + found.reason());
      }
    }
    return here;
  }

  /** Peers and backends that cannot run here, and why. */
  private void sayWhatIsLeftOut() {
    PrintWriter err = spec.commandLine().getErr();
    for (Backend backend : Backends.all()) {
      if (backend.availability() instanceof Availability.Unavailable(String reason) && !backend.name().startsWith(Workloads.SIMD)) {
        err.println("left out: " + backend.name() + ": " + reason);
      } else if (backend instanceof Peer) {
        err.println("peer " + backend.name() + ": " + backend.description());
      }
    }
    err.flush();
  }

  private List<Measurement> measure(BenchmarkRun run, List<Workload> workloads, int count, boolean crowded) throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    int total = workloads.size() * forks;
    int[] done = {0};
    return run.run(
        workloads,
        count,
        crowded,
        (workload, nanoseconds) -> {
          err.printf("[%d/%d] %s, %d threads: %.4f ns%n", ++done[0], total, workload, count, nanoseconds);
          err.flush();
        });
  }

  /** The application's jars, and those of third parties, as a class path for the JVMs that JMH starts. */
  private static String classPath() {
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("jdk.module.path", "").split(File.pathSeparator)) {
      File[] jars = new File(entry).listFiles((folder, name) -> name.endsWith(".jar"));
      if (jars == null) {
        entries.add(entry);
      } else {
        List.of(jars).forEach(jar -> entries.add(jar.getPath()));
      }
    }
    return String.join(File.pathSeparator, entries);
  }
}
