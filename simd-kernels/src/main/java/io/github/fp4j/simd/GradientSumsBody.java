package io.github.fp4j.simd;

import static jdk.incubator.vector.VectorOperators.F2D;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.MAX;

import io.github.fp4j.backend.ReductionTree;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link GradientSums} for one width; see {@link PerWidth}. The lanes of {@link ReductionTree} are vectors of doubles written out, since an array of vectors would
 * be an array of objects: four at a time, so that the narrower widths go over the chunk, which is in the first cache, two or four times.
 */
final class GradientSumsBody implements GradientSums {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Double> DOUBLES = VectorSpecies.of(double.class, SHAPE);

  /** As many floats as there are lanes in a vector of doubles. */
  private static final VectorSpecies<Float> HALF = VectorSpecies.of(float.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));

  private static final int LANES = FLOATS.length();
  private static final int WIDTH = DOUBLES.length();

  @Override
  public int turn() {
    return LANES;
  }

  @Override
  public int squares(float[] values, int offset, int length, double[] lanes) {
    IntVector notSign = IntVector.broadcast(INTS, 0x7FFFFFFF);
    IntVector most0 = IntVector.zero(INTS);
    IntVector most1 = IntVector.zero(INTS);
    for (int lane = 0; lane < ReductionTree.LANES; lane += 4 * WIDTH) {
      DoubleVector s0 = DoubleVector.zero(DOUBLES);
      DoubleVector s1 = DoubleVector.zero(DOUBLES);
      DoubleVector s2 = DoubleVector.zero(DOUBLES);
      DoubleVector s3 = DoubleVector.zero(DOUBLES);
      for (int i = offset + lane; i < offset + length; i += ReductionTree.LANES) {
        DoubleVector x0 = (DoubleVector) FloatVector.fromArray(HALF, values, i).convertShape(F2D, DOUBLES, 0);
        DoubleVector x1 = (DoubleVector) FloatVector.fromArray(HALF, values, i + WIDTH).convertShape(F2D, DOUBLES, 0);
        DoubleVector x2 = (DoubleVector) FloatVector.fromArray(HALF, values, i + 2 * WIDTH).convertShape(F2D, DOUBLES, 0);
        DoubleVector x3 = (DoubleVector) FloatVector.fromArray(HALF, values, i + 3 * WIDTH).convertShape(F2D, DOUBLES, 0);
        most0 = most0.max(FloatVector.fromArray(FLOATS, values, i).reinterpretAsInts().and(notSign));
        most1 = most1.max(FloatVector.fromArray(FLOATS, values, i + LANES).reinterpretAsInts().and(notSign));
        s0 = s0.add(x0.mul(x0));
        s1 = s1.add(x1.mul(x1));
        s2 = s2.add(x2.mul(x2));
        s3 = s3.add(x3.mul(x3));
      }
      s0.intoArray(lanes, lane);
      s1.intoArray(lanes, lane + WIDTH);
      s2.intoArray(lanes, lane + 2 * WIDTH);
      s3.intoArray(lanes, lane + 3 * WIDTH);
    }
    return most0.max(most1).reduceLanes(MAX);
  }

  @Override
  public int countAbove(float[] values, int offset, int length, float threshold) {
    FloatVector limit = FloatVector.broadcast(FLOATS, threshold);
    int count = 0;
    for (int i = 0; i < length; i += LANES) {
      count += FloatVector.fromArray(FLOATS, values, offset + i).abs().compare(GT, limit).trueCount();
    }
    return count;
  }

  @Override
  public int raise(float[] values, int offset, int length, float[] maxima, int maximaOffset) {
    IntVector notSign = IntVector.broadcast(INTS, 0x7FFFFFFF);
    IntVector most = IntVector.zero(INTS);
    for (int i = 0; i < length; i += LANES) {
      IntVector magnitude = FloatVector.fromArray(FLOATS, values, offset + i).reinterpretAsInts().and(notSign);
      most = most.max(magnitude);
      magnitude.max(FloatVector.fromArray(FLOATS, maxima, maximaOffset + i).reinterpretAsInts()).reinterpretAsFloats().intoArray(maxima, maximaOffset + i);
    }
    return most.reduceLanes(MAX);
  }

  @Override
  public void limit(float bound, float[] maxima, int maximaOffset, float[] scales, int scalesOffset, int length) {
    FloatVector most = FloatVector.broadcast(FLOATS, bound);
    for (int i = 0; i < length; i += LANES) {
      FloatVector.fromArray(FLOATS, maxima, maximaOffset + i).min(most).intoArray(scales, scalesOffset + i);
    }
  }
}
