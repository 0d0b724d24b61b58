package io.github.fp4j.simd;

import static jdk.incubator.vector.VectorOperators.DIV;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link FourOverSix} for one width; see {@link PerWidth}. A lane is a block, so that the sum over its elements keeps their order. Magnitudes do: an element and what
 * is restored of it have one sign.
 */
final class FourOverSixBody implements FourOverSix {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final int LANES = FLOATS.length();
  private static final int BLOCK_SIZE = 16;

  private static final int SIX = 0x40C00000;
  private static final int ONE = 0x3F800000;

  /** Moves 2^e to 2^(e + 22), whose last place is that of E2M1 at 2^e. */
  private static final int UNIT = 22 << 23;

  @Override
  public void separate(float[] from, int offset, int length, float[] to) {
    IntVector even = IntVector.zero(INTS).addIndex(2);
    IntVector odd = IntVector.broadcast(INTS, 1).addIndex(2);
    for (int i = 0, j = 0; i < length; i += 2 * LANES, j += LANES) {
      IntVector a = FloatVector.fromArray(FLOATS, from, offset + i).reinterpretAsInts();
      IntVector b = FloatVector.fromArray(FLOATS, from, offset + i + LANES).reinterpretAsInts();
      even.selectFrom(a, b).reinterpretAsFloats().intoArray(to, j);
      odd.selectFrom(a, b).reinterpretAsFloats().intoArray(to, length / 2 + j);
    }
  }

  @Override
  public void absoluteErrors(
      float[] transposed, int blocks, float[] scales, float[] factors, float tensorScale, float divisor, float[] sums, int sumsOffset) {
    FloatVector tensor = FloatVector.broadcast(FLOATS, tensorScale);
    FloatVector by = FloatVector.broadcast(FLOATS, divisor);
    IntVector six = IntVector.broadcast(INTS, SIX);
    IntVector one = IntVector.broadcast(INTS, ONE);
    IntVector unit = IntVector.broadcast(INTS, UNIT);
    IntVector notSign = IntVector.broadcast(INTS, 0x7FFFFFFF);
    IntVector infinity = IntVector.broadcast(INTS, 0x7F800000);
    for (int block = 0; block < blocks; block += LANES) {
      FloatVector scale = FloatVector.fromArray(FLOATS, scales, block);
      FloatVector factor = FloatVector.fromArray(FLOATS, factors, block);
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int i = block; i < BLOCK_SIZE * blocks; i += blocks) {
        FloatVector x = FloatVector.fromArray(FLOATS, transposed, i).reinterpretAsInts().and(notSign).reinterpretAsFloats();
        IntVector a = x.mul(factor).reinterpretAsInts().min(six);
        FloatVector place = a.max(one).and(infinity).add(unit).reinterpretAsFloats();
        FloatVector element = a.reinterpretAsFloats().add(place).sub(place);
        FloatVector difference = element.mul(scale).mul(tensor).lanewise(DIV, by).sub(x);
        sum = sum.add(difference.reinterpretAsInts().and(notSign).reinterpretAsFloats());
      }
      sum.intoArray(sums, sumsOffset + block);
    }
  }

  @Override
  public void squaredErrors(
      float[] transposed, int blocks, float[] scales, float[] factors, float tensorScale, float divisor, float[] sums, int sumsOffset) {
    FloatVector tensor = FloatVector.broadcast(FLOATS, tensorScale);
    FloatVector by = FloatVector.broadcast(FLOATS, divisor);
    IntVector six = IntVector.broadcast(INTS, SIX);
    IntVector one = IntVector.broadcast(INTS, ONE);
    IntVector unit = IntVector.broadcast(INTS, UNIT);
    IntVector notSign = IntVector.broadcast(INTS, 0x7FFFFFFF);
    IntVector infinity = IntVector.broadcast(INTS, 0x7F800000);
    for (int block = 0; block < blocks; block += LANES) {
      FloatVector scale = FloatVector.fromArray(FLOATS, scales, block);
      FloatVector factor = FloatVector.fromArray(FLOATS, factors, block);
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int i = block; i < BLOCK_SIZE * blocks; i += blocks) {
        FloatVector x = FloatVector.fromArray(FLOATS, transposed, i).reinterpretAsInts().and(notSign).reinterpretAsFloats();
        IntVector a = x.mul(factor).reinterpretAsInts().min(six);
        FloatVector place = a.max(one).and(infinity).add(unit).reinterpretAsFloats();
        FloatVector element = a.reinterpretAsFloats().add(place).sub(place);
        FloatVector difference = element.mul(scale).mul(tensor).lanewise(DIV, by).sub(x);
        sum = sum.add(difference.mul(difference));
      }
      sum.intoArray(sums, sumsOffset + block);
    }
  }
}
