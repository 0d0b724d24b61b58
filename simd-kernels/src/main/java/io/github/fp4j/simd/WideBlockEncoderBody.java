package io.github.fp4j.simd;

import static jdk.incubator.vector.VectorOperators.DIV;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.SUSUB;

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
 * {@link BlockEncoder} for vectors of 512 bits and one block size, where two vectors can be permuted as one; see {@link PerWidth}, and {@link BlockEncoderBody} for
 * why turns are written out and constants are elements of arrays.
 *
 * <p>Numbers are told apart in 16-bit lanes by their upper halves. A code begins above 0.25, 1.25, 2.5 and 5, whose upper mantissa bit is clear, and at 0.75, 1.75
 * and 3.5, where it is set. If every magnitude with that bit clear, and nothing below it, gives way to the float before it, all codes begin at quarters of binades,
 * which exponent field and two mantissa bits number. Shifts are those of ints: C2 has immediate ones only there.
 */
final class WideBlockEncoderBody implements BlockEncoder {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, SHAPE);
  private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, SHAPE);
  private static final VectorSpecies<Byte> HALF_BYTES = VectorSpecies.of(byte.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));
  private static final int LANES = FLOATS.length();
  private static final int TURN = 4 * LANES;
  private static final Form FORM = PerWidth.choice(MethodHandles.lookup(), Form.class);
  private static final int BLOCK_SHIFT = FORM.blockShift();

  // Where blocks begin: see BlockEncoderBody.
  private static final int BLOCKS = TURN >>> BLOCK_SHIFT;
  private static final int BLOCK1 = LANES >>> BLOCK_SHIFT;
  private static final int BLOCK2 = 2 * LANES >>> BLOCK_SHIFT;
  private static final int BLOCK3 = 3 * LANES >>> BLOCK_SHIFT;

  private static final short[] ONE = {1};
  private static final short[] NOT_SIGN = {0x7FFF};
  private static final short[] UPPER_MANTISSA_BIT = {0x40};

  /** Quarters of both lanes of an int, after the shift that makes them. */
  private static final int[] QUARTERS = {0x07FF07FF};

  /** Signs of codes in both lanes of an int. */
  private static final int[] SIGNS = {0x00080008};

  /** The last quarter of code 0, just below 0.25. */
  private static final short[] FIRST = {499};

  /** The first quarter of code 7, from 5 on. */
  private static final short[] LAST = {517};

  /** Codes by the number of the quarter modulo 32. */
  private static final short[] CODES = codes();

  /** Bytes 0 and 1 of int j to the places j and LANES + j; the upper half of the result is not used. */
  private static final VectorShuffle<Byte> TO_LINEAR = VectorShuffle.fromOp(BYTES, i -> 4 * (i % LANES) + i / LANES % 2);

  private static short[] codes() {
    short[] codes = new short[SHORTS.length()];
    for (int quarter = FIRST[0]; quarter <= LAST[0]; quarter++) {
      codes[quarter % codes.length] = (short) E2m1.encode(Float.intBitsToFloat((quarter << 21) + (1 << 20))); // of its middle
    }
    return codes;
  }

  @Override
  public void encode(float[] values, int offset, int length, float[] factors, float zero, byte[] packed, int packedOffset) {
    FloatVector addend = FloatVector.broadcast(FLOATS, zero);
    ShortVector lower = ShortVector.zero(SHORTS).addIndex(2);
    ShortVector upper = ShortVector.broadcast(SHORTS, 1).addIndex(2);
    ShortVector one = ShortVector.broadcast(SHORTS, ONE[0]);
    ShortVector notSign = ShortVector.broadcast(SHORTS, NOT_SIGN[0]);
    ShortVector upperMantissaBit = ShortVector.broadcast(SHORTS, UPPER_MANTISSA_BIT[0]);
    ShortVector first = ShortVector.broadcast(SHORTS, FIRST[0]);
    ShortVector last = ShortVector.broadcast(SHORTS, LAST[0]);
    ShortVector codes = ShortVector.fromArray(SHORTS, CODES, 0);
    IntVector quarters = IntVector.broadcast(INTS, QUARTERS[0]);
    IntVector signs = IntVector.broadcast(INTS, SIGNS[0]);
    for (int turn = 0; turn < length / TURN; turn++) {
      int block = turn * BLOCKS;
      FloatVector x0 = FloatVector.fromArray(FLOATS, values, offset + turn * TURN);
      float f0 = factors[block];
      ShortVector a0 = (FORM.divides() ? x0.lanewise(DIV, f0).add(addend) : x0.mul(f0)).reinterpretAsShorts();
      FloatVector y0 = FloatVector.fromArray(FLOATS, values, offset + turn * TURN + LANES);
      float g0 = factors[block + BLOCK1];
      ShortVector b0 = (FORM.divides() ? y0.lanewise(DIV, g0).add(addend) : y0.mul(g0)).reinterpretAsShorts();
      ShortVector upper0 = upper.selectFrom(a0, b0);
      ShortVector anyBelow0 = upper0.and(upperMantissaBit).or(lower.selectFrom(a0, b0));
      ShortVector before0 = upper0.and(notSign).lanewise(SUSUB, one.lanewise(SUSUB, anyBelow0));
      ShortVector quarter0 = before0.reinterpretAsInts().lanewise(LSHR, 5).and(quarters).reinterpretAsShorts().max(first).min(last);
      IntVector code0 = quarter0.selectFrom(codes).reinterpretAsInts().or(upper0.reinterpretAsInts().lanewise(LSHR, 12).and(signs));
      FloatVector x1 = FloatVector.fromArray(FLOATS, values, offset + turn * TURN + 2 * LANES);
      float f1 = factors[block + BLOCK2];
      ShortVector a1 = (FORM.divides() ? x1.lanewise(DIV, f1).add(addend) : x1.mul(f1)).reinterpretAsShorts();
      FloatVector y1 = FloatVector.fromArray(FLOATS, values, offset + turn * TURN + 3 * LANES);
      float g1 = factors[block + BLOCK3];
      ShortVector b1 = (FORM.divides() ? y1.lanewise(DIV, g1).add(addend) : y1.mul(g1)).reinterpretAsShorts();
      ShortVector upper1 = upper.selectFrom(a1, b1);
      ShortVector anyBelow1 = upper1.and(upperMantissaBit).or(lower.selectFrom(a1, b1));
      ShortVector before1 = upper1.and(notSign).lanewise(SUSUB, one.lanewise(SUSUB, anyBelow1));
      ShortVector quarter1 = before1.reinterpretAsInts().lanewise(LSHR, 5).and(quarters).reinterpretAsShorts().max(first).min(last);
      IntVector code1 = quarter1.selectFrom(codes).reinterpretAsInts().or(upper1.reinterpretAsInts().lanewise(LSHR, 12).and(signs));
      // the bytes of an int: codes 2j, 32 + 2j, 2j + 1, 33 + 2j
      IntVector four = code1.lanewise(LSHL, 8).or(code0);
      ByteVector linear = four.or(four.lanewise(LSHR, 12)).reinterpretAsBytes().rearrange(TO_LINEAR);
      ((ByteVector) linear.reinterpretShape(HALF_BYTES, 0)).intoArray(packed, packedOffset + turn * (TURN / 2));
    }
  }
}
