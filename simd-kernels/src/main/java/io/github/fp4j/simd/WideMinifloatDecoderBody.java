package io.github.fp4j.simd;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link MinifloatDecoder} for one format and vectors of 512 bits, two of which are a table of all 128 magnitudes; see {@link PerWidth}.
 *
 * <p>The lower half of every value's float32 bits is zero: the two bytes of the upper half are looked up, 64 codes at a time, and put side by side.
 */
final class WideMinifloatDecoderBody implements MinifloatDecoder {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, SHAPE);
  private static final int LANES = INTS.length();
  private static final int TURN = 4 * LANES;
  private static final FloatFormat FORMAT = PerWidth.choice(MethodHandles.lookup(), FloatFormat.class);

  private static final byte[] TOP_BYTES = bytesOfValues(24);
  private static final byte[] SECOND_BYTES = bytesOfValues(16);

  // Elements of arrays: see BlockEncoderBody.
  private static final byte[] SIGN = {(byte) (FORMAT.signed() ? 0x80 : 0)};
  private static final byte[] MAGNITUDE = {0x7F};
  private static final byte[] LAST_NUMBER = {(byte) (FORMAT.hasInfinity() ? FORMAT.infinityCode() : FORMAT.maxFiniteCode())};
  private static final int[] TOP_OF_HALVES = {0xFF00FF00};
  private static final int[] BOTTOM_OF_HALVES = {0x00FF00FF};
  private static final int[] UPPER_HALF = {0xFFFF0000};

  /** Code k * LANES + j to byte k of int j. */
  private static final VectorShuffle<Byte> FROM_LINEAR = VectorShuffle.fromOp(BYTES, i -> i % 4 * LANES + i / 4);

  private static byte[] bytesOfValues(int shift) {
    byte[] bytes = new byte[2 * BYTES.length()];
    for (int magnitude = 0; magnitude < bytes.length; magnitude++) {
      bytes[magnitude] = (byte) (Float.floatToIntBits(ReferenceCodec.decode(FORMAT, magnitude)) >> shift);
    }
    return bytes;
  }

  @Override
  public int decode(byte[] codes, int codesOffset, float[] values, int offset, int length) {
    ByteVector topOfLow = ByteVector.fromArray(BYTES, TOP_BYTES, 0);
    ByteVector topOfHigh = ByteVector.fromArray(BYTES, TOP_BYTES, BYTES.length());
    ByteVector secondOfLow = ByteVector.fromArray(BYTES, SECOND_BYTES, 0);
    ByteVector secondOfHigh = ByteVector.fromArray(BYTES, SECOND_BYTES, BYTES.length());
    ByteVector sign = ByteVector.broadcast(BYTES, SIGN[0]);
    ByteVector magnitude = ByteVector.broadcast(BYTES, MAGNITUDE[0]);
    ByteVector lastNumber = ByteVector.broadcast(BYTES, LAST_NUMBER[0]);
    IntVector topOfHalves = IntVector.broadcast(INTS, TOP_OF_HALVES[0]);
    IntVector bottomOfHalves = IntVector.broadcast(INTS, BOTTOM_OF_HALVES[0]);
    IntVector upperHalf = IntVector.broadcast(INTS, UPPER_HALF[0]);
    int end = length - length % TURN;
    for (int i = 0; i < end; i += TURN) {
      ByteVector code = ByteVector.fromArray(BYTES, codes, codesOffset + i).rearrange(FROM_LINEAR);
      ByteVector unsigned = code.selectFrom(topOfLow, topOfHigh); // an index wraps: its sign does not count
      IntVector top = unsigned.or(code.and(sign)).blend(unsigned, code.and(magnitude).compare(GT, lastNumber)).reinterpretAsInts();
      IntVector second = code.selectFrom(secondOfLow, secondOfHigh).reinterpretAsInts();
      IntVector even = top.lanewise(LSHL, 8).and(topOfHalves).or(second.and(bottomOfHalves));
      IntVector odd = top.and(topOfHalves).or(second.lanewise(LSHR, 8).and(bottomOfHalves));
      even.lanewise(LSHL, 16).reinterpretAsFloats().intoArray(values, offset + i);
      odd.lanewise(LSHL, 16).reinterpretAsFloats().intoArray(values, offset + i + LANES);
      even.and(upperHalf).reinterpretAsFloats().intoArray(values, offset + i + 2 * LANES);
      odd.and(upperHalf).reinterpretAsFloats().intoArray(values, offset + i + 3 * LANES);
    }
    return end;
  }
}
