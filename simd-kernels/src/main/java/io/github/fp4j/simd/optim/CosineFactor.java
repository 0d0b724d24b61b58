package io.github.fp4j.simd.optim;

/**
 * The factor of Stable-SPAM that multiplies gamma1 and beta1, not the learning rate: {@code etaMin + (1 - etaMin) * (1 + cos(pi * t / (T + 1))) / 2}.
 *
 * @param scheduleLength T in steps; 0 for a factor that is always 1
 * @param etaMin the minimum, reached at step T + 1
 */
public record CosineFactor(int scheduleLength, double etaMin) {

  /** Always 1. */
  public static final CosineFactor NONE = new CosineFactor(0, .5);

  public CosineFactor {
    if (scheduleLength < 0) {
      throw new IllegalArgumentException("schedule-length = " + scheduleLength + ": expected a number of steps, or 0 for no schedule");
    }
    if (!(etaMin >= 0 && etaMin <= 1)) {
      throw new IllegalArgumentException("eta-min = " + etaMin + ": expected a number in [0, 1]");
    }
  }

  /** The factor at the 1-based step {@code t}; past T + 1 it rises again in {@link Mode#REFERENCE} and stays in {@link Mode#CORRECTED}. */
  public double at(long t, Mode mode) {
    if (scheduleLength == 0) {
      return 1;
    }
    long step = mode == Mode.CORRECTED ? Math.min(t, scheduleLength + 1L) : t;
    return etaMin + (1 - etaMin) * (1 + Math.cos(Math.PI * step / (scheduleLength + 1.0))) / 2;
  }
}
