package io.github.fp4j.bridge;

/** A native function that reported failure, or returned what its header does not allow. CUDA's libraries have subclasses of their own. */
public class NativeCallException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;

  NativeCallException(String library, String function, int status, String meaning) {
    super(library + ": " + function + " returned " + status + " (" + meaning + ")");
    this.status = status;
  }

  /**
   * A failure in the library's own words.
   *
   * @param message function, name and number of the status, what it means
   */
  protected NativeCallException(String message, int status) {
    super(message);
    this.status = status;
  }

  /** The number that the function returned. */
  public int status() {
    return status;
  }
}
