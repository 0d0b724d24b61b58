package io.github.fp4j.conformance.subject;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.conformance.vectors.AnswerReader;
import io.github.fp4j.conformance.vectors.AnswerSheet;
import io.github.fp4j.conformance.vectors.VectorSubject;
import io.github.fp4j.conformance.vectors.VectorSuite;
import java.io.IOException;

/**
 * A subject that has answered already: what came through a pipe or lies in a file of text.
 *
 * @param name where the answers come from
 * @param reader the answers
 */
public record ReceivedAnswers(String name, AnswerReader reader) implements VectorSubject {

  @Override
  public String description() {
    return "answers to " + reader.header().suite();
  }

  @Override
  public Availability availability() {
    return Availability.YES;
  }

  @Override
  public void answer(VectorSuite suite, int count, AnswerSheet sheet) throws IOException {
    reader.read(sheet);
  }
}
