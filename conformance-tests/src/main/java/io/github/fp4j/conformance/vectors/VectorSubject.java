package io.github.fp4j.conformance.vectors;

import io.github.fp4j.backend.Backend;

/** A subject that answers vectors instead of calls: a process on a pipe, or answers that are there already. */
public interface VectorSubject extends Backend {

  /**
   * Answers the first {@code count} questions of {@code suite}.
   *
   * @param sheet where every answer is entered, from one thread at a time
   * @throws Exception if the subject crashed or did not end in time; the message says how
   */
  void answer(VectorSuite suite, int count, AnswerSheet sheet) throws Exception;
}
