package io.github.fp4j.simd;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import io.github.fp4j.formats.E2m1;
import io.github.fp4j.simd.DequantizationPlan.Step;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link BlockDecoder} for one width and form; see {@link PerWidth}.
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
  private static final Form FORM = PerWidth.choice(MethodHandles.lookup(), Form.class);
  private static final int BLOCK_SHIFT = FORM.blockShift();
  private static final Step STEP = FORM.step();

  /** An element of an array: see {@link BlockEncoderBody}. */
  private static final int[] SIGN = {1 << 31};

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

  /** The block of vector {@code k} of a turn. */
  private static int block(int turn, int k) {
    return TURN >>> BLOCK_SHIFT == 0 ? turn * TURN + k * LANES >>> BLOCK_SHIFT : turn * (TURN >>> BLOCK_SHIFT) + (k * LANES >>> BLOCK_SHIFT);
  }

  @Override
  public void decode(
      byte[] packed, int packedOffset, int length, byte[] scales, int scalesOffset, float[] factors, float last, float[] values, int offset) {
    FloatVector multiplier = FloatVector.broadcast(FLOATS, last);
    IntVector sign = IntVector.broadcast(INTS, SIGN[0]);
    for (int turn = 0; turn < length / TURN; turn++) {
      int i = turn * TURN;
      ByteVector half = ByteVector.fromArray(HALF_BYTES, packed, packedOffset + turn * (TURN / 2));
      IntVector codes = ((ByteVector) half.reinterpretShape(BYTES, 0)).rearrange(SPREAD).reinterpretAsInts().lanewise(LSHR, NIBBLE_SHIFT);
      IntVector entry0 = LANES == 4 ? codes.selectFrom(TABLE, UPPER_TABLE) : codes.selectFrom(TABLE);
      FloatVector factor0 = FloatVector.broadcast(FLOATS, factors[scales[scalesOffset + block(turn, 0)] & 0xFF]);
      FloatVector scaled0 = STEP == Step.DIVIDE ? entry0.reinterpretAsFloats().div(factor0) : entry0.reinterpretAsFloats().mul(factor0);
      IntVector product0 = (STEP == Step.MULTIPLY ? scaled0 : scaled0.mul(multiplier)).reinterpretAsInts();
      IntVector value0 = LANES == 16 ? product0 : product0.lanewise(XOR, codes.lanewise(LSHL, 28).and(sign));
      value0.reinterpretAsFloats().intoArray(values, offset + i);
      IntVector codes1 = codes.lanewise(LSHR, 8);
      IntVector entry1 = LANES == 4 ? codes1.selectFrom(TABLE, UPPER_TABLE) : codes1.selectFrom(TABLE);
      FloatVector factor1 = FloatVector.broadcast(FLOATS, factors[scales[scalesOffset + block(turn, 1)] & 0xFF]);
      FloatVector scaled1 = STEP == Step.DIVIDE ? entry1.reinterpretAsFloats().div(factor1) : entry1.reinterpretAsFloats().mul(factor1);
      IntVector product1 = (STEP == Step.MULTIPLY ? scaled1 : scaled1.mul(multiplier)).reinterpretAsInts();
      IntVector value1 = LANES == 16 ? product1 : product1.lanewise(XOR, codes1.lanewise(LSHL, 28).and(sign));
      value1.reinterpretAsFloats().intoArray(values, offset + i + LANES);
      IntVector codes2 = codes.lanewise(LSHR, 16);
      IntVector entry2 = LANES == 4 ? codes2.selectFrom(TABLE, UPPER_TABLE) : codes2.selectFrom(TABLE);
      FloatVector factor2 = FloatVector.broadcast(FLOATS, factors[scales[scalesOffset + block(turn, 2)] & 0xFF]);
      FloatVector scaled2 = STEP == Step.DIVIDE ? entry2.reinterpretAsFloats().div(factor2) : entry2.reinterpretAsFloats().mul(factor2);
      IntVector product2 = (STEP == Step.MULTIPLY ? scaled2 : scaled2.mul(multiplier)).reinterpretAsInts();
      IntVector value2 = LANES == 16 ? product2 : product2.lanewise(XOR, codes2.lanewise(LSHL, 28).and(sign));
      value2.reinterpretAsFloats().intoArray(values, offset + i + 2 * LANES);
      IntVector codes3 = codes.lanewise(LSHR, 24);
      IntVector entry3 = LANES == 4 ? codes3.selectFrom(TABLE, UPPER_TABLE) : codes3.selectFrom(TABLE);
      FloatVector factor3 = FloatVector.broadcast(FLOATS, factors[scales[scalesOffset + block(turn, 3)] & 0xFF]);
      FloatVector scaled3 = STEP == Step.DIVIDE ? entry3.reinterpretAsFloats().div(factor3) : entry3.reinterpretAsFloats().mul(factor3);
      IntVector product3 = (STEP == Step.MULTIPLY ? scaled3 : scaled3.mul(multiplier)).reinterpretAsInts();
      IntVector value3 = LANES == 16 ? product3 : product3.lanewise(XOR, codes3.lanewise(LSHL, 28).and(sign));
      value3.reinterpretAsFloats().intoArray(values, offset + i + 3 * LANES);
    }
  }
}
