package io.github.fp4j.formats.block;

/**
 * How far a quantised tensor is from what it was made of. Figures of parts add up with {@link #plus}.
 *
 * <p>Sums are float64 and have one order, so that every implementation gives the same: the element in column c of a matrix is added to sum c mod 8 of its figure,
 * row after row, and in the end sums 0 to 7 are added in this order.
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

  /**
   * Compares {@code original} with {@code restored}, which was made of {@code blocks}; all of the shape of {@code original}.
   *
   * @throws IllegalArgumentException if the shapes of {@code original} and {@code restored} differ
   */
  public static ErrorFigures of(QuantizationProfile profile, FloatRows original, BlockRows blocks, FloatRows restored) {
    requireSameShape(original, restored);
    BlockFormat format = profile.format();
    int blockSize = format.blockSize();
    int[] bytes = new int[blockSize];
    int[] shifts = new int[blockSize];
    for (int i = 0; i < blockSize; i++) {
      bytes[i] = format.codesPerByte() == 2 ? profile.nibbleOrder().byteOf(i, blockSize) : i;
      shifts[i] = format.codesPerByte() == 2 ? profile.nibbleOrder().shiftOf(i, blockSize) : 0;
    }
    Sums sums = new Sums(format.element().magnitudeMask(), format.element().maxFiniteCode());
    for (int row = 0; row < original.rows(); row++) {
      int codes = blocks.codesOffset() + row * blocks.codesStride();
      for (int column = 0; column < original.columns(); column += blockSize) {
        int length = Math.min(blockSize, original.columns() - column);
        sums.add(original, restored, row, column, blocks.codes(), codes, bytes, shifts, length);
        codes += blockSize / format.codesPerByte();
      }
    }
    return sums.figures((long) original.rows() * original.columns());
  }

  /** @throws IllegalArgumentException if the shapes differ */
  public static void requireSameShape(FloatRows original, FloatRows restored) {
    if (original.rows() != restored.rows() || original.columns() != restored.columns()) {
      throw new IllegalArgumentException(
          "restored is " + restored.rows() + " x " + restored.columns() + ": expected " + original.rows() + " x " + original.columns() + ", the original's shape");
    }
  }

  /** The running sums, block after block. */
  private static final class Sums {
    private static final int LANES = 8;

    private final int magnitudeMask;
    private final int largest;
    private final double[] signalEnergy = new double[LANES];
    private final double[] errorEnergy = new double[LANES];
    private final double[] errorSum = new double[LANES];
    private long nonFinite;
    private double maxError;
    private long saturated;
    private long underflowed;

    Sums(int magnitudeMask, int largest) {
      this.magnitudeMask = magnitudeMask;
      this.largest = largest;
    }

    /** Adds {@code length} elements of one block, whose codes start at {@code codes[codesAt]}, element i in byte {@code bytes[i]} above {@code shifts[i]} bits. */
    void add(FloatRows before, FloatRows after, int row, int column, byte[] codes, int codesAt, int[] bytes, int[] shifts, int length) {
      int beforeAt = before.index(row, column);
      int afterAt = after.index(row, column);
      for (int i = 0; i < length; i++) {
        double x = before.values()[beforeAt + i];
        double y = after.values()[afterAt + i];
        double error = Math.abs(y - x);
        if (!(error <= Double.MAX_VALUE)) {
          nonFinite++;
          continue;
        }
        int lane = (column + i) % LANES;
        signalEnergy[lane] += x * x;
        errorEnergy[lane] += error * error;
        errorSum[lane] += error;
        maxError = Math.max(maxError, error);
        boolean smaller = Math.abs(y) < Math.abs(x);
        boolean zero = y == 0;
        boolean full = (codes[codesAt + bytes[i]] >> shifts[i] & magnitudeMask) == largest;
        underflowed += smaller & zero ? 1 : 0;
        saturated += smaller & !zero & full ? 1 : 0;
      }
    }

    private static double total(double[] lanes) {
      double total = 0;
      for (double lane : lanes) {
        total += lane;
      }
      return total;
    }

    ErrorFigures figures(long count) {
      return new ErrorFigures(count, nonFinite, total(signalEnergy), total(errorEnergy), total(errorSum), maxError, saturated, underflowed);
    }
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
