package io.github.fp4j.simd;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link HadamardButterflies} for one width; see {@link PerWidth}.
 *
 * <p>Within a vector, a butterfly adds the vector with every pair exchanged to the vector with the later of every pair negated: {@code a - b} is {@code -b + a}
 * to the last bit, zeros included.
 */
final class HadamardButterfliesBody implements HadamardButterflies {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final int LANES = FLOATS.length();

  private static final VectorShuffle<Float> EXCHANGE_1 = VectorShuffle.fromOp(FLOATS, i -> i ^ 1);
  private static final VectorShuffle<Float> EXCHANGE_2 = VectorShuffle.fromOp(FLOATS, i -> i ^ 2);
  private static final VectorShuffle<Float> EXCHANGE_4 = VectorShuffle.fromOp(FLOATS, i -> i ^ 4 % LANES);
  private static final VectorShuffle<Float> EXCHANGE_8 = VectorShuffle.fromOp(FLOATS, i -> i ^ 8 % LANES);

  private static final float[] NEGATE_1 = negations(1);
  private static final float[] NEGATE_2 = negations(2);
  private static final float[] NEGATE_4 = negations(4);
  private static final float[] NEGATE_8 = negations(8);

  private static float[] negations(int distance) {
    float[] factors = new float[LANES];
    for (int i = 0; i < LANES; i++) {
      factors[i] = (i & distance) == 0 ? 1 : -1;
    }
    return factors;
  }

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public void withinVectors(float[] values, int offset, int length, float[] signs) {
    FloatVector negate1 = FloatVector.fromArray(FLOATS, NEGATE_1, 0);
    FloatVector negate2 = FloatVector.fromArray(FLOATS, NEGATE_2, 0);
    FloatVector negate4 = FloatVector.fromArray(FLOATS, NEGATE_4, 0);
    FloatVector negate8 = FloatVector.fromArray(FLOATS, NEGATE_8, 0);
    int withinGroup = signs.length - 1;
    for (int i = 0; i < length; i += LANES) {
      FloatVector x = FloatVector.fromArray(FLOATS, values, offset + i).mul(FloatVector.fromArray(FLOATS, signs, i & withinGroup));
      x = x.mul(negate1).add(x.rearrange(EXCHANGE_1));
      x = x.mul(negate2).add(x.rearrange(EXCHANGE_2));
      if (LANES > 4) {
        x = x.mul(negate4).add(x.rearrange(EXCHANGE_4));
      }
      if (LANES > 8) {
        x = x.mul(negate8).add(x.rearrange(EXCHANGE_8));
      }
      x.intoArray(values, offset + i);
    }
  }

  @Override
  public void pairs(float[] values, int offset, int length, float[] signs) {
    FloatVector negate1 = FloatVector.fromArray(FLOATS, NEGATE_1, 0);
    FloatVector both = FloatVector.fromArray(FLOATS, signs, 0);
    for (int i = 0; i < length; i += LANES) {
      FloatVector x = FloatVector.fromArray(FLOATS, values, offset + i).mul(both);
      x.mul(negate1).add(x.rearrange(EXCHANGE_1)).intoArray(values, offset + i);
    }
  }

  @Override
  public void across(float[] values, int offset, int length, int distance) {
    for (int group = offset; group < offset + length; group += 2 * distance) {
      for (int i = group; i < group + distance; i += LANES) {
        FloatVector a = FloatVector.fromArray(FLOATS, values, i);
        FloatVector b = FloatVector.fromArray(FLOATS, values, i + distance);
        a.add(b).intoArray(values, i);
        a.sub(b).intoArray(values, i + distance);
      }
    }
  }

  @Override
  public void acrossTwice(float[] values, int offset, int length, int distance) {
    for (int group = offset; group < offset + length; group += 4 * distance) {
      for (int i = group; i < group + distance; i += LANES) {
        FloatVector a = FloatVector.fromArray(FLOATS, values, i);
        FloatVector b = FloatVector.fromArray(FLOATS, values, i + distance);
        FloatVector c = FloatVector.fromArray(FLOATS, values, i + 2 * distance);
        FloatVector d = FloatVector.fromArray(FLOATS, values, i + 3 * distance);
        FloatVector sum1 = a.add(b);
        FloatVector difference1 = a.sub(b);
        FloatVector sum2 = c.add(d);
        FloatVector difference2 = c.sub(d);
        sum1.add(sum2).intoArray(values, i);
        difference1.add(difference2).intoArray(values, i + distance);
        sum1.sub(sum2).intoArray(values, i + 2 * distance);
        difference1.sub(difference2).intoArray(values, i + 3 * distance);
      }
    }
  }

  @Override
  public void scale(float[] values, int offset, int length, float factor) {
    FloatVector multiplier = FloatVector.broadcast(FLOATS, factor);
    for (int i = offset; i < offset + length; i += LANES) {
      FloatVector.fromArray(FLOATS, values, i).mul(multiplier).intoArray(values, i);
    }
  }

  @Override
  public void scaleToBf16(float[] values, int offset, int length, float factor) {
    FloatVector multiplier = FloatVector.broadcast(FLOATS, factor);
    IntVector almostHalf = IntVector.broadcast(INTS, 0x7FFF);
    IntVector one = IntVector.broadcast(INTS, 1);
    IntVector kept = IntVector.broadcast(INTS, 0xFFFF0000);
    IntVector notSign = IntVector.broadcast(INTS, 0x7FFFFFFF);
    IntVector infinity = IntVector.broadcast(INTS, 0x7F800000);
    IntVector nan = IntVector.broadcast(INTS, 0x7FC00000);
    for (int i = offset; i < offset + length; i += LANES) {
      IntVector bits = FloatVector.fromArray(FLOATS, values, i).mul(multiplier).reinterpretAsInts();
      IntVector rounded = bits.add(almostHalf).add(bits.lanewise(LSHR, 16).and(one)).and(kept);
      rounded.blend(nan, bits.and(notSign).compare(GT, infinity)).reinterpretAsFloats().intoArray(values, i);
    }
  }
}
