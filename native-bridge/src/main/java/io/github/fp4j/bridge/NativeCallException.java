package io.github.fp4j.bridge;

/** A native function that reported failure, or returned what its header does not allow. */
public final class NativeCallException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;

  NativeCallException(String library, String function, int status, String meaning) {
    super(library + ": " + function + " returned " + status + " (" + meaning + ")");
    this.status = status;
  }

  /** The number that the function returned. */
  public int status() {
    return status;
  }
}
