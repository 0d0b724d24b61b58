package io.github.fp4j.conformance.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The one JMH benchmark: a workload, each thread on data of its own. A JVM times one workload only, so that its call is monomorphic. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class KernelBenchmark {
  /** {@link Workload#toString}. */
  @Param("")
  public String workload = "";

  /** Whether every other kernel of the subject runs first, on data of every kind: what the JIT compiler then knows must not harm this one. */
  @Param("false")
  public boolean crowded;

  private Runnable call = () -> {};

  /** For JMH. */
  public KernelBenchmark() {}

  /** Makes the data. */
  @Setup
  public void prepare() {
    Workload timed = Workload.parse(workload);
    if (crowded) {
      Crowd.run(timed);
    }
    call = timed.prepare();
  }

  /** One call. */
  @Benchmark
  public void call() {
    call.run();
  }
}
