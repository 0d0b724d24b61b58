package io.github.fp4j.simd;

import static jdk.incubator.vector.VectorOperators.AND_NOT;
import static jdk.incubator.vector.VectorOperators.F2D;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link BlockErrors} for one width; see {@link PerWidth}.
 *
 * <p>Magnitudes are int bits, which order as magnitudes do, so that every condition is the sign bit of a difference. Float64 lanes are half as many as float32
 * lanes: a width with fewer than eight goes over the chunk once for each group of accumulators.
 */
final class BlockErrorsBody implements BlockErrors {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, SHAPE);
  private static final VectorSpecies<Double> DOUBLES = VectorSpecies.of(double.class, SHAPE);
  private static final VectorSpecies<Float> HALF_FLOATS = VectorSpecies.of(float.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));
  private static final VectorSpecies<Byte> HALF_BYTES = VectorSpecies.of(byte.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));
  private static final int LANES = FLOATS.length();
  private static final int DOUBLE_LANES = DOUBLES.length();
  private static final int TURN = 4 * LANES;
  private static final int INFINITY = 0x7F800000;
  private static final IntVector NIBBLE_SHIFT = IntVector.zero(INTS).addIndex(4).and(4);

  /** The byte that holds element k * LANES + j to byte k of int j. */
  private static final VectorShuffle<Byte> SPREAD = VectorShuffle.fromOp(BYTES, i -> (i % 4 * LANES + i / 4) / 2);

  @Override
  public void count(float[] before, int beforeOffset, float[] after, int afterOffset, int length, byte[] packed, int packedOffset, int[] counts) {
    IntVector notSign = IntVector.broadcast(INTS, 0x7FFFFFFF);
    IntVector largestNumber = IntVector.broadcast(INTS, INFINITY - 1);
    IntVector magnitude = IntVector.broadcast(INTS, 7);
    IntVector nonFinite = IntVector.zero(INTS);
    IntVector saturated = IntVector.zero(INTS);
    IntVector underflowed = IntVector.zero(INTS);
    for (int i = 0; i < length; i += TURN) {
      ByteVector half = ByteVector.fromArray(HALF_BYTES, packed, packedOffset + i / 2);
      IntVector four = ((ByteVector) half.reinterpretShape(BYTES, 0)).rearrange(SPREAD).reinterpretAsInts().lanewise(LSHR, NIBBLE_SHIFT);
      for (int k = 0; k < TURN; k += LANES) {
        IntVector x = FloatVector.fromArray(FLOATS, before, beforeOffset + i + k).reinterpretAsInts().and(notSign);
        IntVector y = FloatVector.fromArray(FLOATS, after, afterOffset + i + k).reinterpretAsInts().and(notSign);
        IntVector special = largestNumber.sub(x.max(y)).lanewise(LSHR, 31);
        IntVector smaller = y.sub(x).lanewise(LSHR, 31).lanewise(AND_NOT, special);
        IntVector zero = y.sub(1).lanewise(LSHR, 31);
        IntVector full = four.and(magnitude).add(1).lanewise(LSHR, 3);
        nonFinite = nonFinite.add(special);
        underflowed = underflowed.add(smaller.and(zero));
        saturated = saturated.add(smaller.and(full).lanewise(AND_NOT, zero));
        four = four.lanewise(LSHR, 8);
      }
    }
    counts[NON_FINITE] = nonFinite.reduceLanes(VectorOperators.ADD);
    counts[SATURATED] = saturated.reduceLanes(VectorOperators.ADD);
    counts[UNDERFLOWED] = underflowed.reduceLanes(VectorOperators.ADD);
  }

  @Override
  public void sum(float[] before, int beforeOffset, float[] after, int afterOffset, int length, double[] sums) {
    for (int lane = 0; lane < ACCUMULATORS; lane += DOUBLE_LANES) {
      DoubleVector signal = DoubleVector.fromArray(DOUBLES, sums, lane);
      DoubleVector energy = DoubleVector.fromArray(DOUBLES, sums, ERROR_ENERGY + lane);
      DoubleVector sum = DoubleVector.fromArray(DOUBLES, sums, ERROR_SUM + lane);
      DoubleVector largest = DoubleVector.fromArray(DOUBLES, sums, LARGEST + lane);
      for (int i = lane; i < length; i += ACCUMULATORS) {
        DoubleVector x = (DoubleVector) FloatVector.fromArray(HALF_FLOATS, before, beforeOffset + i).convertShape(F2D, DOUBLES, 0);
        DoubleVector y = (DoubleVector) FloatVector.fromArray(HALF_FLOATS, after, afterOffset + i).convertShape(F2D, DOUBLES, 0);
        DoubleVector error = y.sub(x).abs();
        signal = signal.add(x.mul(x));
        energy = energy.add(error.mul(error));
        sum = sum.add(error);
        largest = largest.max(error);
      }
      signal.intoArray(sums, lane);
      energy.intoArray(sums, ERROR_ENERGY + lane);
      sum.intoArray(sums, ERROR_SUM + lane);
      largest.intoArray(sums, LARGEST + lane);
    }
  }
}
