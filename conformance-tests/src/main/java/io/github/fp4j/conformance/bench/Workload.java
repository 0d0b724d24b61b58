package io.github.fp4j.conformance.bench;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one JVM times: a family's operation by one subject on data of one size.
 *
 * @param family a family's id, or {@link #PEAK}
 * @param subject a backend's name, perhaps with {@link #AVX2}, or {@link #LIMIT} for the machine's own limit
 * @param size where the data lies
 */
public record Workload(String family, String subject, SizeClass size) {
  /** In place of a subject: the machine, moving the same bytes or multiplying at its peak. */
  public static final String LIMIT = "limit";

  /** Ends the name of a subject that is timed with the processor's AVX-512 hidden from the JVM. */
  public static final String AVX2 = "@avx2";

  /** In place of a family: float32 multiply-adds in registers. */
  static final String PEAK = "fma-peak";

  /** The peak of multiply-adds. */
  static final Workload FMA = new Workload(PEAK, LIMIT, SizeClass.L1);

  /** The workload that {@link #toString} wrote. */
  static Workload parse(String text) {
    String[] parts = text.split(":");
    return new Workload(parts[0], parts[1], SizeClass.valueOf(parts[2]));
  }

  /** Every subject of {@code subjects} that has the operation, then its rivals, then the limit. */
  static List<Workload> of(KernelFamily family, List<Backend> subjects, List<Rival> rivals, SizeClass size) {
    List<Workload> workloads = new ArrayList<>();
    for (Backend backend : subjects) {
      if (family.maker().make(backend, family.elements(SizeClass.L1)).isPresent()) {
        workloads.add(new Workload(family.id(), backend.name(), size));
      }
    }
    if (!workloads.isEmpty()) {
      rivals.stream().filter(rival -> rival.family().equals(family.id())).forEach(rival -> workloads.add(new Workload(family.id(), rival.name(), size)));
      workloads.add(new Workload(family.id(), LIMIT, size));
    }
    return workloads;
  }

  /** The backend that is timed. */
  Backend backend() {
    return Backends.byName(subject.replace(AVX2, ""));
  }

  /** Elements, or for the peak floating-point operations, of one call. */
  double elements() {
    return family.equals(PEAK) ? MachineLimits.operations() : KernelFamilies.byId(family).elements(size);
  }

  /** The call to be timed. */
  Runnable prepare() {
    if (family.equals(PEAK)) {
      return MachineLimits.fusedMultiplyAdd();
    }
    KernelFamily timed = KernelFamilies.byId(family);
    int elements = timed.elements(size);
    if (subject.equals(LIMIT)) {
      return MachineLimits.traffic(timed, elements);
    }
    Optional<Rival> rival = Rival.of(subject, family);
    if (rival.isPresent()) {
      Rival.Found found = rival.get().finder().get();
      return found.maker().orElseThrow(() -> new IllegalStateException(subject + " is not here: " + found.reason())).make(elements);
    }
    Optional<Runnable> call = timed.maker().make(backend(), elements);
    return call.orElseThrow(() -> new IllegalStateException(subject + " has no " + family + " in this JVM"));
  }

  @Override
  public String toString() {
    return family + ":" + subject + ":" + size;
  }
}
