package io.github.fp4j.conformance.vectors;

import java.util.List;
import java.util.function.Supplier;

/**
 * A suite whose questions are kept in a list.
 *
 * @param id its name
 * @param seed what its questions were drawn with
 * @param cases the questions
 * @param findings makes what draws a conclusion from a subject's answers
 */
record ListedVectors(String id, long seed, List<VectorCase> cases, Supplier<Finding> findings) implements VectorSuite {
  ListedVectors {
    cases = List.copyOf(cases);
  }

  ListedVectors(String id, long seed, List<VectorCase> cases) {
    this(id, seed, cases, () -> Finding.NONE);
  }

  @Override
  public int count() {
    return cases.size();
  }

  @Override
  public VectorCase at(int number) {
    return cases.get(number);
  }

  @Override
  public Finding finding() {
    return findings.get();
  }
}
