package io.github.fp4j.conformance.vectors;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Workers;
import java.util.Optional;
import java.util.function.Predicate;

/** A vector suite as a question of the judge. */
public final class VectorClass implements CoverageClass {
  private final VectorSuite suite;
  private final int count;
  private final Predicate<VectorSubject> claims;
  private Optional<AnswerSheet> sheet = Optional.empty();

  /**
   * The first {@code count} questions of {@code suite}.
   *
   * @param claims which subjects claim to answer it
   */
  public VectorClass(VectorSuite suite, int count, Predicate<VectorSubject> claims) {
    this.suite = suite;
    this.count = count;
    this.claims = claims;
  }

  @Override
  public String suite() {
    return "XV";
  }

  @Override
  public String id() {
    return "XV/" + suite.id();
  }

  @Override
  public long cases() {
    return suite.cases(count);
  }

  /** Whether all of the suite's questions are asked: their list is all that there is. */
  @Override
  public boolean exhaustive() {
    return count == suite.count();
  }

  @Override
  public boolean appliesTo(Backend subject) {
    return subject instanceof VectorSubject answering && claims.test(answering);
  }

  @Override
  public void run(Backend subject, Tally tally, Workers workers) throws Exception {
    AnswerSheet answers = new AnswerSheet(suite, count, tally);
    sheet = Optional.of(answers);
    ((VectorSubject) subject).answer(suite, count, answers);
    answers.conclude();
  }

  /** The answers of the subject that was asked last, as far as they came. */
  public Optional<AnswerSheet> sheet() {
    return sheet;
  }
}
