package io.github.fp4j.conformance.subject;

/** A subject in a process of its own ended with a failure, or did not end. */
final class SubjectCrash extends Exception {
  private static final long serialVersionUID = 1L;

  SubjectCrash(String message) {
    super(message);
  }

  /** The message alone: it is what a report shows. */
  @Override
  public String toString() {
    return String.valueOf(getMessage());
  }
}
