package io.github.fp4j.simd;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import io.github.fp4j.formats.E2m1;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link BlockDecoder} for one width; see {@link PerWidth}.
 *
 * <p>A code is the index of its own float32 bits in a table that is one register of sixteen ints, or of eight, or two of four; the narrower ones hold magnitudes
 * only and the sign is put on the product. Indexes wrap, so that nothing but the nibble counts.
 */
final class BlockDecoderBody implements BlockDecoder {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, SHAPE);
  private static final VectorSpecies<Byte> HALF_BYTES = VectorSpecies.of(byte.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));
  private static final int LANES = FLOATS.length();
  private static final int TURN = 4 * LANES;
  private static final IntVector TABLE = table(0);
  private static final IntVector UPPER_TABLE = table(LANES);
  private static final IntVector NIBBLE_SHIFT = IntVector.zero(INTS).addIndex(4).and(4);

  /** The byte that holds element k * LANES + j to byte k of int j. */
  private static final VectorShuffle<Byte> SPREAD = VectorShuffle.fromOp(BYTES, i -> (i % 4 * LANES + i / 4) / 2);

  private static IntVector table(int from) {
    int[] bits = new int[LANES];
    for (int i = 0; i < LANES; i++) {
      bits[i] = Float.floatToRawIntBits(E2m1.decode(from + i));
    }
    return IntVector.fromArray(INTS, bits, 0);
  }

  @Override
  public void multiply(byte[] packed, int packedOffset, int length, float[] factors, int blockShift, float[] values, int offset) {
    IntVector sign = IntVector.broadcast(INTS, 1 << 31);
    for (int i = 0; i < length; i += TURN) {
      ByteVector half = ByteVector.fromArray(HALF_BYTES, packed, packedOffset + i / 2);
      IntVector four = ((ByteVector) half.reinterpretShape(BYTES, 0)).rearrange(SPREAD).reinterpretAsInts().lanewise(LSHR, NIBBLE_SHIFT);
      for (int k = 0; k < TURN; k += LANES) {
        IntVector table = LANES == 4 ? four.selectFrom(TABLE, UPPER_TABLE) : four.selectFrom(TABLE);
        FloatVector value = table.reinterpretAsFloats().mul(factors[i + k >>> blockShift]);
        if (LANES < 16) {
          value = value.reinterpretAsInts().lanewise(XOR, four.lanewise(LSHL, 28).and(sign)).reinterpretAsFloats();
        }
        value.intoArray(values, offset + i + k);
        four = four.lanewise(LSHR, 8);
      }
    }
  }

  @Override
  public void multiplyTwice(byte[] packed, int packedOffset, int length, float[] factors, int blockShift, float last, float[] values, int offset) {
    IntVector sign = IntVector.broadcast(INTS, 1 << 31);
    for (int i = 0; i < length; i += TURN) {
      ByteVector half = ByteVector.fromArray(HALF_BYTES, packed, packedOffset + i / 2);
      IntVector four = ((ByteVector) half.reinterpretShape(BYTES, 0)).rearrange(SPREAD).reinterpretAsInts().lanewise(LSHR, NIBBLE_SHIFT);
      for (int k = 0; k < TURN; k += LANES) {
        IntVector table = LANES == 4 ? four.selectFrom(TABLE, UPPER_TABLE) : four.selectFrom(TABLE);
        FloatVector value = table.reinterpretAsFloats().mul(factors[i + k >>> blockShift]).mul(last);
        if (LANES < 16) {
          value = value.reinterpretAsInts().lanewise(XOR, four.lanewise(LSHL, 28).and(sign)).reinterpretAsFloats();
        }
        value.intoArray(values, offset + i + k);
        four = four.lanewise(LSHR, 8);
      }
    }
  }

  @Override
  public void divide(byte[] packed, int packedOffset, int length, float[] factors, int blockShift, float last, float[] values, int offset) {
    IntVector sign = IntVector.broadcast(INTS, 1 << 31);
    for (int i = 0; i < length; i += TURN) {
      ByteVector half = ByteVector.fromArray(HALF_BYTES, packed, packedOffset + i / 2);
      IntVector four = ((ByteVector) half.reinterpretShape(BYTES, 0)).rearrange(SPREAD).reinterpretAsInts().lanewise(LSHR, NIBBLE_SHIFT);
      for (int k = 0; k < TURN; k += LANES) {
        IntVector table = LANES == 4 ? four.selectFrom(TABLE, UPPER_TABLE) : four.selectFrom(TABLE);
        FloatVector value = table.reinterpretAsFloats().div(factors[i + k >>> blockShift]).mul(last);
        if (LANES < 16) {
          value = value.reinterpretAsInts().lanewise(XOR, four.lanewise(LSHL, 28).and(sign)).reinterpretAsFloats();
        }
        value.intoArray(values, offset + i + k);
        four = four.lanewise(LSHR, 8);
      }
    }
  }
}
