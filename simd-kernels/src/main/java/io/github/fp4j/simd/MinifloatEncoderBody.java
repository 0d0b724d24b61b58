package io.github.fp4j.simd;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.MAX;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link MinifloatEncoder} for one width and form; see {@link PerWidth}.
 *
 * <p>The rounding is that of the scalar codecs: with e the exponent of the magnitude a, or of the smallest normal number, the float addition of
 * {@code 2^(e + 23 - m)} rounds a to a multiple of {@code 2^(e - m)} and leaves their number n in the low bits. Only the low eight bits are wanted, so that
 * neither the power of two has to be taken off again nor the exponent's own bits, and the offset of the exponent field rides along as an even number of ulps:
 * {@code code = (a + unit(e)) + (e >>> (23 - m))} modulo 256.
 */
final class MinifloatEncoderBody implements MinifloatEncoder {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, SHAPE);
  private static final VectorSpecies<Byte> HALF_BYTES = VectorSpecies.of(byte.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));
  private static final int LANES = FLOATS.length();
  private static final int TURN = 4 * LANES;
  private static final Form FORM = PerWidth.choice(MethodHandles.lookup(), Form.class);
  private static final Target TARGET = FORM.target();
  private static final int INFINITY = 0x7F800000;

  // Bits that every vector is combined with, as elements of arrays: see BlockEncoderBody.
  private static final int[] CLAMP = {TARGET.clampBits()};
  private static final int[] NORMAL = {TARGET.normalBits()};
  private static final int[] UNIT = {TARGET.unitBits()};
  private static final int[] SIGN = {TARGET.signBits()};
  private static final int[] NAN = {TARGET.nanCode() << TARGET.codeShift()};
  private static final int[] NOT_SIGN = {0x7FFFFFFF};
  private static final int[] EXPONENT = {INFINITY};

  /** Byte k of int j, which came from vector k, to its place k * LANES + j. */
  private static final VectorShuffle<Byte> TO_LINEAR = VectorShuffle.fromOp(BYTES, i -> 4 * (i % LANES) + i / LANES);

  /** Byte k of the lower half of long j, a pair from vector k, to its place k * LANES / 2 + j; the upper half of the result is not used. */
  private static final VectorShuffle<Byte> PAIRS_TO_LINEAR =
      VectorShuffle.fromOp(BYTES, i -> 8 * (i % (LANES / 2)) + i / (LANES / 2) % 4);

  @Override
  public int turn() {
    return TURN;
  }

  @Override
  public boolean encode(float[] values, int offset, byte[] codes, int codesOffset, int length) {
    IntVector clamp = IntVector.broadcast(INTS, CLAMP[0]);
    IntVector normal = IntVector.broadcast(INTS, NORMAL[0]);
    IntVector unit = IntVector.broadcast(INTS, UNIT[0]);
    IntVector sign = IntVector.broadcast(INTS, SIGN[0]);
    IntVector nan = IntVector.broadcast(INTS, NAN[0]);
    IntVector notSign = IntVector.broadcast(INTS, NOT_SIGN[0]);
    IntVector infinity = IntVector.broadcast(INTS, EXPONENT[0]);
    IntVector largest = IntVector.zero(INTS);
    for (int i = 0; i < length; i += TURN) {
      IntVector four = IntVector.zero(INTS);
      for (int k = 0; k < TURN; k += LANES) {
        IntVector bits = FloatVector.fromArray(FLOATS, values, offset + i + k).reinterpretAsInts();
        IntVector magnitude = bits.and(notSign);
        IntVector a = magnitude.min(clamp);
        IntVector e = a.max(normal).and(infinity);
        IntVector sum = a.reinterpretAsFloats().add(e.add(unit).reinterpretAsFloats()).reinterpretAsInts();
        IntVector code = sum.add(e.lanewise(LSHR, TARGET.fieldShift())).lanewise(LSHL, TARGET.codeShift()).or(bits.and(sign));
        if (FORM.knowsNan()) {
          code = code.blend(nan, magnitude.compare(GT, infinity));
        } else {
          largest = largest.max(magnitude);
        }
        four = four.lanewise(LSHR, 8).or(code);
      }
      four.lanewise(LSHR, TARGET.codeShift() - 24).reinterpretAsBytes().rearrange(TO_LINEAR).intoArray(codes, codesOffset + i);
    }
    return FORM.knowsNan() || largest.reduceLanes(MAX) <= INFINITY;
  }

  @Override
  public boolean encodePacked(float[] values, int offset, byte[] packed, int packedOffset, int length) {
    IntVector clamp = IntVector.broadcast(INTS, CLAMP[0]);
    IntVector normal = IntVector.broadcast(INTS, NORMAL[0]);
    IntVector unit = IntVector.broadcast(INTS, UNIT[0]);
    IntVector sign = IntVector.broadcast(INTS, SIGN[0]);
    IntVector nan = IntVector.broadcast(INTS, NAN[0]);
    IntVector notSign = IntVector.broadcast(INTS, NOT_SIGN[0]);
    IntVector infinity = IntVector.broadcast(INTS, EXPONENT[0]);
    IntVector largest = IntVector.zero(INTS);
    for (int i = 0; i < length; i += TURN) {
      IntVector four = IntVector.zero(INTS);
      for (int k = 0; k < TURN; k += LANES) {
        IntVector bits = FloatVector.fromArray(FLOATS, values, offset + i + k).reinterpretAsInts();
        IntVector magnitude = bits.and(notSign);
        IntVector a = magnitude.min(clamp);
        IntVector e = a.max(normal).and(infinity);
        IntVector sum = a.reinterpretAsFloats().add(e.add(unit).reinterpretAsFloats()).reinterpretAsInts();
        IntVector code = sum.add(e.lanewise(LSHR, TARGET.fieldShift())).lanewise(LSHL, 28).or(bits.and(sign));
        if (FORM.knowsNan()) {
          code = code.blend(nan, magnitude.compare(GT, infinity));
        } else {
          largest = largest.max(magnitude);
        }
        four = four.lanewise(LSHR, 8).or(code);
      }
      // every byte holds a code in its high nibble; the earlier value of each pair is in the lower int of a long
      LongVector pairs = four.reinterpretAsLongs();
      LongVector bytes = pairs.lanewise(LSHR, 4).or(pairs.lanewise(LSHR, 32));
      ByteVector linear = bytes.reinterpretAsBytes().rearrange(PAIRS_TO_LINEAR);
      ((ByteVector) linear.reinterpretShape(HALF_BYTES, 0)).intoArray(packed, packedOffset + i / 2);
    }
    return FORM.knowsNan() || largest.reduceLanes(MAX) <= INFINITY;
  }
}
