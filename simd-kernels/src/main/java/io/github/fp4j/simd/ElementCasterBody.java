package io.github.fp4j.simd;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.F2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link ElementCaster} for one width; see {@link PerWidth}. Packing is {@link BlockEncoderBody}'s.
 *
 * <p>With e = 1, 2 or 4 the power of two at or below a magnitude of at most 6, or 1, codes at e are {@code e / 2} apart and number n of them, from 0, has code
 * {@code n + 2 log2(e)}: rounding is a matter of {@code t = 2 a / e}, which is below 4 and exact.
 *
 * <p>Casting and packing are loops of their own, with an array between them: in one loop they are more than C2 inlines at times.
 */
final class ElementCasterBody implements ElementCaster {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, SHAPE);
  private static final VectorSpecies<Byte> HALF_BYTES = VectorSpecies.of(byte.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));
  private static final int LANES = FLOATS.length();
  private static final int TURN = 4 * LANES;

  private static final int SIX = 0x40C00000;
  private static final int ONE = 0x3F800000;

  /** Twice the exponent field of 1. */
  private static final int BIAS = 2 * 127;

  /** Less the bits of e: those of 2 / e. */
  private static final int TWICE_RECIPROCAL = 255 << 23;

  /** Byte k of the lower half of long j, a pair from vector k, to its place k * LANES / 2 + j; the upper half of the result is not used. */
  private static final VectorShuffle<Byte> PAIRS_TO_LINEAR =
      VectorShuffle.fromOp(BYTES, i -> 8 * (i % (LANES / 2)) + i / (LANES / 2) % 4);

  /** Byte k * LANES + j, of element j of vector k, to byte k of int j. */
  private static final VectorShuffle<Byte> TO_STRIPES = VectorShuffle.fromOp(BYTES, i -> i % 4 * LANES + i / 4);

  @Override
  public void floorOfSum(float[] scaled, int length, int[] nibbles, byte[] packed, int packedOffset) {
    IntVector six = IntVector.broadcast(INTS, SIX);
    IntVector one = IntVector.broadcast(INTS, ONE);
    IntVector sign = IntVector.broadcast(INTS, 1 << 31);
    IntVector notSign = IntVector.broadcast(INTS, 0x7FFFFFFF);
    IntVector infinity = IntVector.broadcast(INTS, 0x7F800000);
    IntVector bias = IntVector.broadcast(INTS, BIAS);
    IntVector twice = IntVector.broadcast(INTS, TWICE_RECIPROCAL);
    for (int i = 0; i < length; i += LANES) {
      IntVector bits = FloatVector.fromArray(FLOATS, scaled, i).reinterpretAsInts();
      IntVector a = bits.and(notSign).min(six);
      IntVector e = a.max(one).and(infinity);
      FloatVector t = a.reinterpretAsFloats().mul(twice.sub(e).reinterpretAsFloats());
      IntVector number = (IntVector) t.add(0.5f).convert(F2I, 0);
      IntVector code = number.add(e.lanewise(LSHR, 22)).sub(bias);
      code.lanewise(LSHL, 28).or(bits.and(sign)).intoArray(nibbles, i);
    }
    pack(nibbles, length, packed, packedOffset);
  }

  @Override
  public void nearestProduct(
      float[] values, int offset, int length, float[] halves, int blockShift, int[] nibbles, int[] distances, byte[] packed, int packedOffset) {
    nearestOfFour(values, offset, length, halves, blockShift, nibbles, distances);
    nearestOfEight(values, offset, length, halves, blockShift, nibbles, distances);
    pack(nibbles, length, packed, packedOffset);
  }

  /** The nearest of codes 0 to 3, 28 bits up, and its distance. */
  private static void nearestOfFour(float[] values, int offset, int length, float[] halves, int blockShift, int[] nibbles, int[] distances) {
    IntVector notSign = IntVector.broadcast(INTS, 0x7FFFFFFF);
    IntVector zeros = IntVector.zero(INTS);
    for (int i = 0; i < length; i += LANES) {
      FloatVector half = FloatVector.broadcast(FLOATS, halves[i >>> blockShift]);
      IntVector least = FloatVector.fromArray(FLOATS, values, offset + i).reinterpretAsInts().and(notSign); // the distance to code 0
      FloatVector a = least.reinterpretAsFloats();
      IntVector distance1 = half.sub(a).reinterpretAsInts().and(notSign);
      IntVector nearest1 = zeros.blend(1 << 28, distance1.compare(LT, least));
      IntVector least1 = least.min(distance1);
      IntVector distance2 = half.mul(2f).sub(a).reinterpretAsInts().and(notSign);
      IntVector nearest2 = nearest1.blend(2 << 28, distance2.compare(LT, least1));
      IntVector least2 = least1.min(distance2);
      IntVector distance3 = half.mul(3f).sub(a).reinterpretAsInts().and(notSign);
      nearest2.blend(3 << 28, distance3.compare(LT, least2)).intoArray(nibbles, i);
      least2.min(distance3).intoArray(distances, i);
    }
  }

  /** That or the nearest of the others, with the element's sign unless it is code 0. */
  private static void nearestOfEight(float[] values, int offset, int length, float[] halves, int blockShift, int[] nibbles, int[] distances) {
    IntVector sign = IntVector.broadcast(INTS, 1 << 31);
    IntVector notSign = IntVector.broadcast(INTS, 0x7FFFFFFF);
    for (int i = 0; i < length; i += LANES) {
      FloatVector half = FloatVector.broadcast(FLOATS, halves[i >>> blockShift]);
      IntVector bits = FloatVector.fromArray(FLOATS, values, offset + i).reinterpretAsInts();
      FloatVector a = bits.and(notSign).reinterpretAsFloats();
      IntVector nearest3 = IntVector.fromArray(INTS, nibbles, i);
      IntVector least3 = IntVector.fromArray(INTS, distances, i);
      IntVector distance4 = half.mul(4f).sub(a).reinterpretAsInts().and(notSign);
      IntVector nearest4 = nearest3.blend(4 << 28, distance4.compare(LT, least3));
      IntVector least4 = least3.min(distance4);
      IntVector distance5 = half.mul(6f).sub(a).reinterpretAsInts().and(notSign);
      IntVector nearest5 = nearest4.blend(5 << 28, distance5.compare(LT, least4));
      IntVector least5 = least4.min(distance5);
      IntVector distance6 = half.mul(8f).sub(a).reinterpretAsInts().and(notSign);
      IntVector nearest6 = nearest5.blend(6 << 28, distance6.compare(LT, least5));
      IntVector least6 = least5.min(distance6);
      IntVector distance7 = half.mul(12f).sub(a).reinterpretAsInts().and(notSign);
      IntVector nearest7 = nearest6.blend(7 << 28, distance7.compare(LT, least6));
      nearest7.or(bits.and(sign).and(nearest7.neg())).intoArray(nibbles, i);
    }
  }

  @Override
  public void carry8(float[] scaled, int length, byte[] random, int randomOffset, int[] nibbles, byte[] packed, int packedOffset) {
    IntVector six = IntVector.broadcast(INTS, SIX);
    IntVector one = IntVector.broadcast(INTS, ONE);
    IntVector sign = IntVector.broadcast(INTS, 1 << 31);
    IntVector notSign = IntVector.broadcast(INTS, 0x7FFFFFFF);
    IntVector infinity = IntVector.broadcast(INTS, 0x7F800000);
    IntVector bias = IntVector.broadcast(INTS, BIAS);
    IntVector reciprocal = IntVector.broadcast(INTS, TWICE_RECIPROCAL + (8 << 23)); // of t with eight more bits before the point
    IntVector lowByte = IntVector.broadcast(INTS, 0xFF);
    for (int i = 0; i < length; i += TURN) {
      IntVector random4 = ByteVector.fromArray(BYTES, random, randomOffset + i).rearrange(TO_STRIPES).reinterpretAsInts();
      for (int k = 0; k < TURN; k += LANES) {
        IntVector bits = FloatVector.fromArray(FLOATS, scaled, i + k).reinterpretAsInts();
        IntVector a = bits.and(notSign).min(six);
        IntVector e = a.max(one).and(infinity);
        IntVector units = (IntVector) a.reinterpretAsFloats().mul(reciprocal.sub(e).reinterpretAsFloats()).convert(F2I, 0);
        IntVector number = units.add(random4.and(lowByte)).lanewise(LSHR, 8);
        random4 = random4.lanewise(LSHR, 8);
        IntVector code = number.add(e.lanewise(LSHR, 22)).sub(bias);
        code.lanewise(LSHL, 28).or(bits.and(sign)).intoArray(nibbles, i + k);
      }
    }
    pack(nibbles, length, packed, packedOffset);
  }

  @Override
  public void carry32(float[] scaled, int length, byte[] random, int randomOffset, int[] nibbles, byte[] packed, int packedOffset) {
    IntVector six = IntVector.broadcast(INTS, SIX);
    IntVector one = IntVector.broadcast(INTS, ONE);
    IntVector sign = IntVector.broadcast(INTS, 1 << 31);
    IntVector notSign = IntVector.broadcast(INTS, 0x7FFFFFFF);
    IntVector infinity = IntVector.broadcast(INTS, 0x7F800000);
    IntVector bias = IntVector.broadcast(INTS, BIAS);
    IntVector twice = IntVector.broadcast(INTS, TWICE_RECIPROCAL);
    IntVector implicit = IntVector.broadcast(INTS, 1 << 31);
    IntVector belowOne = IntVector.broadcast(INTS, 126);
    for (int i = 0; i < length; i += LANES) {
      IntVector bits = FloatVector.fromArray(FLOATS, scaled, i).reinterpretAsInts();
      IntVector a = bits.and(notSign).min(six);
      IntVector e = a.max(one).and(infinity);
      FloatVector t = a.reinterpretAsFloats().mul(twice.sub(e).reinterpretAsFloats());
      IntVector whole = (IntVector) t.convert(F2I, 0);
      IntVector rest = t.sub((FloatVector) whole.convert(I2F, 0)).reinterpretAsInts();
      // the first 32 bits after the point: the significand, its first bit topmost, goes down by the leading zeros, by none left of it from 32 on
      IntVector leading = belowOne.sub(rest.lanewise(LSHR, 23));
      IntVector fraction = rest.lanewise(LSHL, 8).or(implicit).lanewise(LSHR, leading).and(leading.sub(32).lanewise(ASHR, 31));
      IntVector addend = ByteVector.fromArray(BYTES, random, randomOffset + 4 * i).reinterpretAsInts();
      IntVector sum = fraction.add(addend);
      IntVector carry = fraction.and(addend).or(fraction.or(addend).and(sum.not())).lanewise(LSHR, 31);
      IntVector number = whole.add(carry);
      IntVector code = number.add(e.lanewise(LSHR, 22)).sub(bias);
      code.lanewise(LSHL, 28).or(bits.and(sign)).intoArray(nibbles, i);
    }
    pack(nibbles, length, packed, packedOffset);
  }

  @Override
  public void fma8(float[] scaled, int length, byte[] random, int randomOffset, int[] nibbles, byte[] packed, int packedOffset) {
    IntVector six = IntVector.broadcast(INTS, SIX);
    IntVector one = IntVector.broadcast(INTS, ONE);
    IntVector sign = IntVector.broadcast(INTS, 1 << 31);
    IntVector notSign = IntVector.broadcast(INTS, 0x7FFFFFFF);
    IntVector infinity = IntVector.broadcast(INTS, 0x7F800000);
    IntVector bias = IntVector.broadcast(INTS, BIAS);
    IntVector twice = IntVector.broadcast(INTS, TWICE_RECIPROCAL);
    IntVector lowByte = IntVector.broadcast(INTS, 0xFF);
    IntVector nine = IntVector.broadcast(INTS, 9 << 23);
    for (int i = 0; i < length; i += TURN) {
      IntVector random4 = ByteVector.fromArray(BYTES, random, randomOffset + i).rearrange(TO_STRIPES).reinterpretAsInts();
      for (int k = 0; k < TURN; k += LANES) {
        IntVector bits = FloatVector.fromArray(FLOATS, scaled, i + k).reinterpretAsInts();
        IntVector a = bits.and(notSign).min(six);
        IntVector e = a.max(one).and(infinity);
        // the step e / 2 times a random byte over 256 is exact: only the sum rounds, as that of an fma
        FloatVector push = ((FloatVector) random4.and(lowByte).convert(I2F, 0)).mul(e.sub(nine).reinterpretAsFloats());
        FloatVector t = a.reinterpretAsFloats().add(push).mul(twice.sub(e).reinterpretAsFloats());
        IntVector number = (IntVector) t.convert(F2I, 0);
        random4 = random4.lanewise(LSHR, 8);
        IntVector code = number.add(e.lanewise(LSHR, 22)).sub(bias);
        code.lanewise(LSHL, 28).or(bits.and(sign)).intoArray(nibbles, i + k);
      }
    }
    pack(nibbles, length, packed, packedOffset);
  }

  /** Nibbles, in the top bits of their ints, to bytes. */
  private static void pack(int[] nibbles, int length, byte[] packed, int packedOffset) {
    for (int i = 0; i < length; i += TURN) {
      IntVector four = IntVector.zero(INTS);
      for (int k = 0; k < TURN; k += LANES) {
        four = four.lanewise(LSHR, 8).or(IntVector.fromArray(INTS, nibbles, i + k));
      }
      LongVector pairs = four.reinterpretAsLongs();
      LongVector bytes = pairs.lanewise(LSHR, 4).or(pairs.lanewise(LSHR, 32));
      ByteVector linear = bytes.reinterpretAsBytes().rearrange(PAIRS_TO_LINEAR);
      ((ByteVector) linear.reinterpretShape(HALF_BYTES, 0)).intoArray(packed, packedOffset + i / 2);
    }
  }
}
