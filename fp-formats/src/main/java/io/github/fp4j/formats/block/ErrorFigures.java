package io.github.fp4j.formats.block;

/**
 * How far a quantised tensor is from what it was made of. Sums are float64, in element order; figures of parts add up with {@link #plus}.
 *
 * @param count elements compared
 * @param nonFinite elements that are not finite before or after; they count in no other figure
 * @param signalEnergy sum of squares before
 * @param errorEnergy sum of squared errors
 * @param errorSum sum of absolute errors
 * @param maxError largest absolute error
 * @param saturated elements that took the largest code and came out smaller than they were
 * @param underflowed elements other than zero that became zero
 */
public record ErrorFigures(
    long count, long nonFinite, double signalEnergy, double errorEnergy, double errorSum, double maxError, long saturated, long underflowed) {

  /** Of nothing. */
  public static final ErrorFigures NONE = new ErrorFigures(0, 0, 0, 0, 0, 0, 0, 0);

  /**
   * Compares {@code original} with {@code tensor}, restored by its own profile.
   *
   * @throws IllegalArgumentException if the shapes differ
   */
  public static ErrorFigures of(FloatRows original, BlockTensor tensor) {
    if (original.rows() != tensor.rows() || original.columns() != tensor.columns()) {
      throw new IllegalArgumentException(
          "original is " + original.rows() + " x " + original.columns() + ": expected " + tensor.rows() + " x " + tensor.columns() + ", the tensor's shape");
    }
    FloatRows restored = FloatRows.of(tensor.dequantize(), tensor.rows(), tensor.columns());
    return of(tensor.profile(), original, tensor.blockRows(), restored);
  }

  /** Compares {@code original} with {@code restored}, which was made of {@code blocks}; all of the shape of {@code original}. */
  public static ErrorFigures of(QuantizationProfile profile, FloatRows original, BlockRows blocks, FloatRows restored) {
    int largest = profile.format().element().maxFiniteCode();
    int magnitudeMask = profile.format().element().magnitudeMask();
    long nonFinite = 0;
    double signalEnergy = 0;
    double errorEnergy = 0;
    double errorSum = 0;
    double maxError = 0;
    long saturated = 0;
    long underflowed = 0;
    for (int row = 0; row < original.rows(); row++) {
      for (int column = 0; column < original.columns(); column++) {
        double before = original.values()[original.index(row, column)];
        double after = restored.values()[restored.index(row, column)];
        double error = Math.abs(after - before);
        if (!Double.isFinite(error)) {
          nonFinite++;
          continue;
        }
        signalEnergy += before * before;
        errorEnergy += error * error;
        errorSum += error;
        maxError = Math.max(maxError, error);
        if (Math.abs(after) < Math.abs(before)) {
          if (after == 0) {
            underflowed++;
          } else if ((ReferenceQuantizer.code(profile, blocks, row, column) & magnitudeMask) == largest) {
            saturated++;
          }
        }
      }
    }
    return new ErrorFigures(
        (long) original.rows() * original.columns(), nonFinite, signalEnergy, errorEnergy, errorSum, maxError, saturated, underflowed);
  }

  /** The figures of both parts together. */
  public ErrorFigures plus(ErrorFigures other) {
    return new ErrorFigures(
        count + other.count, nonFinite + other.nonFinite, signalEnergy + other.signalEnergy, errorEnergy + other.errorEnergy, errorSum + other.errorSum,
        Math.max(maxError, other.maxError), saturated + other.saturated, underflowed + other.underflowed);
  }

  /** Signal to quantisation noise in dB; infinite without error, NaN of nothing but zeros. */
  public double sqnr() {
    return 10 * Math.log10(signalEnergy / errorEnergy);
  }

  /** Mean absolute error; NaN of nothing. */
  public double meanError() {
    return errorSum / (count - nonFinite);
  }
}
