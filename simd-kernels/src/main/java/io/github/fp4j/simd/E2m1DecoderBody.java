package io.github.fp4j.simd;

import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2S;

import io.github.fp4j.formats.E2m1;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link E2m1Decoder} for one width; see {@link PerWidth}.
 *
 * <p>Every magnitude is an integer number of halves: a table in one register gives that number with the code's sign bit above it, in the top byte of an int
 * it is 2^25 times the value, and the conversion to float and the product with 2^-25 are exact. The sign is put on afterwards: integers have no -0.
 */
final class E2m1DecoderBody implements E2m1Decoder {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, SHAPE);
  private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, SHAPE);
  private static final VectorSpecies<Byte> HALF_BYTES = VectorSpecies.of(byte.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));
  private static final int LANES = FLOATS.length();
  private static final int TURN = 4 * LANES;
  private static final byte NIBBLE = 15;
  private static final ByteVector SIGN_AND_HALVES = signAndHalves();

  /** Code k * LANES + j to byte 3 - k of int j, so that vector k finds its codes in the top bytes after k shifts by 8. */
  private static final VectorShuffle<Byte> FROM_LINEAR = VectorShuffle.fromOp(BYTES, i -> (3 - i % 4) * LANES + i / 4);

  private static ByteVector signAndHalves() {
    byte[] table = new byte[BYTES.length()];
    for (int i = 0; i < table.length; i++) {
      int halves = (int) (2 * Math.abs(E2m1.decode(i)));
      table[i] = (byte) ((i & 8) << 4 | halves);
    }
    return ByteVector.fromArray(BYTES, table, 0);
  }

  @Override
  public int decode(byte[] codes, int codesOffset, float[] values, int offset, int length) {
    IntVector halves = IntVector.broadcast(INTS, 0x7F000000);
    IntVector sign = IntVector.broadcast(INTS, 1 << 31);
    FloatVector scale = FloatVector.broadcast(FLOATS, 0x1p-25f);
    int end = length - length % TURN;
    for (int i = 0; i < end; i += TURN) {
      ByteVector linear = ByteVector.fromArray(BYTES, codes, codesOffset + i).and(NIBBLE).selectFrom(SIGN_AND_HALVES);
      IntVector four = linear.rearrange(FROM_LINEAR).reinterpretAsInts();
      for (int k = 0; k < TURN; k += LANES) {
        IntVector topmost = four.lanewise(LSHL, 8 * (k / LANES));
        IntVector magnitude = ((FloatVector) topmost.and(halves).convert(I2F, 0)).mul(scale).reinterpretAsInts();
        magnitude.or(topmost.and(sign)).reinterpretAsFloats().intoArray(values, offset + i + k);
      }
    }
    return end;
  }

  @Override
  public int decodePacked(byte[] packed, int packedOffset, float[] values, int offset, int length) {
    IntVector halves = IntVector.broadcast(INTS, 0x7F000000);
    IntVector sign = IntVector.broadcast(INTS, 1 << 31);
    FloatVector scale = FloatVector.broadcast(FLOATS, 0x1p-25f);
    int end = length - length % TURN;
    for (int i = 0; i < end; i += TURN) {
      ShortVector pairs = (ShortVector) ByteVector.fromArray(HALF_BYTES, packed, packedOffset + i / 2).convertShape(ZERO_EXTEND_B2S, SHORTS, 0);
      ByteVector linear = pairs.or(pairs.lanewise(LSHL, 4)).reinterpretAsBytes().and(NIBBLE).selectFrom(SIGN_AND_HALVES);
      IntVector four = linear.rearrange(FROM_LINEAR).reinterpretAsInts();
      for (int k = 0; k < TURN; k += LANES) {
        IntVector topmost = four.lanewise(LSHL, 8 * (k / LANES));
        IntVector magnitude = ((FloatVector) topmost.and(halves).convert(I2F, 0)).mul(scale).reinterpretAsInts();
        magnitude.or(topmost.and(sign)).reinterpretAsFloats().intoArray(values, offset + i + k);
      }
    }
    return end;
  }
}
