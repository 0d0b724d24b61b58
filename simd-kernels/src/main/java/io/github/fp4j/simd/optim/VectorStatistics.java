package io.github.fp4j.simd.optim;

import static jdk.incubator.vector.VectorOperators.F2D;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.MAX;

import io.github.fp4j.backend.ReductionTree;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Largest magnitude and sum of squares of one chunk. The 32 lanes of {@link ReductionTree} are four vectors of eight doubles or eight of four, all written out:
 * an array of vectors would be an array of objects.
 */
final class VectorStatistics {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;

  /** As many floats as there are lanes in a vector of doubles. */
  private static final VectorSpecies<Float> HALF = FLOATS.length() == 16 ? FloatVector.SPECIES_256 : FloatVector.SPECIES_128;

  private static final int WIDTH = DOUBLES.length();
  private static final boolean IS_512 = FLOATS.length() == 16;
  private static final ThreadLocal<double[]> LANES = ThreadLocal.withInitial(() -> new double[ReductionTree.LANES]);

  private VectorStatistics() {}

  /** The sum of squares of a chunk; the bits of its largest magnitude go to {@code magnitudes[at]}. */
  static double scan(float[] values, int offset, int length, int[] magnitudes, int at) {
    double[] lanes = LANES.get();
    int largest = IS_512 ? scan512(values, offset, length, lanes) : scan256(values, offset, length, lanes);
    int done = length & -ReductionTree.LANES;
    for (int i = done; i < length; i++) {
      float value = values[offset + i];
      largest = Math.max(largest, Float.floatToRawIntBits(value) & 0x7FFFFFFF);
      lanes[i - done] += (double) value * value;
    }
    magnitudes[at] = largest;
    return ReductionTree.fold(lanes);
  }

  private static IntVector magnitudes(float[] values, int at) {
    return FloatVector.fromArray(FLOATS, values, at).reinterpretAsInts().and(0x7FFFFFFF);
  }

  private static DoubleVector doubles(float[] values, int at) {
    return (DoubleVector) FloatVector.fromArray(HALF, values, at).convertShape(F2D, DOUBLES, 0);
  }

  private static int scan512(float[] values, int offset, int length, double[] lanes) {
    int end = length & -ReductionTree.LANES;
    IntVector most = IntVector.zero(INTS);
    DoubleVector s0 = DoubleVector.zero(DOUBLES);
    DoubleVector s1 = s0;
    DoubleVector s2 = s0;
    DoubleVector s3 = s0;
    for (int i = offset; i < offset + end; i += ReductionTree.LANES) {
      most = most.max(magnitudes(values, i)).max(magnitudes(values, i + 16));
      DoubleVector x0 = doubles(values, i);
      DoubleVector x1 = doubles(values, i + 8);
      DoubleVector x2 = doubles(values, i + 16);
      DoubleVector x3 = doubles(values, i + 24);
      s0 = s0.add(x0.mul(x0));
      s1 = s1.add(x1.mul(x1));
      s2 = s2.add(x2.mul(x2));
      s3 = s3.add(x3.mul(x3));
    }
    s0.intoArray(lanes, 0);
    s1.intoArray(lanes, 8);
    s2.intoArray(lanes, 16);
    s3.intoArray(lanes, 24);
    return most.reduceLanes(MAX);
  }

  private static int scan256(float[] values, int offset, int length, double[] lanes) {
    int end = length & -ReductionTree.LANES;
    IntVector most = IntVector.zero(INTS);
    DoubleVector s0 = DoubleVector.zero(DOUBLES);
    DoubleVector s1 = s0;
    DoubleVector s2 = s0;
    DoubleVector s3 = s0;
    DoubleVector s4 = s0;
    DoubleVector s5 = s0;
    DoubleVector s6 = s0;
    DoubleVector s7 = s0;
    for (int i = offset; i < offset + end; i += ReductionTree.LANES) {
      most = most.max(magnitudes(values, i)).max(magnitudes(values, i + 8)).max(magnitudes(values, i + 16)).max(magnitudes(values, i + 24));
      DoubleVector x0 = doubles(values, i);
      DoubleVector x1 = doubles(values, i + 4);
      DoubleVector x2 = doubles(values, i + 8);
      DoubleVector x3 = doubles(values, i + 12);
      s0 = s0.add(x0.mul(x0));
      s1 = s1.add(x1.mul(x1));
      s2 = s2.add(x2.mul(x2));
      s3 = s3.add(x3.mul(x3));
      DoubleVector x4 = doubles(values, i + 16);
      DoubleVector x5 = doubles(values, i + 20);
      DoubleVector x6 = doubles(values, i + 24);
      DoubleVector x7 = doubles(values, i + 28);
      s4 = s4.add(x4.mul(x4));
      s5 = s5.add(x5.mul(x5));
      s6 = s6.add(x6.mul(x6));
      s7 = s7.add(x7.mul(x7));
    }
    s0.intoArray(lanes, 0);
    s1.intoArray(lanes, 4);
    s2.intoArray(lanes, 8);
    s3.intoArray(lanes, 12);
    s4.intoArray(lanes, 16);
    s5.intoArray(lanes, 20);
    s6.intoArray(lanes, 24);
    s7.intoArray(lanes, 28);
    return most.reduceLanes(MAX);
  }

  /** Rarely asked for, so simple: one pass over the chunk, which is in the first cache, for every vector of lanes. */
  static double squaresClipped(float[] values, int offset, int length, float threshold, float ratio) {
    double[] lanes = LANES.get();
    int end = length & -ReductionTree.LANES;
    Arrays.fill(lanes, 0);
    for (int lane = 0; lane < ReductionTree.LANES; lane += WIDTH) {
      DoubleVector sum = DoubleVector.zero(DOUBLES);
      for (int i = offset + lane; i < offset + end; i += ReductionTree.LANES) {
        FloatVector g = FloatVector.fromArray(HALF, values, i);
        FloatVector clipped = g.blend(g.mul(ratio), g.abs().compare(GT, threshold));
        DoubleVector x = (DoubleVector) clipped.convertShape(F2D, DOUBLES, 0);
        sum = sum.add(x.mul(x));
      }
      sum.intoArray(lanes, lane);
    }
    for (int i = end; i < length; i++) {
      float g = values[offset + i];
      double clipped = Math.abs(g) > threshold ? g * ratio : g;
      lanes[i - end] += clipped * clipped;
    }
    return ReductionTree.fold(lanes);
  }

  static int countAbove(float[] values, int offset, int length, float threshold) {
    int end = FLOATS.loopBound(length);
    int count = 0;
    for (int i = 0; i < end; i += FLOATS.length()) {
      count += FloatVector.fromArray(FLOATS, values, offset + i).abs().compare(GT, threshold).trueCount();
    }
    for (int i = end; i < length; i++) {
      count += Math.abs(values[offset + i]) > threshold ? 1 : 0;
    }
    return count;
  }
}
