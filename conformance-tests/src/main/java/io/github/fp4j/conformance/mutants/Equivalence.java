package io.github.fp4j.conformance.mutants;

import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Why a mutant cannot be told from the right implementation by anything that is asked.
 *
 * @param mutant its id
 * @param proof the reason
 * @param check recomputes it where it is a finite matter
 */
record Equivalence(String mutant, String proof, BooleanSupplier check) {
  static final List<Equivalence> ALL = List.of();
}
