package io.github.fp4j.simd.optim;

/** What the last step did to one tensor. Overwritten by the next step. Figures that were not measured are NaN. */
public final class TensorReport {
  private final String name;
  boolean hadGradient;
  boolean skipped;
  boolean reset;
  long momentStep;
  long nonFinite;
  long clipped;
  long elements;
  double normBefore;
  double normAfter;
  double threshold;
  double largestAverage;
  double normAverage;
  double squareAverage;
  double updateRms;

  TensorReport(String name) {
    this.name = name;
  }

  void clear() {
    hadGradient = false;
    skipped = false;
    reset = false;
    nonFinite = 0;
    clipped = 0;
    normBefore = Double.NaN;
    normAfter = Double.NaN;
    threshold = Double.NaN;
    updateRms = Double.NaN;
  }

  /** The parameter's name. */
  public String name() {
    return name;
  }

  /** Whether there was a gradient. */
  public boolean hadGradient() {
    return hadGradient;
  }

  /** Whether the gradient was left out because it held NaN or infinities. */
  public boolean skipped() {
    return skipped;
  }

  /** Whether the moments were set to zero. */
  public boolean reset() {
    return reset;
  }

  /** Steps since the moments were zero, this one included; what the moments are de-biased with. */
  public long momentStep() {
    return momentStep;
  }

  /** Gradient elements that are NaN or infinite. */
  public long nonFinite() {
    return nonFinite;
  }

  /** Gradient elements above the clipping threshold. */
  public long clipped() {
    return clipped;
  }

  /** The fraction of elements above the clipping threshold. */
  public double clippedFraction() {
    return (double) clipped / elements;
  }

  /** The gradient's l2 norm as it came. */
  public double normBefore() {
    return normBefore;
  }

  /** The gradient's l2 norm as the update rule saw it. */
  public double normAfter() {
    return normAfter;
  }

  /** AdaClip's threshold, infinity without AdaClip. */
  public double threshold() {
    return threshold;
  }

  /** AdaClip's running average of the largest magnitude, M_max. */
  public double largestAverage() {
    return largestAverage;
  }

  /** AdaGN's running average of the norm, M_n. */
  public double normAverage() {
    return normAverage;
  }

  /** AdaGN's running average of the squared norm, V_n. */
  public double squareAverage() {
    return squareAverage;
  }

  /** The root mean square of what was added to the parameters, weight decay included, before they were rounded to their format. */
  public double updateRms() {
    return updateRms;
  }
}
