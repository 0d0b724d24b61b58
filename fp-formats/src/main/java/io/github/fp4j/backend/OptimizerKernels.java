package io.github.fp4j.backend;

import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import io.github.fp4j.formats.codebook.Codebook;
import java.util.Optional;

/**
 * The array kernels of an optimizer step: statistics of a gradient, the fused Adam update, and 4-bit and 8-bit moments.
 *
 * <p>Results are fixed bit for bit. Every float32 operation rounds to nearest even, is written out here in its order, and is never contracted with another
 * into a fused one. Sums run in float64 over squares that are exact there, in the order of {@link ReductionTree}, so that they depend neither on vector width
 * nor on the number of threads. A call works on one range of {@code float[]}s; ranges of different arguments may not overlap. Calls throw
 * {@link IndexOutOfBoundsException} for a range outside an array before writing anything. Implementations are thread-safe and allocate nothing.
 */
public interface OptimizerKernels {

  /** Elements to a leaf of the reduction tree: chunk {@code c} of a tensor holds elements {@code c * CHUNK} up to the next chunk or the end. */
  int CHUNK = 4096;

  /**
   * Reads a gradient once. For every chunk, counted from {@code offset}, it writes the bits of the largest magnitude to {@code magnitudes[chunksOffset + c]}
   * and the sum of squares to {@code squares[chunksOffset + c]}. Magnitudes compare as integers: a NaN is above infinity, and the largest NaN is given.
   */
  void scan(float[] gradient, int offset, int length, int[] magnitudes, double[] squares, int chunksOffset);

  /**
   * The sum of squares of one chunk after clipping: of {@code g * ratio} where {@code |g| > threshold}, of {@code g} elsewhere.
   *
   * @param length at most {@link #CHUNK}; {@link IndexOutOfBoundsException} for more, as for a range outside the array
   */
  double squaresClipped(float[] gradient, int offset, int length, float threshold, float ratio);

  /** Number of elements with {@code |g| > threshold}. */
  int countAbove(float[] gradient, int offset, int length, float threshold);

  /** Writes {@code (|g| > threshold ? g * ratio : g) * gain}. Source and target may be the same range. */
  void condition(AdamCoefficients coefficients, float[] gradient, int offset, float[] target, int targetOffset, int length);

  /**
   * One Adam update of parameters and both moments, in place. For every element:
   *
   * <pre>{@code
   * a = (|g| > threshold ? g * ratio : g) * gain
   * m = lerp ? m + (a - m) * oneMinusBeta1 : m * beta1 + a * oneMinusBeta1
   * v = v * beta2 + (a * oneMinusBeta2) * a
   * p = p * decay - (m * stepSize) / (sqrt(v) * inverseRootCorrection2 + epsilon)
   * }</pre>
   */
  void adam(
      AdamCoefficients coefficients,
      float[] parameters,
      int parametersOffset,
      float[] gradient,
      int gradientOffset,
      float[] first,
      int firstOffset,
      float[] second,
      int secondOffset,
      int length);

  /** As {@link BlockwiseCodebook#encode(float[], int, int, byte[], int, float[], int)}. */
  void encode(
      BlockwiseCodebook format, float[] values, int offset, int length, byte[] packed, int packedOffset, float[] scales, int scalesOffset);

  /** As {@link BlockwiseCodebook#decode(byte[], int, float[], int, float[], int, int)}. */
  void decode(
      BlockwiseCodebook format, byte[] packed, int packedOffset, float[] scales, int scalesOffset, float[] values, int offset, int length);

  /**
   * Encodes with a scale to every element: the code of {@code value / scale}, divided in float32, the zero code where the scale is 0. Fills {@code
   * codebook.bytes(length)} bytes; a nibble left over holds the zero code.
   */
  void encode(Codebook codebook, float[] values, int offset, int length, float[] scales, int scalesOffset, byte[] packed, int packedOffset);

  /** Decodes with a scale to every element. */
  void decode(Codebook codebook, byte[] packed, int packedOffset, float[] scales, int scalesOffset, float[] values, int offset, int length);

  /** Raises every maximum to the magnitude of its value, and returns the largest of these magnitudes, 0 for none; NaN wins. Maxima are not negative. */
  float raiseMaxima(float[] values, int offset, int length, float[] maxima, int maximaOffset);

  /** Writes {@code min(bound, maximum)}, none of which are negative; NaN wins. */
  void limitScales(float bound, float[] maxima, int maximaOffset, float[] scales, int scalesOffset, int length);

  /** Decoding, update and encoding in one pass; empty where they are calls of their own. */
  default Optional<CodedAdam> codedAdam() {
    return Optional.empty();
  }
}
