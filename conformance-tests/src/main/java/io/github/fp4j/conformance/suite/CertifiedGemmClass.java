package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Workers;
import java.util.List;

/** XG: the outputs of {@link CertifiedProblems}, which every accumulator must deliver bit for bit. */
final class CertifiedGemmClass implements CoverageClass {
  private final String model;
  private final CertifiedProblems problems;

  CertifiedGemmClass(String model, CertifiedProblems problems) {
    this.model = model;
    this.problems = problems;
  }

  @Override
  public String suite() {
    return "XG";
  }

  @Override
  public String id() {
    return "XG/" + problems.format() + "/" + model;
  }

  /** The certified outputs. */
  @Override
  public long cases() {
    return problems.all().stream().mapToLong(problem -> problem.judged().cardinality()).sum();
  }

  /** Matrices have no finite list; the problems are all asked at every level. */
  @Override
  public boolean exhaustive() {
    return true;
  }

  @Override
  public boolean appliesTo(Backend subject) {
    return subject.gemms().filter(kernels -> kernels.supports(model, problems.format(), problems.format())).isPresent();
  }

  @Override
  public void run(Backend subject, Tally tally, Workers workers) {
    List<GemmProblem> all = problems.all();
    for (int number = 0; number < all.size(); number++) {
      all.get(number).put(subject.gemms().orElseThrow(), model, (long) number << 32, tally);
    }
  }
}
