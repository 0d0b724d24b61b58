package io.github.fp4j.simd;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.MIN;
import static jdk.incubator.vector.VectorOperators.OR;
import static jdk.incubator.vector.VectorOperators.XOR;

import io.github.fp4j.formats.codebook.Codebook;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link CodebookProducts} for one width; see {@link PerWidth}, and {@link CodebookEncoderBody} for how codes are found. Reciprocal, product and quotient are
 * each rounded once: the last two differ by a factor of at most 1 + 3 * 2^-24.
 */
final class CodebookProductsBody implements CodebookProducts {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, SHAPE);
  private static final VectorSpecies<Byte> HALF_BYTES = VectorSpecies.of(byte.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));
  private static final int LANES = FLOATS.length();
  private static final int TURN = 4 * LANES;

  private static final VectorShuffle<Byte> PAIRS_TO_LINEAR =
      VectorShuffle.fromOp(BYTES, i -> 8 * (i % (LANES / 2)) + i / (LANES / 2) % 4);

  // Sixteen times a quotient's code changes half way between integers: what is below by the lower factor and above by the upper is too near to tell.
  private static final float LOWER = 16 * (1 - 0x1p-22f);
  private static final float UPPER = 16 * (1 + 0x1p-22f);
  private static final float UNITS_LESS_ONE = 0x1p23f - 1;
  private static final int UNITS = Float.floatToRawIntBits(0x1p23f);

  private static final int[][] FOLDED = new CodebookTable(Codebook.SIGNED_DYNAMIC_4).folded();
  private static final int[] FOLDED_MIDPOINTS = FOLDED[0];
  private static final int[] FOLDED_CODES = FOLDED[1];

  @Override
  public boolean linear(float[] values, int offset, int length, float[] reciprocals, int blockShift, byte[] packed, int packedOffset) {
    FloatVector lower = FloatVector.broadcast(FLOATS, LOWER);
    FloatVector upper = FloatVector.broadcast(FLOATS, UPPER);
    FloatVector addend = FloatVector.broadcast(FLOATS, UNITS_LESS_ONE);
    IntVector units = IntVector.broadcast(INTS, UNITS);
    IntVector different = IntVector.zero(INTS);
    for (int i = 0; i < length; i += TURN) {
      FloatVector reciprocal = FloatVector.broadcast(FLOATS, reciprocals[i >>> blockShift]);
      IntVector four = IntVector.zero(INTS);
      for (int k = 0; k < TURN; k += LANES) {
        FloatVector x = FloatVector.fromArray(FLOATS, values, offset + i + k).mul(reciprocal);
        IntVector code = x.fma(lower, addend).reinterpretAsInts().max(units);
        different = different.or(x.fma(upper, addend).reinterpretAsInts().max(units).lanewise(XOR, code));
        four = four.lanewise(LSHR, 8).or(code.lanewise(LSHL, 28));
      }
      LongVector pairs = four.reinterpretAsLongs();
      LongVector bytes = pairs.lanewise(LSHR, 4).or(pairs.lanewise(LSHR, 32));
      ByteVector linear = bytes.reinterpretAsBytes().rearrange(PAIRS_TO_LINEAR);
      ((ByteVector) linear.reinterpretShape(HALF_BYTES, 0)).intoArray(packed, packedOffset + i / 2);
    }
    return different.reduceLanes(OR) == 0;
  }

  @Override
  public boolean folded(float[] values, int offset, int length, float[] reciprocals, int blockShift, byte[] packed, int packedOffset) {
    IntVector midpoints0 = IntVector.fromArray(INTS, FOLDED_MIDPOINTS, 0);
    IntVector midpoints1 = IntVector.fromArray(INTS, FOLDED_MIDPOINTS, LANES % 16);
    IntVector midpoints2 = IntVector.fromArray(INTS, FOLDED_MIDPOINTS, 2 * LANES % 16);
    IntVector midpoints3 = IntVector.fromArray(INTS, FOLDED_MIDPOINTS, 3 * LANES % 16);
    IntVector codes0 = IntVector.fromArray(INTS, FOLDED_CODES, 0);
    IntVector codes1 = IntVector.fromArray(INTS, FOLDED_CODES, LANES % 16);
    IntVector codes2 = IntVector.fromArray(INTS, FOLDED_CODES, 2 * LANES % 16);
    IntVector codes3 = IntVector.fromArray(INTS, FOLDED_CODES, 3 * LANES % 16);
    IntVector notSign = IntVector.broadcast(INTS, 0x7FFFFFFF);
    IntVector lowest = IntVector.broadcast(INTS, -16);
    FloatVector factor = FloatVector.broadcast(FLOATS, CodebookTable.FOLD_FACTOR);
    FloatVector addend = FloatVector.broadcast(FLOATS, CodebookTable.FOLD_ADDEND);
    IntVector nearest = notSign;
    for (int i = 0; i < length; i += TURN) {
      FloatVector reciprocal = FloatVector.broadcast(FLOATS, reciprocals[i >>> blockShift]);
      IntVector four = IntVector.zero(INTS);
      for (int k = 0; k < TURN; k += LANES) {
        IntVector x = FloatVector.fromArray(FLOATS, values, offset + i + k).mul(reciprocal).reinterpretAsInts();
        IntVector sign = x.lanewise(ASHR, 31);
        IntVector magnitude = x.and(notSign);
        IntVector bucket = magnitude.reinterpretAsFloats().fma(factor, addend).reinterpretAsInts().lanewise(LSHR, CodebookTable.FOLD_SHIFT).and(15);
        IntVector midpoint;
        IntVector code;
        if (LANES == 16) {
          midpoint = bucket.selectFrom(midpoints0);
          code = bucket.selectFrom(codes0);
        } else if (LANES == 8) {
          midpoint = bucket.selectFrom(midpoints0, midpoints1);
          code = bucket.selectFrom(codes0, codes1);
        } else {
          IntVector inHalf = bucket.and(7);
          midpoint = inHalf.selectFrom(midpoints0, midpoints1).blend(inHalf.selectFrom(midpoints2, midpoints3), bucket.compare(GT, 7));
          code = inHalf.selectFrom(codes0, codes1).blend(inHalf.selectFrom(codes2, codes3), bucket.compare(GT, 7));
        }
        IntVector below = midpoint.sub(magnitude);
        nearest = nearest.min(below.abs());
        IntVector mirrored = code.sub(below.lanewise(ASHR, 31)).lanewise(XOR, sign).add(sign).max(lowest);
        four = four.lanewise(LSHR, 8).or(mirrored.lanewise(LSHL, 28));
      }
      LongVector pairs = four.reinterpretAsLongs();
      LongVector bytes = pairs.lanewise(LSHR, 4).or(pairs.lanewise(LSHR, 32));
      ByteVector linear = bytes.reinterpretAsBytes().rearrange(PAIRS_TO_LINEAR);
      ((ByteVector) linear.reinterpretShape(HALF_BYTES, 0)).intoArray(packed, packedOffset + i / 2);
    }
    return nearest.reduceLanes(MIN) > CodebookTable.PRODUCT_ULPS;
  }
}
