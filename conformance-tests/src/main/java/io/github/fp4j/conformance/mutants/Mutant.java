package io.github.fp4j.conformance.mutants;

import io.github.fp4j.backend.Backend;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An implementation that is wrong on purpose.
 *
 * @param id the part that is wrong and the fault, e.g. {@code gemm/scales-switched}
 * @param sentence what is wrong
 * @param subject the implementation
 * @param acted whether its fault ever gave an answer: it cannot occur with every task
 * @param workload what a tolerant test of such an implementation would run
 * @param asked which classes are put to it: their ids, or beginnings of ids, those most likely to find it first
 */
record Mutant(String id, String sentence, Backend subject, AtomicBoolean acted, Workload workload, List<String> asked) {
  public Mutant {
    asked = List.copyOf(asked);
  }
}
