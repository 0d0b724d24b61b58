package io.github.fp4j.simd.optim;

/** Whether Stable-SPAM keeps what the authors' code of March 2025 does where that is no part of the method. */
public enum Mode {
  /**
   * As the authors' code: a reset step updates with the moments it throws away, clipping and normalisation are de-biased with the counter that the reset set
   * back, the schedule factor rises again past its end, the step counter is not restored, and clipping writes to the caller's gradient.
   */
  REFERENCE,

  /**
   * As the method is meant: moments are zero before a reset step's update, statistics have a counter of their own, the schedule factor stays at its minimum,
   * everything is restored, and gradients are only read.
   */
  CORRECTED
}
