package io.github.fp4j.simd;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.DIV;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.MAX;
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

/** {@link CodebookEncoder} for one width; see {@link PerWidth}, {@link CodebookTable}, and {@link MinifloatEncoderBody} for the packing. */
final class CodebookEncoderBody implements CodebookEncoder {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, SHAPE);
  private static final VectorSpecies<Byte> HALF_BYTES = VectorSpecies.of(byte.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));
  private static final int LANES = FLOATS.length();
  private static final int TURN = 4 * LANES;

  private static final VectorShuffle<Byte> TO_LINEAR = VectorShuffle.fromOp(BYTES, i -> 4 * (i % LANES) + i / LANES);
  private static final VectorShuffle<Byte> PAIRS_TO_LINEAR =
      VectorShuffle.fromOp(BYTES, i -> 8 * (i % (LANES / 2)) + i / (LANES / 2) % 4);

  /** 16 * (1 - 2^-24): {@code x * this + 2^23 - 1} rounds to 2^23 and the code of x; what is subtracted is less than an ulp and sends ties down. */
  private static final float SIXTEEN_LESS = Math.nextDown(16f);

  private static final float UNITS_LESS_ONE = 0x1p23f - 1;
  private static final int UNITS = Float.floatToRawIntBits(0x1p23f);

  private static final int[][] FOLDED = new CodebookTable(Codebook.SIGNED_DYNAMIC_4).folded();
  private static final int[] FOLDED_MIDPOINTS = FOLDED[0];
  private static final int[] FOLDED_CODES = FOLDED[1];

  // Vector k of a turn: the int of packed codes that each lane finds its code in, and how far to shift it.
  private static final IntVector WORD0 = word(0);
  private static final IntVector WORD1 = word(1);
  private static final IntVector WORD2 = word(2);
  private static final IntVector WORD3 = word(3);
  private static final IntVector EVEN_SHIFT = shift(0);
  private static final IntVector ODD_SHIFT = shift(1);

  private static IntVector word(int k) {
    return IntVector.zero(INTS).addIndex(1).add(k * LANES).lanewise(LSHR, 3);
  }

  private static IntVector shift(int k) {
    return IntVector.zero(INTS).addIndex(1).add(k * LANES).and(7).mul(4);
  }

  @Override
  public int turn() {
    return TURN;
  }

  @Override
  public int scales(float[] values, int offset, int length, int blockSize, float[] scales, int scalesOffset, float[] divisors) {
    IntVector notSign = IntVector.broadcast(INTS, 0x7FFFFFFF);
    int largest = 0;
    for (int block = 0; block < length / blockSize; block++) {
      IntVector a = IntVector.zero(INTS);
      IntVector b = IntVector.zero(INTS);
      IntVector c = IntVector.zero(INTS);
      IntVector d = IntVector.zero(INTS);
      int from = offset + block * blockSize;
      for (int i = from; i < from + blockSize; i += TURN) {
        a = a.max(FloatVector.fromArray(FLOATS, values, i).reinterpretAsInts().and(notSign));
        b = b.max(FloatVector.fromArray(FLOATS, values, i + LANES).reinterpretAsInts().and(notSign));
        c = c.max(FloatVector.fromArray(FLOATS, values, i + 2 * LANES).reinterpretAsInts().and(notSign));
        d = d.max(FloatVector.fromArray(FLOATS, values, i + 3 * LANES).reinterpretAsInts().and(notSign));
      }
      int bits = a.max(b).max(c.max(d)).reduceLanes(MAX);
      scales[scalesOffset + block] = Float.intBitsToFloat(bits);
      divisors[block] = bits == 0 ? 1 : Float.intBitsToFloat(bits);
      largest = Math.max(largest, bits);
    }
    return largest;
  }

  @Override
  public int quotients(float[] values, int offset, int length, float[] scales, int scalesOffset, float[] quotients) {
    IntVector notSign = IntVector.broadcast(INTS, 0x7FFFFFFF);
    IntVector largest = IntVector.zero(INTS);
    FloatVector one = FloatVector.broadcast(FLOATS, 1);
    for (int i = 0; i < length; i += LANES) {
      FloatVector scale = FloatVector.fromArray(FLOATS, scales, scalesOffset + i);
      FloatVector quotient = FloatVector.fromArray(FLOATS, values, offset + i).lanewise(DIV, scale.blend(one, scale.compare(EQ, 0)));
      largest = largest.max(quotient.reinterpretAsInts().and(notSign));
      quotient.intoArray(quotients, i);
    }
    return largest.reduceLanes(MAX);
  }

  @Override
  public void linear(float[] values, int offset, int length, float[] divisors, int blockShift, byte[] packed, int packedOffset) {
    FloatVector factor = FloatVector.broadcast(FLOATS, SIXTEEN_LESS);
    FloatVector addend = FloatVector.broadcast(FLOATS, UNITS_LESS_ONE);
    IntVector units = IntVector.broadcast(INTS, UNITS);
    for (int i = 0; i < length; i += TURN) {
      FloatVector divisor = FloatVector.broadcast(FLOATS, divisors[i >>> blockShift]);
      IntVector four = IntVector.zero(INTS);
      for (int k = 0; k < TURN; k += LANES) {
        FloatVector x = FloatVector.fromArray(FLOATS, values, offset + i + k).lanewise(DIV, divisor);
        IntVector code = x.fma(factor, addend).reinterpretAsInts().max(units);
        four = four.lanewise(LSHR, 8).or(code.lanewise(LSHL, 28));
      }
      LongVector pairs = four.reinterpretAsLongs();
      LongVector bytes = pairs.lanewise(LSHR, 4).or(pairs.lanewise(LSHR, 32));
      ByteVector linear = bytes.reinterpretAsBytes().rearrange(PAIRS_TO_LINEAR);
      ((ByteVector) linear.reinterpretShape(HALF_BYTES, 0)).intoArray(packed, packedOffset + i / 2);
    }
  }

  @Override
  public void folded(float[] values, int offset, int length, float[] divisors, int blockShift, byte[] packed, int packedOffset) {
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
    for (int i = 0; i < length; i += TURN) {
      FloatVector divisor = FloatVector.broadcast(FLOATS, divisors[i >>> blockShift]);
      IntVector four = IntVector.zero(INTS);
      for (int k = 0; k < TURN; k += LANES) {
        IntVector x = FloatVector.fromArray(FLOATS, values, offset + i + k).lanewise(DIV, divisor).reinterpretAsInts();
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
        // minus one where the magnitude is above the midpoint, or on it below zero
        IntVector above = midpoint.sub(magnitude).add(sign).lanewise(ASHR, 31);
        // code c mirrored at zero code 7 is 14 - c: its complement less one, modulo 16. Where zero has eight codes above it and seven below, the eighth is cut off
        IntVector mirrored = code.sub(above).lanewise(XOR, sign).add(sign).max(lowest);
        four = four.lanewise(LSHR, 8).or(mirrored.lanewise(LSHL, 28));
      }
      LongVector pairs = four.reinterpretAsLongs();
      LongVector bytes = pairs.lanewise(LSHR, 4).or(pairs.lanewise(LSHR, 32));
      ByteVector linear = bytes.reinterpretAsBytes().rearrange(PAIRS_TO_LINEAR);
      ((ByteVector) linear.reinterpretShape(HALF_BYTES, 0)).intoArray(packed, packedOffset + i / 2);
    }
  }

  @Override
  public void looked(
      CodebookTable table,
      float[] values,
      int offset,
      int length,
      float[] divisors,
      int blockShift,
      int[] numbers,
      int[] magnitudes,
      byte[] codes,
      int codesOffset) {
    IntVector notSign = IntVector.broadcast(INTS, 0x7FFFFFFF);
    IntVector smallest = IntVector.broadcast(INTS, table.smallest);
    IntVector first = IntVector.broadcast(INTS, table.firstBucket);
    IntVector one = IntVector.broadcast(INTS, Float.floatToRawIntBits(1f));
    IntVector inBucket = IntVector.broadcast(INTS, (1 << CodebookTable.BUCKET_SHIFT) - 1);
    IntVector signs = IntVector.broadcast(INTS, table.isSigned ? -1 : 0);
    for (int i = 0; i < length; i += LANES) {
      FloatVector divisor = FloatVector.broadcast(FLOATS, divisors[i >>> blockShift]);
      IntVector x = FloatVector.fromArray(FLOATS, values, offset + i).lanewise(DIV, divisor).reinterpretAsInts();
      IntVector sign = x.lanewise(ASHR, 31);
      // on its midpoint a magnitude below zero is above it; without signs, what is below zero is zero; NaN and infinities only must not leave the table
      IntVector magnitude = x.and(notSign).min(one).sub(sign).and(sign.not().or(signs)).max(smallest);
      magnitude.lanewise(LSHR, CodebookTable.BUCKET_SHIFT).sub(first).intoArray(numbers, i);
      magnitude.and(inBucket).or(sign.and(signs).lanewise(LSHL, 31)).intoArray(magnitudes, i);
    }
    int[] buckets = table.buckets;
    for (int i = 0; i < length; i++) { // no gather: on AVX2 it allocates, with AVX-512 it is no faster
      numbers[i] = buckets[numbers[i]];
    }
    IntVector code = IntVector.broadcast(INTS, 0xFF);
    IntVector lowest = IntVector.broadcast(INTS, -table.values.length);
    for (int i = 0; i < length; i += TURN) {
      IntVector four = IntVector.zero(INTS);
      for (int k = 0; k < TURN; k += LANES) {
        IntVector entry = IntVector.fromArray(INTS, numbers, i + k);
        IntVector magnitude = IntVector.fromArray(INTS, magnitudes, i + k);
        IntVector sign = magnitude.lanewise(ASHR, 31);
        IntVector above = entry.lanewise(LSHR, 8).sub(magnitude.and(notSign)).lanewise(ASHR, 31);
        IntVector mirrored = entry.and(code).sub(above).lanewise(XOR, sign).add(sign).max(lowest);
        four = four.lanewise(LSHR, 8).or(mirrored.lanewise(LSHL, 24));
      }
      four.reinterpretAsBytes().rearrange(TO_LINEAR).intoArray(codes, codesOffset + i);
    }
  }

  @Override
  public void multiply(float[] values, int offset, int length, float[] scales, int scalesOffset) {
    for (int i = 0; i < length; i += LANES) {
      FloatVector.fromArray(FLOATS, values, offset + i).mul(FloatVector.fromArray(FLOATS, scales, scalesOffset + i)).intoArray(values, offset + i);
    }
  }

  @Override
  public void decode(int[] bits, byte[] packed, int packedOffset, float[] scales, int scalesOffset, int blockShift, float[] values, int offset, int length) {
    IntVector table0 = IntVector.fromArray(INTS, bits, 0);
    IntVector table1 = IntVector.fromArray(INTS, bits, LANES % 16);
    IntVector table2 = IntVector.fromArray(INTS, bits, 2 * LANES % 16);
    IntVector table3 = IntVector.fromArray(INTS, bits, 3 * LANES % 16);
    for (int i = 0; i < length; i += TURN) {
      FloatVector scale = FloatVector.broadcast(FLOATS, scales[scalesOffset + (i >>> blockShift)]);
      IntVector words = ((ByteVector) ByteVector.fromArray(HALF_BYTES, packed, packedOffset + i / 2).reinterpretShape(BYTES, 0)).reinterpretAsInts();
      IntVector code0 = WORD0.selectFrom(words).lanewise(LSHR, EVEN_SHIFT).and(15);
      IntVector code1 = WORD1.selectFrom(words).lanewise(LSHR, ODD_SHIFT).and(15);
      IntVector code2 = WORD2.selectFrom(words).lanewise(LSHR, EVEN_SHIFT).and(15);
      IntVector code3 = WORD3.selectFrom(words).lanewise(LSHR, ODD_SHIFT).and(15);
      if (LANES == 16) {
        code0.selectFrom(table0).reinterpretAsFloats().mul(scale).intoArray(values, offset + i);
        code1.selectFrom(table0).reinterpretAsFloats().mul(scale).intoArray(values, offset + i + LANES);
        code2.selectFrom(table0).reinterpretAsFloats().mul(scale).intoArray(values, offset + i + 2 * LANES);
        code3.selectFrom(table0).reinterpretAsFloats().mul(scale).intoArray(values, offset + i + 3 * LANES);
      } else if (LANES == 8) {
        code0.selectFrom(table0, table1).reinterpretAsFloats().mul(scale).intoArray(values, offset + i);
        code1.selectFrom(table0, table1).reinterpretAsFloats().mul(scale).intoArray(values, offset + i + LANES);
        code2.selectFrom(table0, table1).reinterpretAsFloats().mul(scale).intoArray(values, offset + i + 2 * LANES);
        code3.selectFrom(table0, table1).reinterpretAsFloats().mul(scale).intoArray(values, offset + i + 3 * LANES);
      } else {
        IntVector low0 = code0.and(7);
        IntVector low1 = code1.and(7);
        IntVector low2 = code2.and(7);
        IntVector low3 = code3.and(7);
        low0.selectFrom(table0, table1).blend(low0.selectFrom(table2, table3), code0.compare(GT, 7)).reinterpretAsFloats().mul(scale).intoArray(values, offset + i);
        low1.selectFrom(table0, table1).blend(low1.selectFrom(table2, table3), code1.compare(GT, 7)).reinterpretAsFloats().mul(scale).intoArray(values, offset + i + LANES);
        low2.selectFrom(table0, table1).blend(low2.selectFrom(table2, table3), code2.compare(GT, 7)).reinterpretAsFloats().mul(scale).intoArray(values, offset + i + 2 * LANES);
        low3.selectFrom(table0, table1).blend(low3.selectFrom(table2, table3), code3.compare(GT, 7)).reinterpretAsFloats().mul(scale).intoArray(values, offset + i + 3 * LANES);
      }
    }
  }
}
