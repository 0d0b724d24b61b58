package io.github.fp4j.simd;

import static jdk.incubator.vector.VectorOperators.GT;

import io.github.fp4j.backend.AdamCoefficients;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** {@link GradientConditioner} for one width; see {@link PerWidth}. */
final class GradientConditionerBody implements GradientConditioner {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final int LANES = FLOATS.length();

  @Override
  public int condition(AdamCoefficients c, float[] gradient, int offset, float[] target, int targetOffset, int length) {
    int end = length - length % LANES;
    FloatVector threshold = FloatVector.broadcast(FLOATS, c.threshold);
    FloatVector ratio = FloatVector.broadcast(FLOATS, c.ratio);
    FloatVector gain = FloatVector.broadcast(FLOATS, c.gain);
    for (int i = 0; i < end; i += LANES) {
      FloatVector g = FloatVector.fromArray(FLOATS, gradient, offset + i);
      g.blend(g.mul(ratio), g.abs().compare(GT, threshold)).mul(gain).intoArray(target, targetOffset + i);
    }
    return end;
  }
}
