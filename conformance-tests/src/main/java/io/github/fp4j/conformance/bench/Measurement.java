package io.github.fp4j.conformance.bench;

import java.util.Arrays;
import java.util.List;

/**
 * What several JVMs measured of one workload.
 *
 * @param workload what was timed
 * @param threads threads that ran at once, each on data of its own
 * @param nanoseconds nanoseconds per element and thread in each JVM, the median of its iterations; for the peak, per floating-point operation
 * @param allocated bytes allocated per call, the most of any JVM
 */
public record Measurement(Workload workload, int threads, List<Double> nanoseconds, double allocated) {

  /** The median over the JVMs. */
  public double median() {
    double[] sorted = nanoseconds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Elements per nanosecond of all threads together. */
  public double throughput() {
    return threads / median();
  }

  /** Slowest JVM over fastest: how far the figure can be trusted. */
  public double spread() {
    double[] sorted = nanoseconds.stream().mapToDouble(Double::doubleValue).toArray();
    return Arrays.stream(sorted).max().orElseThrow() / Arrays.stream(sorted).min().orElseThrow();
  }
}
