package io.github.fp4j.simd;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link MinifloatDecoder} for one width and format; see {@link PerWidth}.
 *
 * <p>A placed code read with exponent field 0 as if normal is {@code v = normal / 2 * (1 + f)}, where {@code normal * f = 2 * v - normal} is meant. For normal
 * codes v is right, and {@code 2 * v - normal} is not less; for the others it is less: the minimum of the two is always the value, and no product of subnormal
 * float32 numbers, which some CPUs trap, is needed.
 */
final class MinifloatDecoderBody implements MinifloatDecoder {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, SHAPE);
  private static final int LANES = FLOATS.length();
  private static final int TURN = 4 * LANES;
  private static final Source SOURCE = PerWidth.choice(MethodHandles.lookup(), Source.class);

  /** Code k * LANES + j to byte 3 - k of int j, so that vector k finds its codes in the top bytes after k shifts by 8. */
  private static final VectorShuffle<Byte> FROM_LINEAR = VectorShuffle.fromOp(BYTES, i -> (3 - i % 4) * LANES + i / 4);

  @Override
  public int decode(byte[] codes, int codesOffset, float[] values, int offset, int length) {
    IntVector placeMask = IntVector.broadcast(INTS, SOURCE.placeMask());
    IntVector unit = IntVector.broadcast(INTS, SOURCE.unitBits());
    IntVector twiceUnit = IntVector.broadcast(INTS, SOURCE.unitBits() + (1 << 23));
    FloatVector normal = FloatVector.broadcast(FLOATS, SOURCE.normal());
    IntVector sign = IntVector.broadcast(INTS, SOURCE.signBits());
    IntVector lastFinite = IntVector.broadcast(INTS, SOURCE.lastFinite());
    IntVector lastNumber = IntVector.broadcast(INTS, SOURCE.lastNumber());
    IntVector infinity = IntVector.broadcast(INTS, 0x7F800000);
    IntVector nan = IntVector.broadcast(INTS, 0x7FC00000);
    int end = length - length % TURN;
    for (int i = 0; i < end; i += TURN) {
      IntVector four = ByteVector.fromArray(BYTES, codes, codesOffset + i).rearrange(FROM_LINEAR).reinterpretAsInts();
      for (int k = 0; k < TURN; k += LANES) {
        IntVector topmost = four.lanewise(LSHL, 8 * (k / LANES));
        IntVector placed = topmost.lanewise(LSHR, SOURCE.placeShift()).and(placeMask);
        IntVector subnormal = placed.add(twiceUnit).reinterpretAsFloats().sub(normal).reinterpretAsInts();
        IntVector magnitude = placed.add(unit).min(subnormal);
        if (SOURCE.lastFinite() < SOURCE.lastNumber()) {
          magnitude = magnitude.blend(infinity, placed.compare(GT, lastFinite));
        }
        IntVector bits = magnitude.or(topmost.and(sign)).blend(nan, placed.compare(GT, lastNumber));
        bits.reinterpretAsFloats().intoArray(values, offset + i + k);
      }
    }
    return end;
  }
}
