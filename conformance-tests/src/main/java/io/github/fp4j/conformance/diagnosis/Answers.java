package io.github.fp4j.conformance.diagnosis;

/** The outputs of one task as somebody computes them, each when it is asked for. */
@FunctionalInterface
public interface Answers {

  /** The bits of output number {@code output}. */
  int at(int output);
}
