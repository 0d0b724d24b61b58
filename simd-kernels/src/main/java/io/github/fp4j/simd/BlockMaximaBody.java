package io.github.fp4j.simd;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link BlockMaxima} for one width; see {@link PerWidth}.
 *
 * <p>No horizontal maximum, which costs as much as the quantisation itself: the even and the odd lanes of two vectors, taken by two-vector selection, are
 * neighbours, and their maximum is one vector of half as many. Two such steps per pass, and an array of a quarter of the length in between.
 */
final class BlockMaximaBody implements BlockMaxima {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final int LANES = FLOATS.length();
  private static final IntVector EVEN = IntVector.zero(INTS).addIndex(2);
  private static final IntVector ODD = IntVector.broadcast(INTS, 1).addIndex(2);

  @Override
  public int turn() {
    return 4 * LANES;
  }

  @Override
  public int largest(float[] values, int offset, int length) {
    IntVector notSign = IntVector.broadcast(INTS, 0x7FFFFFFF);
    IntVector a = IntVector.zero(INTS);
    IntVector b = IntVector.zero(INTS);
    IntVector c = IntVector.zero(INTS);
    IntVector d = IntVector.zero(INTS);
    int end = length - length % (4 * LANES);
    for (int i = 0; i < end; i += 4 * LANES) {
      a = a.max(FloatVector.fromArray(FLOATS, values, offset + i).reinterpretAsInts().and(notSign));
      b = b.max(FloatVector.fromArray(FLOATS, values, offset + i + LANES).reinterpretAsInts().and(notSign));
      c = c.max(FloatVector.fromArray(FLOATS, values, offset + i + 2 * LANES).reinterpretAsInts().and(notSign));
      d = d.max(FloatVector.fromArray(FLOATS, values, offset + i + 3 * LANES).reinterpretAsInts().and(notSign));
    }
    return a.max(b).max(c.max(d)).reduceLanes(VectorOperators.MAX);
  }

  @Override
  public void partials(float[] values, int offset, int length, int[] partials) {
    IntVector notSign = IntVector.broadcast(INTS, 0x7FFFFFFF);
    for (int i = 0, j = 0; i < length; i += 4 * LANES, j += LANES) {
      IntVector a = FloatVector.fromArray(FLOATS, values, offset + i).reinterpretAsInts().and(notSign);
      IntVector b = FloatVector.fromArray(FLOATS, values, offset + i + LANES).reinterpretAsInts().and(notSign);
      IntVector c = FloatVector.fromArray(FLOATS, values, offset + i + 2 * LANES).reinterpretAsInts().and(notSign);
      IntVector d = FloatVector.fromArray(FLOATS, values, offset + i + 3 * LANES).reinterpretAsInts().and(notSign);
      if (LANES == 4) { // one block
        a.max(b).max(c.max(d)).intoArray(partials, j);
      } else if (LANES == 8) { // two blocks
        IntVector first = a.max(b);
        IntVector second = c.max(d);
        EVEN.selectFrom(first, second).max(ODD.selectFrom(first, second)).intoArray(partials, j);
      } else { // four blocks
        IntVector first = EVEN.selectFrom(a, b).max(ODD.selectFrom(a, b));
        IntVector second = EVEN.selectFrom(c, d).max(ODD.selectFrom(c, d));
        EVEN.selectFrom(first, second).max(ODD.selectFrom(first, second)).intoArray(partials, j);
      }
    }
  }

  @Override
  public void fours(int[] partials, int count, int[] maxima) {
    for (int i = 0, j = 0; i < count; i += 4 * LANES, j += LANES) {
      IntVector a = IntVector.fromArray(INTS, partials, i);
      IntVector b = IntVector.fromArray(INTS, partials, i + LANES);
      IntVector c = IntVector.fromArray(INTS, partials, i + 2 * LANES);
      IntVector d = IntVector.fromArray(INTS, partials, i + 3 * LANES);
      IntVector first = EVEN.selectFrom(a, b).max(ODD.selectFrom(a, b));
      IntVector second = EVEN.selectFrom(c, d).max(ODD.selectFrom(c, d));
      EVEN.selectFrom(first, second).max(ODD.selectFrom(first, second)).intoArray(maxima, j);
    }
  }

  @Override
  public void pairs(int[] partials, int count, int[] maxima) {
    for (int i = 0, j = 0; i < count; i += 2 * LANES, j += LANES) {
      IntVector a = IntVector.fromArray(INTS, partials, i);
      IntVector b = IntVector.fromArray(INTS, partials, i + LANES);
      EVEN.selectFrom(a, b).max(ODD.selectFrom(a, b)).intoArray(maxima, j);
    }
  }
}
