package io.github.fp4j.formats;

/** Which of the two neighbouring codes a value between them becomes. Directions are those of the signed value. */
public enum Rounding {
  /** To the nearer; a tie goes to the neighbour whose code is even. */
  NEAREST_EVEN,
  /** To the nearer; a tie goes away from zero. */
  NEAREST_AWAY,
  /** To the nearer; a tie goes toward zero. */
  NEAREST_TOWARD_ZERO,
  /** Truncation of the magnitude. */
  TOWARD_ZERO,
  /** Toward plus infinity. */
  UP,
  /** Toward minus infinity. */
  DOWN,
  /**
   * Away from zero with a probability equal to the distance from the lower neighbour. With {@code n} random bits {@code r} the magnitude is rounded away
   * exactly when {@code floor(fraction * 2^n) + r >= 2^n}: "carry out of the integer addition of the random bits to the discarded bits" (PTX ISA 9.1, cvt.rs).
   */
  STOCHASTIC
}
