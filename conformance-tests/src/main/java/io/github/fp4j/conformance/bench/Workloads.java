package io.github.fp4j.conformance.bench;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import java.util.ArrayList;
import java.util.List;

/** Which workloads a run has. */
public final class Workloads {
  /** Begins the names of Vector API backends. */
  public static final String SIMD = "simd-";

  private Workloads() {}

  /** Name of the widest Vector API backend that runs here. */
  public static String widest() {
    return Backends.available().stream()
        .map(Backend::name)
        .filter(name -> name.startsWith(SIMD))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no Vector API backend runs here: name one of " + Backends.available().stream().map(Backend::name).toList()));
  }

  /**
   * Every chosen kernel of every subject at every size, each family with its limit, and last the peak of multiply-adds.
   *
   * @param filters parts of kernels' names; none for all
   * @param rivals those that are here; each is timed beside the subjects' kernels of its family
   * @throws IllegalArgumentException if a filter fits no kernel
   */
  public static List<Workload> of(List<String> filters, List<Backend> subjects, List<Rival> rivals, List<SizeClass> sizes) {
    for (String filter : filters) {
      if (KernelFamilies.all().stream().noneMatch(family -> family.id().contains(filter))) {
        throw new IllegalArgumentException("kernel " + filter + ": expected part of one of " + String.join(", ", KernelFamilies.all().stream().map(KernelFamily::id).toList()));
      }
    }
    List<Workload> workloads = new ArrayList<>();
    for (KernelFamily family : KernelFamilies.all()) {
      if (isChosen(family.id(), filters)) {
        sizes.forEach(size -> workloads.addAll(Workload.of(family, subjects, rivals, size)));
      }
    }
    workloads.add(Workload.FMA);
    return workloads;
  }

  /** Whether a kernel is among those that {@code filters} choose. */
  public static boolean isChosen(String family, List<String> filters) {
    return filters.isEmpty() || filters.stream().anyMatch(family::contains);
  }

  /** The same, and beside each kernel of a Vector API backend the one of 256 bits in a JVM that sees no AVX-512. */
  public static List<Workload> withAvx2(List<Workload> workloads) {
    List<Workload> more = new ArrayList<>();
    for (Workload workload : workloads) {
      more.add(workload);
      if (workload.subject().startsWith(SIMD)) {
        more.add(new Workload(workload.family(), SIMD + 256 + Workload.AVX2, workload.size()));
      }
    }
    return more;
  }

  /** The same without those of one subject. */
  public static List<Workload> without(List<Workload> workloads, String subject) {
    return workloads.stream().filter(workload -> !workload.subject().equals(subject)).toList();
  }
}
