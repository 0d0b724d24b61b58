package io.github.fp4j.conformance.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Times workloads in JVMs of their own, round after round: every workload once, then all again. So a drift of the machine meets all of them alike.
 *
 * @param forks rounds, and so JVMs for each workload
 * @param warmup seconds of warm-up in each; vector kernels reach their speed after one to four
 * @param measurement seconds of measurement in each, in five iterations
 * @param classPath class path of the JVMs
 * @param jvmOptions more options of theirs
 */
public record BenchmarkRun(int forks, int warmup, int measurement, String classPath, List<String> jvmOptions) {
  private static final int ITERATIONS = 5;

  /** Hears of each JVM as it ends. */
  @FunctionalInterface
  public interface Listener {
    void ended(Workload workload, double nanoseconds);
  }

  /**
   * Measures each of {@code workloads}.
   *
   * @param crowded whether every other kernel runs first in the same JVM
   * @throws IOException if a JVM does not start or the workload fails in it
   */
  public List<Measurement> run(List<Workload> workloads, int threads, boolean crowded, Listener listener) throws IOException {
    Map<Workload, List<Double>> times = new LinkedHashMap<>();
    Map<Workload, Double> allocated = new LinkedHashMap<>();
    for (int round = 0; round < forks; round++) {
      for (Workload workload : workloads) {
        RunResult result = fork(workload, threads, crowded);
        double nanoseconds = result.getPrimaryResult().getStatistics().getPercentile(50) / workload.elements();
        times.computeIfAbsent(workload, w -> new ArrayList<>()).add(nanoseconds);
        allocated.merge(workload, allocation(result), Math::max);
        listener.ended(workload, nanoseconds);
      }
    }
    return workloads.stream().map(workload -> new Measurement(workload, threads, List.copyOf(times.get(workload)), allocated.get(workload))).toList();
  }

  private RunResult fork(Workload workload, int threads, boolean crowded) throws IOException {
    // JMH starts its JVMs on this JVM's class path, which is empty on a module path, and allows no other way to name one
    System.setProperty("java.class.path", classPath);
    System.setProperty("jmh.ignoreLock", "true");
    List<String> arguments = new ArrayList<>(List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-Xmx6g"));
    arguments.add("-Dfp4j.home=" + System.getProperty("fp4j.home", ""));
    if (workload.subject().endsWith(Workload.AVX2)) {
      arguments.add("-XX:UseAVX=2");
    }
    arguments.addAll(jvmOptions);
    Options options =
        new OptionsBuilder()
            .include("^" + KernelBenchmark.class.getName().replace(".", "\\.") + "\\.call$")
            .param("workload", workload.toString())
            .param("crowded", Boolean.toString(crowded))
            .forks(1)
            .threads(threads)
            .warmupIterations(warmup)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(ITERATIONS)
            .measurementTime(TimeValue.milliseconds(measurement * 1000L / ITERATIONS))
            .timeout(TimeValue.minutes(2))
            .addProfiler(GCProfiler.class)
            .addProfiler(SilentFork.class)
            .jvmArgs(arguments.toArray(String[]::new))
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true)
            .build();
    try {
      return new Runner(options).run().iterator().next();
    } catch (RunnerException e) {
      throw new IOException(workload + " failed in its JVM: " + why(e), e);
    }
  }

  /** What the workload threw, which JMH hands over as suppressed exceptions of the cause. */
  private static String why(RunnerException e) {
    Throwable[] thrown = e.getCause() == null ? new Throwable[0] : e.getCause().getSuppressed();
    return thrown.length == 0 ? e.getMessage() : thrown[0].toString();
  }

  private static double allocation(RunResult result) {
    Result<?> rate = result.getSecondaryResults().get("gc.alloc.rate.norm");
    return rate == null ? Double.NaN : rate.getScore();
  }
}
