package io.github.fp4j.simd;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link PowerOfTwoCodec} for one width; see {@link PerWidth}.
 *
 * <p>Code 0 is 2^-127, which float32 writes as the subnormal 0x400000. Magnitudes below 2^-126 = 0x800000 are stretched by 2 about that point (and cut off at
 * code 0), so that they too count in units of 2^-23 of their power of two and one rounding serves all.
 */
final class PowerOfTwoCodecBody implements PowerOfTwoCodec {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, SHAPE);
  private static final int LANES = FLOATS.length();
  private static final int TURN = 4 * LANES;

  /** Byte k of int j, which came from vector k, to its place k * LANES + j. */
  private static final VectorShuffle<Byte> TO_LINEAR = VectorShuffle.fromOp(BYTES, i -> 4 * (i % LANES) + i / LANES);

  /** Code k * LANES + j to byte 3 - k of int j, so that vector k finds its codes in the top bytes after k shifts by 8. */
  private static final VectorShuffle<Byte> FROM_LINEAR = VectorShuffle.fromOp(BYTES, i -> (3 - i % 4) * LANES + i / 4);

  @Override
  public int encode(Target target, float[] values, int offset, byte[] codes, int codesOffset, int length) {
    IntVector added = IntVector.broadcast(INTS, target.added());
    IntVector oddAdded = IntVector.broadcast(INTS, target.oddAdded());
    IntVector limit = IntVector.broadcast(INTS, target.limit());
    IntVector notSign = IntVector.broadcast(INTS, 0x7FFFFFFF);
    IntVector infinity = IntVector.broadcast(INTS, 0x7F800000);
    IntVector smallestNormal = IntVector.broadcast(INTS, 0x800000);
    IntVector topByte = IntVector.broadcast(INTS, 0xFF000000);
    IntVector zero = IntVector.zero(INTS);
    int end = length - length % TURN;
    for (int i = 0; i < end; i += TURN) {
      IntVector four = zero;
      for (int k = 0; k < TURN; k += LANES) {
        IntVector magnitude = FloatVector.fromArray(FLOATS, values, offset + i + k).reinterpretAsInts().and(notSign);
        IntVector stretched = magnitude.sub(smallestNormal.sub(magnitude).max(zero)).max(zero);
        IntVector sum = stretched.lanewise(LSHR, 23).and(oddAdded).add(stretched).add(added).min(limit);
        IntVector code = sum.lanewise(LSHL, 1).and(topByte).blend(topByte, magnitude.compare(GT, infinity));
        four = four.lanewise(LSHR, 8).or(code);
      }
      four.reinterpretAsBytes().rearrange(TO_LINEAR).intoArray(codes, codesOffset + i);
    }
    return end;
  }

  @Override
  public int decode(byte[] codes, int codesOffset, float[] values, int offset, int length) {
    IntVector smallest = IntVector.broadcast(INTS, 0x400000);
    IntVector field = IntVector.broadcast(INTS, 0x7F800000);
    IntVector nan = IntVector.broadcast(INTS, 0x7FC00000);
    int end = length - length % TURN;
    for (int i = 0; i < end; i += TURN) {
      IntVector four = ByteVector.fromArray(BYTES, codes, codesOffset + i).rearrange(FROM_LINEAR).reinterpretAsInts();
      for (int k = 0; k < TURN; k += LANES) {
        IntVector bits = four.lanewise(LSHL, 8 * (k / LANES)).lanewise(LSHR, 1).and(field);
        bits.max(smallest).blend(nan, bits.compare(EQ, field)).reinterpretAsFloats().intoArray(values, offset + i + k);
      }
    }
    return end;
  }
}
