package io.github.fp4j.simd;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** {@link BlockEncoder} for one width; see {@link PerWidth}. Rounding and packing are {@link MinifloatEncoderBody}'s, with the constants of E2M1. */
final class BlockEncoderBody implements BlockEncoder {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, SHAPE);
  private static final VectorSpecies<Byte> HALF_BYTES = VectorSpecies.of(byte.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));
  private static final int LANES = FLOATS.length();
  private static final int TURN = 4 * LANES;

  private static final int SIX = 0x40C00000;
  private static final int ONE = 0x3F800000;

  /** Moves 2^e to 2^(e + 22), whose last place is that of E2M1 at 2^e; minus twice the exponent field of 1, modulo 256. */
  private static final int UNIT = (22 << 23) + 2;

  /** Byte k of the lower half of long j, a pair from vector k, to its place k * LANES / 2 + j; the upper half of the result is not used. */
  private static final VectorShuffle<Byte> PAIRS_TO_LINEAR =
      VectorShuffle.fromOp(BYTES, i -> 8 * (i % (LANES / 2)) + i / (LANES / 2) % 4);

  @Override
  public void multiply(float[] values, int offset, int length, float[] factors, int blockShift, byte[] packed, int packedOffset) {
    IntVector six = IntVector.broadcast(INTS, SIX);
    IntVector one = IntVector.broadcast(INTS, ONE);
    IntVector unit = IntVector.broadcast(INTS, UNIT);
    IntVector sign = IntVector.broadcast(INTS, 1 << 31);
    IntVector notSign = IntVector.broadcast(INTS, 0x7FFFFFFF);
    IntVector infinity = IntVector.broadcast(INTS, 0x7F800000);
    for (int i = 0; i < length; i += TURN) {
      IntVector four = IntVector.zero(INTS);
      for (int k = 0; k < TURN; k += LANES) {
        IntVector bits = FloatVector.fromArray(FLOATS, values, offset + i + k).mul(factors[i + k >>> blockShift]).reinterpretAsInts();
        IntVector a = bits.and(notSign).min(six);
        IntVector e = a.max(one).and(infinity);
        IntVector sum = a.reinterpretAsFloats().add(e.add(unit).reinterpretAsFloats()).reinterpretAsInts();
        IntVector code = sum.add(e.lanewise(LSHR, 22)).lanewise(LSHL, 28).or(bits.and(sign));
        four = four.lanewise(LSHR, 8).or(code);
      }
      // every byte holds a code in its high nibble; the earlier element of each pair is in the lower int of a long
      LongVector pairs = four.reinterpretAsLongs();
      LongVector bytes = pairs.lanewise(LSHR, 4).or(pairs.lanewise(LSHR, 32));
      ByteVector linear = bytes.reinterpretAsBytes().rearrange(PAIRS_TO_LINEAR);
      ((ByteVector) linear.reinterpretShape(HALF_BYTES, 0)).intoArray(packed, packedOffset + i / 2);
    }
  }

  @Override
  public void divide(float[] values, int offset, int length, float[] factors, int blockShift, float zero, byte[] packed, int packedOffset) {
    FloatVector addend = FloatVector.broadcast(FLOATS, zero);
    IntVector six = IntVector.broadcast(INTS, SIX);
    IntVector one = IntVector.broadcast(INTS, ONE);
    IntVector unit = IntVector.broadcast(INTS, UNIT);
    IntVector sign = IntVector.broadcast(INTS, 1 << 31);
    IntVector notSign = IntVector.broadcast(INTS, 0x7FFFFFFF);
    IntVector infinity = IntVector.broadcast(INTS, 0x7F800000);
    for (int i = 0; i < length; i += TURN) {
      IntVector four = IntVector.zero(INTS);
      for (int k = 0; k < TURN; k += LANES) {
        IntVector bits =
            FloatVector.fromArray(FLOATS, values, offset + i + k).div(factors[i + k >>> blockShift]).add(addend).reinterpretAsInts();
        IntVector a = bits.and(notSign).min(six);
        IntVector e = a.max(one).and(infinity);
        IntVector sum = a.reinterpretAsFloats().add(e.add(unit).reinterpretAsFloats()).reinterpretAsInts();
        IntVector code = sum.add(e.lanewise(LSHR, 22)).lanewise(LSHL, 28).or(bits.and(sign));
        four = four.lanewise(LSHR, 8).or(code);
      }
      LongVector pairs = four.reinterpretAsLongs();
      LongVector bytes = pairs.lanewise(LSHR, 4).or(pairs.lanewise(LSHR, 32));
      ByteVector linear = bytes.reinterpretAsBytes().rearrange(PAIRS_TO_LINEAR);
      ((ByteVector) linear.reinterpretShape(HALF_BYTES, 0)).intoArray(packed, packedOffset + i / 2);
    }
  }

  @Override
  public void prescaleProducts(float[] values, int offset, int length, float zero, float m, float[] prescaled) {
    for (int i = 0; i < length; i += LANES) {
      FloatVector.fromArray(FLOATS, values, offset + i).add(zero).mul(m).intoArray(prescaled, i);
    }
  }

  @Override
  public void prescaleQuotients(float[] values, int offset, int length, float zero, float d, float[] prescaled) {
    for (int i = 0; i < length; i += LANES) {
      FloatVector.fromArray(FLOATS, values, offset + i).add(zero).div(d).intoArray(prescaled, i);
    }
  }
}
