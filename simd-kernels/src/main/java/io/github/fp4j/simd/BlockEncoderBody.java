package io.github.fp4j.simd;

import static jdk.incubator.vector.VectorOperators.DIV;
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

/**
 * {@link BlockEncoder} for one width and block size; see {@link PerWidth}. Rounding and packing are {@link MinifloatEncoderBody}'s, with the constants of E2M1.
 *
 * <p>The four vectors of a turn are written out, here and in {@link BlockDecoderBody}: a method of more than 325 bytes of code is never inlined. Inlined into a
 * caller that the widths share, the bodies of two widths exceed C2's budget of nodes, and every vector of the second becomes an object.
 */
final class BlockEncoderBody implements BlockEncoder {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, SHAPE);
  private static final VectorSpecies<Byte> HALF_BYTES = VectorSpecies.of(byte.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));
  private static final int LANES = FLOATS.length();
  private static final int TURN = 4 * LANES;
  private static final Form FORM = PerWidth.choice(MethodHandles.lookup(), Form.class);
  private static final int BLOCK_SHIFT = FORM.blockShift();

  // The first block of a turn is turn * BLOCKS >>> HALVES, and those of its vectors count from there. No method says so: C2 would call it in the loop, for what it
  // inlines of the Vector API alone is more than it takes from others.
  private static final int BLOCKS = Math.max(TURN >>> BLOCK_SHIFT, 1);
  private static final int HALVES = TURN >>> BLOCK_SHIFT == 0 ? 1 : 0;
  private static final int BLOCK1 = LANES >>> BLOCK_SHIFT;
  private static final int BLOCK2 = 2 * LANES >>> BLOCK_SHIFT;
  private static final int BLOCK3 = 3 * LANES >>> BLOCK_SHIFT;

  // Bits that every vector is combined with. They are elements of arrays because C2 makes the vector of a constant anew at each use, and loads are what it has
  // fewest of; the vector of an element it keeps.
  private static final int[] SIX = {0x40C00000};
  private static final int[] ONE = {0x3F800000};
  private static final int[] SIGN = {1 << 31};
  private static final int[] NOT_SIGN = {0x7FFFFFFF};
  private static final int[] INFINITY = {0x7F800000};

  /** Moves 2^e to 2^(e + 22), whose last place is that of E2M1 at 2^e; minus twice the exponent field of 1, modulo 256. */
  private static final int[] UNIT = {(22 << 23) + 2};

  /** Byte k of the lower half of long j, a pair from vector k, to its place k * LANES / 2 + j; the upper half of the result is not used. */
  private static final VectorShuffle<Byte> PAIRS_TO_LINEAR =
      VectorShuffle.fromOp(BYTES, i -> 8 * (i % (LANES / 2)) + i / (LANES / 2) % 4);

  @Override
  public void encode(float[] values, int offset, int length, float[] factors, float zero, byte[] packed, int packedOffset) {
    FloatVector addend = FloatVector.broadcast(FLOATS, zero);
    IntVector six = IntVector.broadcast(INTS, SIX[0]);
    IntVector one = IntVector.broadcast(INTS, ONE[0]);
    IntVector unit = IntVector.broadcast(INTS, UNIT[0]);
    IntVector sign = IntVector.broadcast(INTS, SIGN[0]);
    IntVector notSign = IntVector.broadcast(INTS, NOT_SIGN[0]);
    IntVector infinity = IntVector.broadcast(INTS, INFINITY[0]);
    for (int turn = 0; turn < length / TURN; turn++) {
      int block = turn * BLOCKS >>> HALVES;
      int i = turn * TURN;
      FloatVector factor0 = FloatVector.broadcast(FLOATS, factors[block]);
      FloatVector x0 = FloatVector.fromArray(FLOATS, values, offset + i);
      IntVector bits0 = (FORM.divides() ? x0.lanewise(DIV, factor0).add(addend) : x0.mul(factor0)).reinterpretAsInts();
      IntVector a0 = bits0.and(notSign).min(six);
      IntVector e0 = a0.max(one).and(infinity);
      IntVector sum0 = a0.reinterpretAsFloats().add(e0.add(unit).reinterpretAsFloats()).reinterpretAsInts();
      IntVector code0 = sum0.add(e0.lanewise(LSHR, 22)).lanewise(LSHL, 28).or(bits0.and(sign));
      FloatVector factor1 = FloatVector.broadcast(FLOATS, factors[block + BLOCK1]);
      FloatVector x1 = FloatVector.fromArray(FLOATS, values, offset + i + LANES);
      IntVector bits1 = (FORM.divides() ? x1.lanewise(DIV, factor1).add(addend) : x1.mul(factor1)).reinterpretAsInts();
      IntVector a1 = bits1.and(notSign).min(six);
      IntVector e1 = a1.max(one).and(infinity);
      IntVector sum1 = a1.reinterpretAsFloats().add(e1.add(unit).reinterpretAsFloats()).reinterpretAsInts();
      IntVector code1 = sum1.add(e1.lanewise(LSHR, 22)).lanewise(LSHL, 28).or(bits1.and(sign));
      FloatVector factor2 = FloatVector.broadcast(FLOATS, factors[block + BLOCK2]);
      FloatVector x2 = FloatVector.fromArray(FLOATS, values, offset + i + 2 * LANES);
      IntVector bits2 = (FORM.divides() ? x2.lanewise(DIV, factor2).add(addend) : x2.mul(factor2)).reinterpretAsInts();
      IntVector a2 = bits2.and(notSign).min(six);
      IntVector e2 = a2.max(one).and(infinity);
      IntVector sum2 = a2.reinterpretAsFloats().add(e2.add(unit).reinterpretAsFloats()).reinterpretAsInts();
      IntVector code2 = sum2.add(e2.lanewise(LSHR, 22)).lanewise(LSHL, 28).or(bits2.and(sign));
      FloatVector factor3 = FloatVector.broadcast(FLOATS, factors[block + BLOCK3]);
      FloatVector x3 = FloatVector.fromArray(FLOATS, values, offset + i + 3 * LANES);
      IntVector bits3 = (FORM.divides() ? x3.lanewise(DIV, factor3).add(addend) : x3.mul(factor3)).reinterpretAsInts();
      IntVector a3 = bits3.and(notSign).min(six);
      IntVector e3 = a3.max(one).and(infinity);
      IntVector sum3 = a3.reinterpretAsFloats().add(e3.add(unit).reinterpretAsFloats()).reinterpretAsInts();
      IntVector code3 = sum3.add(e3.lanewise(LSHR, 22)).lanewise(LSHL, 28).or(bits3.and(sign));
      IntVector four = code0.lanewise(LSHR, 24).or(code1.lanewise(LSHR, 16)).or(code2.lanewise(LSHR, 8).or(code3));
      // every byte holds a code in its high nibble; the earlier element of each pair is in the lower int of a long
      LongVector pairs = four.reinterpretAsLongs();
      LongVector bytes = pairs.lanewise(LSHR, 4).or(pairs.lanewise(LSHR, 32));
      ByteVector linear = bytes.reinterpretAsBytes().rearrange(PAIRS_TO_LINEAR);
      ((ByteVector) linear.reinterpretShape(HALF_BYTES, 0)).intoArray(packed, packedOffset + turn * (TURN / 2));
    }
  }
}
