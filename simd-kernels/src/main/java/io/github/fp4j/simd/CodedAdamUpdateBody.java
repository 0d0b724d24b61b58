package io.github.fp4j.simd;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.MAX;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.CodedAdam;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** {@link CodedAdamUpdate} for 512 bits, where a vector holds a whole codebook, and one form; see {@link PerWidth}, {@link AdamUpdateBody}. */
final class CodedAdamUpdateBody implements CodedAdamUpdate {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, SHAPE);
  private static final VectorSpecies<Byte> HALF_BYTES = VectorSpecies.of(byte.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));
  private static final int LANES = FLOATS.length();
  private static final AdamUpdate.Form FORM = PerWidth.choice(MethodHandles.lookup(), AdamUpdate.Form.class);

  /** The int of packed codes that each lane of a turn's first vector finds its code in, and how far to shift it. */
  private static final IntVector WORD = IntVector.zero(INTS).addIndex(1).lanewise(LSHR, 3);

  private static final IntVector SHIFT = IntVector.zero(INTS).addIndex(1).and(7).mul(4);

  @Override
  public void adam(
      AdamCoefficients c,
      float[] parameters,
      int parametersOffset,
      float[] gradient,
      int gradientOffset,
      float[] firstValues,
      CodedAdam.Moment first,
      float[] secondValues,
      CodedAdam.Moment second,
      int block,
      float[] m,
      float[] v,
      int length) {
    FloatVector threshold = FloatVector.broadcast(FLOATS, c.threshold);
    FloatVector ratio = FloatVector.broadcast(FLOATS, c.ratio);
    FloatVector gain = FloatVector.broadcast(FLOATS, c.gain);
    FloatVector beta1 = FloatVector.broadcast(FLOATS, c.beta1);
    FloatVector oneMinusBeta1 = FloatVector.broadcast(FLOATS, c.oneMinusBeta1);
    FloatVector beta2 = FloatVector.broadcast(FLOATS, c.beta2);
    FloatVector oneMinusBeta2 = FloatVector.broadcast(FLOATS, c.oneMinusBeta2);
    FloatVector stepSize = FloatVector.broadcast(FLOATS, c.stepSize);
    FloatVector correction = FloatVector.broadcast(FLOATS, c.inverseRootCorrection2);
    FloatVector epsilon = FloatVector.broadcast(FLOATS, c.epsilon);
    FloatVector decay = FloatVector.broadcast(FLOATS, c.decay);
    IntVector notSign = IntVector.broadcast(INTS, 0x7FFFFFFF);
    byte[] firstPacked = first.packed();
    byte[] secondPacked = second.packed();
    float[] firstScales = first.scales();
    float[] secondScales = second.scales();
    int size = first.format().blockSize();
    for (int from = 0; from < length; from += size, block++) {
      FloatVector firstTable = FloatVector.fromArray(FLOATS, firstValues, 0).mul(firstScales[block]);
      FloatVector secondTable = FloatVector.fromArray(FLOATS, secondValues, 0).mul(secondScales[block]);
      IntVector firstLargest = IntVector.zero(INTS);
      IntVector secondLargest = IntVector.zero(INTS);
      int packed = block * size / 2;
      for (int turn = 0; turn < size; turn += TURN) {
        IntVector firstWords = ((ByteVector) ByteVector.fromArray(HALF_BYTES, firstPacked, packed + turn / 2).reinterpretShape(BYTES, 0)).reinterpretAsInts();
        IntVector secondWords = ((ByteVector) ByteVector.fromArray(HALF_BYTES, secondPacked, packed + turn / 2).reinterpretShape(BYTES, 0)).reinterpretAsInts();
        for (int k = 0; k < TURN; k += LANES) {
          int i = from + turn + k;
          FloatVector g = FloatVector.fromArray(FLOATS, gradient, gradientOffset + i);
          FloatVector a = FORM.plain() ? g : g.blend(g.mul(ratio), g.abs().compare(GT, threshold)).mul(gain);
          IntVector word = WORD.add(k / 8);
          IntVector firstCode = word.selectFrom(firstWords).lanewise(LSHR, SHIFT).and(15);
          IntVector secondCode = word.selectFrom(secondWords).lanewise(LSHR, SHIFT).and(15);
          FloatVector oldFirst = firstCode.selectFrom(firstTable.reinterpretAsInts()).reinterpretAsFloats();
          FloatVector oldSecond = secondCode.selectFrom(secondTable.reinterpretAsInts()).reinterpretAsFloats();
          FloatVector newFirst = FORM.lerp() ? oldFirst.add(a.sub(oldFirst).mul(oneMinusBeta1)) : oldFirst.mul(beta1).add(a.mul(oneMinusBeta1));
          FloatVector newSecond = oldSecond.mul(beta2).add(a.mul(oneMinusBeta2).mul(a));
          newFirst.intoArray(m, i);
          newSecond.intoArray(v, i);
          firstLargest = firstLargest.max(newFirst.reinterpretAsInts().and(notSign));
          secondLargest = secondLargest.max(newSecond.reinterpretAsInts().and(notSign));
          FloatVector update = newFirst.mul(stepSize).div(newSecond.sqrt().mul(correction).add(epsilon));
          FloatVector.fromArray(FLOATS, parameters, parametersOffset + i).mul(decay).sub(update).intoArray(parameters, parametersOffset + i);
        }
      }
      firstScales[block] = Float.intBitsToFloat(firstLargest.reduceLanes(MAX));
      secondScales[block] = Float.intBitsToFloat(secondLargest.reduceLanes(MAX));
    }
  }
}
