package io.github.fp4j.conformance.judge;

import io.github.fp4j.backend.Backend;

/** A subject whose classes are judged where it is: its kernels are never called here. */
public interface RemoteSubject extends Backend {

  /**
   * What came of one class.
   *
   * @param progress the cases that were judged so far are entered here meanwhile, and nothing else
   */
  ClassResult judged(CoverageClass question, Tally progress) throws InterruptedException;
}
