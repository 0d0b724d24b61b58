package io.github.fp4j.simd;

import static jdk.incubator.vector.VectorOperators.DIV;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.F2I;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.I2F;
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
  public void values(BlockPlan.NumberStep step, int[] maxima, int count, float[] values) {
    switch (step) {
      case BlockPlan.Product product -> {
        FloatVector m1 = FloatVector.broadcast(FLOATS, product.m1());
        FloatVector m2 = FloatVector.broadcast(FLOATS, product.m2());
        for (int i = 0; i < count; i += LANES) {
          IntVector.fromArray(INTS, maxima, i).reinterpretAsFloats().mul(m1).mul(m2).intoArray(values, i);
        }
      }
      case BlockPlan.Quotient quotient -> {
        FloatVector m1 = FloatVector.broadcast(FLOATS, quotient.m1());
        FloatVector d1 = FloatVector.broadcast(FLOATS, quotient.d1());
        FloatVector m2 = FloatVector.broadcast(FLOATS, quotient.m2());
        FloatVector d2 = FloatVector.broadcast(FLOATS, quotient.d2());
        for (int i = 0; i < count; i += LANES) {
          FloatVector maximum = IntVector.fromArray(INTS, maxima, i).reinterpretAsFloats();
          maximum.mul(m1).lanewise(DIV, d1).mul(m2).lanewise(DIV, d2).intoArray(values, i);
        }
      }
      case BlockPlan.Inverse inverse -> {
        FloatVector n = FloatVector.broadcast(FLOATS, inverse.n());
        FloatVector d = FloatVector.broadcast(FLOATS, inverse.d());
        IntVector infinity = IntVector.broadcast(INTS, INFINITY);
        for (int i = 0; i < count; i += LANES) {
          IntVector maximum = IntVector.fromArray(INTS, maxima, i);
          FloatVector value = n.lanewise(DIV, maximum.reinterpretAsFloats().lanewise(DIV, d));
          value.intoArray(values, i);
          maximum.blend(infinity, value.reinterpretAsInts().compare(EQ, infinity)).intoArray(maxima, i);
        }
      }
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
    IntVector zeros = IntVector.zero(INTS);
    for (int i = 0; i < count; i += TURN) {
      IntVector four = IntVector.zero(INTS);
      for (int k = 0; k < TURN; k += LANES) {
        IntVector bits = FloatVector.fromArray(FLOATS, values, i + k).reinterpretAsInts();
        bits = bits.blend(guardBefore, bits.compare(EQ, zeros)).max(lowest).min(highest);
        IntVector e = bits.max(normal).and(infinity);
        FloatVector place = e.add(unit).reinterpretAsFloats();
        FloatVector sum = bits.reinterpretAsFloats().add(place);
        FloatVector rounded = sum.sub(place);
        IntVector code = sum.reinterpretAsInts().add(e.lanewise(LSHR, fieldShift)).add(codeOffset);
        VectorMask<Integer> zero = rounded.reinterpretAsInts().compare(EQ, zeros);
        rounded.blend(guardAfter, zero.cast(FLOATS)).intoArray(values, i + k);
        four = four.lanewise(LSHR, 8).or(code.blend(guardCode, zero).lanewise(LSHL, 24));
      }
      four.reinterpretAsBytes().rearrange(TO_LINEAR).intoArray(codes, i);
    }
  }

  @Override
  public boolean factors(BlockPlan.ElementStep step, int[] maxima, float[] scales, int count, float[] factors) {
    FloatVector p = FloatVector.broadcast(FLOATS, step.p());
    FloatVector q = FloatVector.broadcast(FLOATS, step.q());
    IntVector limit = IntVector.broadcast(INTS, Float.floatToRawIntBits(step.limit()));
    IntVector zeros = IntVector.zero(INTS);
    IntVector infinity = IntVector.broadcast(INTS, INFINITY);
    IntVector nan = IntVector.broadcast(INTS, NAN);
    IntVector worst = IntVector.zero(INTS);
    if (step.inverts()) {
      for (int i = 0; i < count; i += LANES) {
        IntVector factor = p.lanewise(DIV, FloatVector.fromArray(FLOATS, scales, i).mul(q)).reinterpretAsInts().min(limit);
        IntVector greater = IntVector.fromArray(INTS, maxima, i).max(factor);
        factor = factor.blend(nan, greater.compare(GE, infinity).or(factor.compare(EQ, zeros)));
        worst = worst.max(factor);
        factor.reinterpretAsFloats().intoArray(factors, i);
      }
    } else {
      for (int i = 0; i < count; i += LANES) {
        IntVector factor = FloatVector.fromArray(FLOATS, scales, i).mul(q).lanewise(DIV, p).reinterpretAsInts();
        IntVector greater = IntVector.fromArray(INTS, maxima, i).max(factor);
        factor = factor.blend(nan, greater.compare(GE, infinity).or(factor.compare(EQ, zeros)));
        worst = worst.max(factor);
        factor.reinterpretAsFloats().intoArray(factors, i);
      }
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
    IntVector bandEnd = IntVector.broadcast(INTS, scales.bandStart() + scales.bandWidth());
    IntVector smallest = IntVector.broadcast(INTS, scales.smallestBits());
    IntVector limit = IntVector.broadcast(INTS, scales.limitBits());
    IntVector zeros = IntVector.zero(INTS);
    IntVector worst = IntVector.zero(INTS);
    for (int i = 0; i < count; i += TURN) {
      IntVector four = IntVector.zero(INTS);
      for (int k = 0; k < TURN; k += LANES) {
        IntVector maximum = IntVector.fromArray(INTS, maxima, i + k);
        VectorMask<Integer> zero = maximum.compare(EQ, zeros);
        IntVector code = maximum.add(roundBits).lanewise(LSHR, 23).add(codeOffset).blend(zeroCode, zero);
        IntVector fraction = maximum.and(mantissa);
        VectorMask<Integer> inBand = fraction.compare(GE, bandStart).and(fraction.compare(LT, bandEnd));
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

  @Override
  public boolean ggmlHalves(float elementMax, int[] maxima, int count, byte[] codes, float[] halves) {
    FloatVector max = FloatVector.broadcast(FLOATS, elementMax);
    IntVector smallestNormal = IntVector.broadcast(INTS, Float.floatToRawIntBits(0x1p-6f));
    IntVector largestSubnormal = IntVector.broadcast(INTS, 7);
    IntVector halfOfLastPlace = IntVector.broadcast(INTS, 1 << 19);
    IntVector codeOffset = IntVector.broadcast(INTS, 127 - 7 << 3);
    IntVector topBinade = IntVector.broadcast(INTS, 0x78);
    IntVector largest = IntVector.broadcast(INTS, 0x7E);
    IntVector halfOffset = IntVector.broadcast(INTS, 127 - 7 - 1 << 23);
    IntVector infinity = IntVector.broadcast(INTS, INFINITY);
    IntVector nan = IntVector.broadcast(INTS, NAN);
    IntVector worst = IntVector.zero(INTS);
    for (int i = 0; i < count; i += TURN) {
      IntVector four = IntVector.zero(INTS);
      for (int k = 0; k < TURN; k += LANES) {
        IntVector maximum = IntVector.fromArray(INTS, maxima, i + k);
        FloatVector value = maximum.reinterpretAsFloats().lanewise(DIV, max);
        IntVector bits = value.reinterpretAsInts();
        IntVector subnormal = ((IntVector) value.mul(512f).add(0.5f).convert(F2I, 0)).min(largestSubnormal);
        FloatVector subnormalHalf = ((FloatVector) subnormal.convert(I2F, 0)).mul(0x1p-10f);
        IntVector normal = bits.add(halfOfLastPlace).lanewise(LSHR, 20).sub(codeOffset);
        normal = normal.blend(largest, normal.compare(GE, topBinade));
        IntVector normalHalf = normal.lanewise(LSHL, 20).add(halfOffset);
        VectorMask<Integer> isSubnormal = bits.compare(LT, smallestNormal);
        IntVector code = normal.blend(subnormal, isSubnormal);
        IntVector half = normalHalf.blend(subnormalHalf.reinterpretAsInts(), isSubnormal).blend(nan, maximum.compare(GE, infinity));
        worst = worst.max(half);
        half.reinterpretAsFloats().intoArray(halves, i + k);
        four = four.lanewise(LSHR, 8).or(code.lanewise(LSHL, 24));
      }
      four.reinterpretAsBytes().rearrange(TO_LINEAR).intoArray(codes, i);
    }
    return worst.reduceLanes(VectorOperators.MAX) == NAN;
  }
}
