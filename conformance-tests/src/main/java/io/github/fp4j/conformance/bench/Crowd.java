package io.github.fp4j.conformance.bench;

import io.github.fp4j.backend.Backend;
import java.util.List;

/** Every other kernel of a backend, on arrays and on every kind of memory segment, long enough for the JIT compiler to have compiled it. */
final class Crowd {
  private static final long NANOSECONDS_EACH = 400_000_000;

  private Crowd() {}

  /** Runs all kernels of the subject of {@code timed} but the timed one, on short and on long arrays; and what works on segments, the timed kernel perhaps too. */
  static void run(Workload timed) {
    Backend backend = timed.backend();
    SegmentCalls.of(backend).forEach(Crowd::repeat);
    for (KernelFamily family : KernelFamilies.all()) {
      if (!family.id().equals(timed.family())) {
        for (SizeClass size : List.of(SizeClass.L1, SizeClass.L2)) {
          family.maker().make(backend, family.elements(size)).ifPresent(Crowd::repeat);
        }
      }
    }
  }

  private static void repeat(Runnable call) {
    long end = System.nanoTime() + NANOSECONDS_EACH;
    while (System.nanoTime() < end) {
      call.run();
    }
  }
}
