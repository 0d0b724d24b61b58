package io.github.fp4j.conformance.subject;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.conformance.vectors.AnswerSheet;
import io.github.fp4j.conformance.vectors.AnswerSource;
import io.github.fp4j.conformance.vectors.VectorSubject;
import io.github.fp4j.conformance.vectors.VectorSuite;
import java.io.IOException;

/**
 * A subject that has answered already: what came through a pipe, or lies in a file or a folder of dumped results.
 *
 * @param name where the answers come from
 * @param source the answers
 */
public record ReceivedAnswers(String name, AnswerSource source) implements VectorSubject {

  @Override
  public String description() {
    return "answers to " + source.header().suite();
  }

  @Override
  public Availability availability() {
    return Availability.YES;
  }

  @Override
  public void answer(VectorSuite suite, int count, AnswerSheet sheet) throws IOException {
    source.read(sheet);
  }
}
