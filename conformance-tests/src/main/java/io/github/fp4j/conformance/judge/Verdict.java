package io.github.fp4j.conformance.judge;

/** What the judge says of a case or of a whole coverage class, from best to worst. */
public enum Verdict {
  /** Every case was judged and right. */
  PASS,
  /** Every difference is a named, documented variation. */
  ALLOWED,
  /** The subject does not claim to answer this. */
  UNSUPPORTED,
  /** The subject is not on this machine; the reason is given. */
  NOT_RUN,
  /** Fewer or more cases were judged than the class has. */
  INCOMPLETE,
  /** Zero came out with the wrong sign. */
  ZERO_SIGN,
  /** A NaN went in or was due, and the wrong code or payload came out. */
  NAN_PAYLOAD,
  /** A number came out wrong. */
  MISMATCH,
  /** The subject threw, crashed or timed out. */
  CRASH;

  /** Whether this is a difference from what must come out. */
  public boolean isDifference() {
    return this == ZERO_SIGN || this == NAN_PAYLOAD || this == MISMATCH;
  }
}
