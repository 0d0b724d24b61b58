package io.github.fp4j.conformance.cli;

import io.github.fp4j.conformance.judge.Verdict;

/** What the exit status of every command means. */
final class ExitCode {
  /** Everything passed and was complete. */
  static final int OK = 0;

  /** At least one mismatch. */
  static final int MISMATCH = 1;

  /** The command line, an input or an output was unusable. */
  static final int USAGE = 2;

  /** Something that was to be judged was not: short, missing or duplicate. */
  static final int INCOMPLETE = 3;

  /** The subject crashed or timed out. */
  static final int CRASH = 4;

  private ExitCode() {}

  /** The status of a run with this verdict. */
  static int of(Verdict verdict) {
    return switch (verdict) {
      case PASS, ALLOWED -> OK;
      case UNSUPPORTED, NOT_RUN, INCOMPLETE -> INCOMPLETE;
      case ZERO_SIGN, NAN_PAYLOAD, MISMATCH -> MISMATCH;
      case CRASH -> CRASH;
    };
  }
}
