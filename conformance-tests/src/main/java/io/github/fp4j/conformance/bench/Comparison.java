package io.github.fp4j.conformance.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One line of the result: our kernel against one peer on the same data, and against the limit of the machine.
 *
 * @param ours our kernel
 * @param peer the same operation by a peer; null if there is none
 * @param percent our throughput in percent of what the machine can do: move the same bytes, or multiply and add as often, whichever takes longer
 */
public record Comparison(Measurement ours, @Nullable Measurement peer, double percent) {

  /** Our throughput over the peer's. */
  public Optional<Double> ratio() {
    return peer == null ? Optional.empty() : Optional.of(ours.throughput() / peer.throughput());
  }

  /** Lines for every family and size in {@code measurements}: one for each peer, or a single one without. */
  static List<Comparison> of(List<Measurement> measurements, String ours) {
    List<Comparison> lines = new ArrayList<>();
    for (Measurement own : measurements) {
      if (own.workload().subject().equals(ours)) {
        addLines(own, measurements, lines);
      }
    }
    return lines;
  }

  private static void addLines(Measurement own, List<Measurement> measurements, List<Comparison> lines) {
    List<Measurement> same =
        measurements.stream()
            .filter(other -> other.threads() == own.threads() && other.workload().family().equals(own.workload().family()))
            .filter(other -> other.workload().size() == own.workload().size())
            .toList();
    Measurement limit = same.stream().filter(other -> other.workload().subject().equals(Workload.LIMIT)).findFirst().orElseThrow();
    double ofTraffic = own.throughput() / limit.throughput();
    double ofPeak = own.throughput() * KernelFamilies.byId(own.workload().family()).operations() / peak(measurements, own.threads());
    double percent = 100 * Math.max(ofTraffic, ofPeak);
    List<Measurement> peers = same.stream().filter(other -> other != own && other != limit).toList();
    if (peers.isEmpty()) {
      lines.add(new Comparison(own, null, percent));
    }
    peers.forEach(peer -> lines.add(new Comparison(own, peer, percent)));
  }

  /** Operations per nanosecond; infinite where the peak was not measured. */
  private static double peak(List<Measurement> measurements, int threads) {
    return measurements.stream()
        .filter(other -> other.threads() == threads && other.workload().equals(Workload.FMA))
        .mapToDouble(Measurement::throughput)
        .findFirst()
        .orElse(Double.POSITIVE_INFINITY);
  }
}
