package io.github.fp4j.conformance.vectors;

import java.io.IOException;

/** Answers that are there already: a stream of text, a file, a folder. */
public interface AnswerSource {

  /** What was asked. */
  VectorHeader header();

  /**
   * Enters every answer; what is amiss with single ones is entered too.
   *
   * @throws IOException if they cannot be read
   */
  void read(AnswerSheet sheet) throws IOException;
}
