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
 * neighbours, and their maximum is one vector of half as many. Two such steps per pass, with an array between passes: written as one tree of sixteen vectors, it
 * exceeds what C2 inlines.
 */
final class BlockMaximaBody implements BlockMaxima {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final int LANES = FLOATS.length();

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
  public void ofBlocks(float[] values, int offset, int length, int[] partials, int[] maxima16, int[] maxima32) {
    IntVector notSign = IntVector.broadcast(INTS, 0x7FFFFFFF);
    IntVector even = IntVector.zero(INTS).addIndex(2);
    IntVector odd = IntVector.broadcast(INTS, 1).addIndex(2);
    for (int i = 0, j = 0; i < length; i += 4 * LANES, j += LANES) { // of each block of 16, four that together hold its largest
      IntVector a = FloatVector.fromArray(FLOATS, values, offset + i).reinterpretAsInts().and(notSign);
      IntVector b = FloatVector.fromArray(FLOATS, values, offset + i + LANES).reinterpretAsInts().and(notSign);
      IntVector c = FloatVector.fromArray(FLOATS, values, offset + i + 2 * LANES).reinterpretAsInts().and(notSign);
      IntVector d = FloatVector.fromArray(FLOATS, values, offset + i + 3 * LANES).reinterpretAsInts().and(notSign);
      if (LANES == 4) { // one block
        a.max(b).max(c.max(d)).intoArray(partials, j);
      } else if (LANES == 8) { // two blocks
        IntVector first = a.max(b);
        IntVector second = c.max(d);
        even.selectFrom(first, second).max(odd.selectFrom(first, second)).intoArray(partials, j);
      } else { // four blocks
        IntVector first = even.selectFrom(a, b).max(odd.selectFrom(a, b));
        IntVector second = even.selectFrom(c, d).max(odd.selectFrom(c, d));
        even.selectFrom(first, second).max(odd.selectFrom(first, second)).intoArray(partials, j);
      }
    }
    for (int i = 0, j = 0; i < length / 4; i += 4 * LANES, j += LANES) {
      IntVector a = IntVector.fromArray(INTS, partials, i);
      IntVector b = IntVector.fromArray(INTS, partials, i + LANES);
      IntVector c = IntVector.fromArray(INTS, partials, i + 2 * LANES);
      IntVector d = IntVector.fromArray(INTS, partials, i + 3 * LANES);
      IntVector first = even.selectFrom(a, b).max(odd.selectFrom(a, b));
      IntVector second = even.selectFrom(c, d).max(odd.selectFrom(c, d));
      even.selectFrom(first, second).max(odd.selectFrom(first, second)).intoArray(maxima16, j);
    }
    for (int i = 0, j = 0; i < length / 16; i += 2 * LANES, j += LANES) {
      IntVector a = IntVector.fromArray(INTS, maxima16, i);
      IntVector b = IntVector.fromArray(INTS, maxima16, i + LANES);
      even.selectFrom(a, b).max(odd.selectFrom(a, b)).intoArray(maxima32, j);
    }
  }
}
