package io.github.fp4j.simd;

import static jdk.incubator.vector.VectorOperators.GT;

import io.github.fp4j.backend.AdamCoefficients;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** {@link AdamUpdate} for one width and form; see {@link PerWidth}. Multiplications and additions stay apart: the contract rounds both. */
final class AdamUpdateBody implements AdamUpdate {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final int LANES = FLOATS.length();
  private static final Form FORM = PerWidth.choice(MethodHandles.lookup(), Form.class);

  @Override
  public int adam(
      AdamCoefficients c,
      float[] parameters,
      int parametersOffset,
      float[] gradient,
      int gradientOffset,
      float[] first,
      int firstOffset,
      float[] second,
      int secondOffset,
      int length) {
    int end = length - length % LANES;
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
    for (int i = 0; i < end; i += LANES) {
      FloatVector g = FloatVector.fromArray(FLOATS, gradient, gradientOffset + i);
      FloatVector a = FORM.plain() ? g : g.blend(g.mul(ratio), g.abs().compare(GT, threshold)).mul(gain);
      FloatVector old = FloatVector.fromArray(FLOATS, first, firstOffset + i);
      FloatVector m = FORM.lerp() ? old.add(a.sub(old).mul(oneMinusBeta1)) : old.mul(beta1).add(a.mul(oneMinusBeta1));
      FloatVector v = FloatVector.fromArray(FLOATS, second, secondOffset + i).mul(beta2).add(a.mul(oneMinusBeta2).mul(a));
      m.intoArray(first, firstOffset + i);
      v.intoArray(second, secondOffset + i);
      FloatVector update = m.mul(stepSize).div(v.sqrt().mul(correction).add(epsilon));
      FloatVector.fromArray(FLOATS, parameters, parametersOffset + i).mul(decay).sub(update).intoArray(parameters, parametersOffset + i);
    }
    return end;
  }
}
