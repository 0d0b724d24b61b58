package io.github.fp4j.backend;

/** Whether a backend can run on this machine, and if not, why not. */
public sealed interface Availability {

  /** It can. */
  record Available() implements Availability {}

  /**
   * It cannot.
   *
   * @param reason what is missing and where it was looked for, in one line
   */
  record Unavailable(String reason) implements Availability {}

  Availability YES = new Available();

  static Availability no(String reason) {
    return new Unavailable(reason);
  }

  default boolean isAvailable() {
    return this instanceof Available;
  }
}
