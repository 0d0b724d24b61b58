package io.github.fp4j.simd;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link BlockScaler} for one width; see {@link PerWidth}. The rounding is {@link MinifloatEncoderBody}'s, which also gives the rounded number: what was added is
 * taken off again, exactly, because sum and addend share their exponent.
 */
final class BlockScalerBody implements BlockScaler {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, SHAPE);
  private static final int LANES = FLOATS.length();
  private static final int TURN = 4 * LANES;
  private static final int INFINITY = 0x7F800000;
  private static final int NAN = 0x7FC00000;

  /** Byte k of int j, which came from vector k, to its place k * LANES + j. */
  private static final VectorShuffle<Byte> TO_LINEAR = VectorShuffle.fromOp(BYTES, i -> 4 * (i % LANES) + i / LANES);

  @Override
  public void products(int[] maxima, int count, float m1, float m2, float[] values) {
    for (int i = 0; i < count; i += LANES) {
      IntVector.fromArray(INTS, maxima, i).reinterpretAsFloats().mul(m1).mul(m2).intoArray(values, i);
    }
  }

  @Override
  public void quotients(int[] maxima, int count, float m1, float d1, float m2, float d2, float[] values) {
    for (int i = 0; i < count; i += LANES) {
      IntVector.fromArray(INTS, maxima, i).reinterpretAsFloats().mul(m1).div(d1).mul(m2).div(d2).intoArray(values, i);
    }
  }

  @Override
  public void inverses(int[] maxima, int count, float n, float d, float[] values) {
    FloatVector numerator = FloatVector.broadcast(FLOATS, n);
    for (int i = 0; i < count; i += LANES) {
      IntVector maximum = IntVector.fromArray(INTS, maxima, i);
      FloatVector value = numerator.div(maximum.reinterpretAsFloats().div(d));
      value.intoArray(values, i);
      maximum.blend(INFINITY, value.reinterpretAsInts().compare(EQ, INFINITY)).intoArray(maxima, i);
    }
  }

  @Override
  public void cast(NumberScales scales, float[] values, int count, byte[] codes) {
    IntVector lowest = IntVector.broadcast(INTS, Float.floatToRawIntBits(scales.lowest()));
    IntVector highest = IntVector.broadcast(INTS, Float.floatToRawIntBits(scales.highest()));
    IntVector guardBefore = IntVector.broadcast(INTS, Float.floatToRawIntBits(scales.guardBefore()));
    FloatVector guardAfter = FloatVector.broadcast(FLOATS, scales.guardAfter());
    IntVector guardCode = IntVector.broadcast(INTS, scales.guardCode());
    IntVector normal = IntVector.broadcast(INTS, scales.target().normalBits());
    IntVector unit = IntVector.broadcast(INTS, scales.target().unitBits() & INFINITY);
    IntVector codeOffset = IntVector.broadcast(INTS, scales.target().unitBits() & 0xFF);
    IntVector fieldShift = IntVector.broadcast(INTS, scales.target().fieldShift());
    IntVector infinity = IntVector.broadcast(INTS, INFINITY);
    for (int i = 0; i < count; i += TURN) {
      IntVector four = IntVector.zero(INTS);
      for (int k = 0; k < TURN; k += LANES) {
        IntVector bits = FloatVector.fromArray(FLOATS, values, i + k).reinterpretAsInts();
        bits = bits.blend(guardBefore, bits.compare(EQ, 0)).max(lowest).min(highest);
        IntVector e = bits.max(normal).and(infinity);
        FloatVector place = e.add(unit).reinterpretAsFloats();
        FloatVector sum = bits.reinterpretAsFloats().add(place);
        FloatVector rounded = sum.sub(place);
        IntVector code = sum.reinterpretAsInts().add(e.lanewise(LSHR, fieldShift)).add(codeOffset);
        VectorMask<Integer> zero = rounded.reinterpretAsInts().compare(EQ, 0);
        rounded.blend(guardAfter, zero.cast(FLOATS)).intoArray(values, i + k);
        four = four.lanewise(LSHR, 8).or(code.blend(guardCode, zero).lanewise(LSHL, 24));
      }
      four.reinterpretAsBytes().rearrange(TO_LINEAR).intoArray(codes, i);
    }
  }

  @Override
  public boolean reciprocals(int[] maxima, float[] scales, int count, float p, float q, float limit, float[] factors) {
    FloatVector numerator = FloatVector.broadcast(FLOATS, p);
    IntVector largest = IntVector.broadcast(INTS, Float.floatToRawIntBits(limit));
    IntVector infinity = IntVector.broadcast(INTS, INFINITY);
    IntVector nan = IntVector.broadcast(INTS, NAN);
    IntVector worst = IntVector.zero(INTS);
    for (int i = 0; i < count; i += LANES) {
      IntVector factor = numerator.div(FloatVector.fromArray(FLOATS, scales, i).mul(q)).reinterpretAsInts().min(largest);
      IntVector greater = IntVector.fromArray(INTS, maxima, i).max(factor);
      factor = factor.blend(nan, greater.compare(GE, infinity).or(factor.compare(EQ, 0)));
      worst = worst.max(factor);
      factor.reinterpretAsFloats().intoArray(factors, i);
    }
    return worst.reduceLanes(VectorOperators.MAX) == NAN;
  }

  @Override
  public boolean direct(int[] maxima, float[] scales, int count, float p, float q, float[] factors) {
    IntVector infinity = IntVector.broadcast(INTS, INFINITY);
    IntVector nan = IntVector.broadcast(INTS, NAN);
    IntVector worst = IntVector.zero(INTS);
    for (int i = 0; i < count; i += LANES) {
      IntVector factor = FloatVector.fromArray(FLOATS, scales, i).mul(q).div(p).reinterpretAsInts();
      IntVector greater = IntVector.fromArray(INTS, maxima, i).max(factor);
      factor = factor.blend(nan, greater.compare(GE, infinity).or(factor.compare(EQ, 0)));
      worst = worst.max(factor);
      factor.reinterpretAsFloats().intoArray(factors, i);
    }
    return worst.reduceLanes(VectorOperators.MAX) == NAN;
  }

  @Override
  public boolean powersOfTwo(PowerOfTwoScales scales, int[] maxima, int count, byte[] codes, float[] factors) {
    IntVector roundBits = IntVector.broadcast(INTS, scales.roundBits());
    IntVector codeOffset = IntVector.broadcast(INTS, scales.codeOffset());
    IntVector zeroCode = IntVector.broadcast(INTS, scales.zeroCode());
    IntVector bandStart = IntVector.broadcast(INTS, scales.bandStart());
    IntVector mantissa = IntVector.broadcast(INTS, 0x7FFFFF);
    IntVector topCode = IntVector.broadcast(INTS, 254);
    IntVector nan = IntVector.broadcast(INTS, NAN);
    int bandWidth = scales.bandWidth();
    int smallest = scales.smallestBits();
    int limit = scales.limitBits();
    IntVector worst = IntVector.zero(INTS);
    for (int i = 0; i < count; i += TURN) {
      IntVector four = IntVector.zero(INTS);
      for (int k = 0; k < TURN; k += LANES) {
        IntVector maximum = IntVector.fromArray(INTS, maxima, i + k);
        VectorMask<Integer> zero = maximum.compare(EQ, 0);
        IntVector code = maximum.add(roundBits).lanewise(LSHR, 23).add(codeOffset).blend(zeroCode, zero);
        IntVector intoBand = maximum.and(mantissa).sub(bandStart);
        VectorMask<Integer> inBand = intoBand.compare(GE, 0).and(intoBand.compare(LT, bandWidth));
        VectorMask<Integer> tooSmall = maximum.compare(LT, smallest).andNot(zero);
        VectorMask<Integer> special = inBand.or(tooSmall).or(maximum.compare(GE, limit));
        IntVector factor = topCode.sub(code).lanewise(LSHL, 23).blend(nan, special);
        worst = worst.max(factor);
        factor.reinterpretAsFloats().intoArray(factors, i + k);
        four = four.lanewise(LSHR, 8).or(code.lanewise(LSHL, 24));
      }
      four.reinterpretAsBytes().rearrange(TO_LINEAR).intoArray(codes, i);
    }
    return worst.reduceLanes(VectorOperators.MAX) == NAN;
  }
}
