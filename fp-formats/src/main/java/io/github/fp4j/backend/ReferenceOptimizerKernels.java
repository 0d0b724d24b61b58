package io.github.fp4j.backend;

import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import io.github.fp4j.formats.codebook.Codebook;
import java.util.Arrays;
import java.util.Objects;

/** {@link OptimizerKernels} as plain loops. */
final class ReferenceOptimizerKernels implements OptimizerKernels {
  private static final ThreadLocal<double[]> LANES = ThreadLocal.withInitial(() -> new double[ReductionTree.LANES]);

  @Override
  public void scan(float[] gradient, int offset, int length, int[] magnitudes, double[] squares, int chunksOffset) {
    ArrayRanges.checkScan(gradient, offset, length, magnitudes, squares, chunksOffset);
    for (int from = 0; from < length; from += CHUNK) {
      int chunk = Math.min(CHUNK, length - from);
      int largest = 0;
      for (int i = 0; i < chunk; i++) {
        largest = Math.max(largest, Float.floatToRawIntBits(gradient[offset + from + i]) & 0x7FFFFFFF);
      }
      magnitudes[chunksOffset + from / CHUNK] = largest;
      squares[chunksOffset + from / CHUNK] = squaresClipped(gradient, offset + from, chunk, Float.POSITIVE_INFINITY, 1);
    }
  }

  @Override
  public double squaresClipped(float[] gradient, int offset, int length, float threshold, float ratio) {
    ArrayRanges.checkChunk(gradient, offset, length);
    double[] lanes = LANES.get();
    Arrays.fill(lanes, 0);
    for (int i = 0; i < length; i++) {
      float g = gradient[offset + i];
      double clipped = Math.abs(g) > threshold ? g * ratio : g;
      lanes[i % ReductionTree.LANES] += clipped * clipped;
    }
    return ReductionTree.fold(lanes);
  }

  @Override
  public int countAbove(float[] gradient, int offset, int length, float threshold) {
    Objects.checkFromIndexSize(offset, length, gradient.length);
    int count = 0;
    for (int i = 0; i < length; i++) {
      count += Math.abs(gradient[offset + i]) > threshold ? 1 : 0;
    }
    return count;
  }

  @Override
  public void condition(AdamCoefficients c, float[] gradient, int offset, float[] target, int targetOffset, int length) {
    ArrayRanges.check(gradient, offset, target, targetOffset, length);
    for (int i = 0; i < length; i++) {
      float g = gradient[offset + i];
      target[targetOffset + i] = (Math.abs(g) > c.threshold ? g * c.ratio : g) * c.gain;
    }
  }

  @Override
  public void adam(
      AdamCoefficients c,
      float[] parameters,
      int parametersOffset,
      float[] gradient,
      int gradientOffset,
      float[] first,
      int firstOffset,
      float[] second,
      int secondOffset,
      int length) {
    ArrayRanges.checkAdam(parameters, parametersOffset, gradient, gradientOffset, first, firstOffset, second, secondOffset, length);
    for (int i = 0; i < length; i++) {
      float g = gradient[gradientOffset + i];
      float a = (Math.abs(g) > c.threshold ? g * c.ratio : g) * c.gain;
      float m = first[firstOffset + i];
      m = c.lerp ? m + (a - m) * c.oneMinusBeta1 : m * c.beta1 + a * c.oneMinusBeta1;
      float v = second[secondOffset + i] * c.beta2 + a * c.oneMinusBeta2 * a;
      float p = parameters[parametersOffset + i];
      first[firstOffset + i] = m;
      second[secondOffset + i] = v;
      parameters[parametersOffset + i] = p * c.decay - m * c.stepSize / ((float) Math.sqrt(v) * c.inverseRootCorrection2 + c.epsilon);
    }
  }

  @Override
  public void encode(
      BlockwiseCodebook format, float[] values, int offset, int length, byte[] packed, int packedOffset, float[] scales, int scalesOffset) {
    format.encode(values, offset, length, packed, packedOffset, scales, scalesOffset);
  }

  @Override
  public void decode(
      BlockwiseCodebook format, byte[] packed, int packedOffset, float[] scales, int scalesOffset, float[] values, int offset, int length) {
    format.decode(packed, packedOffset, scales, scalesOffset, values, offset, length);
  }

  @Override
  public void encode(Codebook codebook, float[] values, int offset, int length, float[] scales, int scalesOffset, byte[] packed, int packedOffset) {
    ArrayRanges.check(codebook, values, offset, scales, scalesOffset, packed, packedOffset, length);
    for (int i = 0; i < length; i++) {
      float scale = scales[scalesOffset + i];
      codebook.put(packed, packedOffset, i, scale == 0 ? codebook.zeroCode() : codebook.encode(values[offset + i] / scale));
    }
    if (codebook.bits() == 4 && length % 2 != 0) {
      codebook.put(packed, packedOffset, length, codebook.zeroCode());
    }
  }

  @Override
  public void decode(Codebook codebook, byte[] packed, int packedOffset, float[] scales, int scalesOffset, float[] values, int offset, int length) {
    ArrayRanges.check(codebook, values, offset, scales, scalesOffset, packed, packedOffset, length);
    for (int i = 0; i < length; i++) {
      values[offset + i] = codebook.value(codebook.get(packed, packedOffset, i)) * scales[scalesOffset + i];
    }
  }

  @Override
  public float raiseMaxima(float[] values, int offset, int length, float[] maxima, int maximaOffset) {
    ArrayRanges.check(values, offset, maxima, maximaOffset, length);
    float largest = 0;
    for (int i = 0; i < length; i++) {
      float magnitude = Math.abs(values[offset + i]);
      maxima[maximaOffset + i] = Math.max(maxima[maximaOffset + i], magnitude);
      largest = Math.max(largest, magnitude);
    }
    return largest;
  }

  @Override
  public void limitScales(float bound, float[] maxima, int maximaOffset, float[] scales, int scalesOffset, int length) {
    ArrayRanges.check(maxima, maximaOffset, scales, scalesOffset, length);
    for (int i = 0; i < length; i++) {
      scales[scalesOffset + i] = Math.min(bound, maxima[maximaOffset + i]);
    }
  }
}
