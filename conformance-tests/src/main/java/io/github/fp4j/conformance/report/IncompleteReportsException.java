package io.github.fp4j.conformance.report;

/** The reports to be put together are not the parts of one whole: some are missing, or some are there twice. */
public final class IncompleteReportsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  IncompleteReportsException(String message) {
    super(message);
  }
}
