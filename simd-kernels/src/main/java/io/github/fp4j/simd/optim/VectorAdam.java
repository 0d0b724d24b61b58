package io.github.fp4j.simd.optim;

import static jdk.incubator.vector.VectorOperators.GT;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.OptimizerKernels;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Whole vectors of {@link OptimizerKernels#adam} and {@link OptimizerKernels#condition}; each method returns the first element it left to the scalar loop. The
 * two forms of the first moment are two methods because a choice inside the loop keeps it from being pipelined. Multiplications and additions stay apart.
 */
final class VectorAdam {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  private VectorAdam() {}

  static int condition(AdamCoefficients c, float[] gradient, int offset, float[] target, int targetOffset, int length) {
    int end = FLOATS.loopBound(length);
    float threshold = c.threshold;
    float ratio = c.ratio;
    float gain = c.gain;
    for (int i = 0; i < end; i += FLOATS.length()) {
      FloatVector g = FloatVector.fromArray(FLOATS, gradient, offset + i);
      g.blend(g.mul(ratio), g.abs().compare(GT, threshold)).mul(gain).intoArray(target, targetOffset + i);
    }
    return end;
  }

  static int blend(
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
    int end = FLOATS.loopBound(length);
    float threshold = c.threshold;
    float ratio = c.ratio;
    float gain = c.gain;
    float beta1 = c.beta1;
    float oneMinusBeta1 = c.oneMinusBeta1;
    float beta2 = c.beta2;
    float oneMinusBeta2 = c.oneMinusBeta2;
    float stepSize = c.stepSize;
    float correction = c.inverseRootCorrection2;
    float epsilon = c.epsilon;
    float decay = c.decay;
    for (int i = 0; i < end; i += FLOATS.length()) {
      FloatVector g = FloatVector.fromArray(FLOATS, gradient, gradientOffset + i);
      FloatVector a = g.blend(g.mul(ratio), g.abs().compare(GT, threshold)).mul(gain);
      FloatVector m = FloatVector.fromArray(FLOATS, first, firstOffset + i).mul(beta1).add(a.mul(oneMinusBeta1));
      FloatVector v = FloatVector.fromArray(FLOATS, second, secondOffset + i).mul(beta2).add(a.mul(oneMinusBeta2).mul(a));
      m.intoArray(first, firstOffset + i);
      v.intoArray(second, secondOffset + i);
      FloatVector update = m.mul(stepSize).div(v.sqrt().mul(correction).add(epsilon));
      FloatVector.fromArray(FLOATS, parameters, parametersOffset + i).mul(decay).sub(update).intoArray(parameters, parametersOffset + i);
    }
    return end;
  }

  static int lerp(
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
    int end = FLOATS.loopBound(length);
    float threshold = c.threshold;
    float ratio = c.ratio;
    float gain = c.gain;
    float oneMinusBeta1 = c.oneMinusBeta1;
    float beta2 = c.beta2;
    float oneMinusBeta2 = c.oneMinusBeta2;
    float stepSize = c.stepSize;
    float correction = c.inverseRootCorrection2;
    float epsilon = c.epsilon;
    float decay = c.decay;
    for (int i = 0; i < end; i += FLOATS.length()) {
      FloatVector g = FloatVector.fromArray(FLOATS, gradient, gradientOffset + i);
      FloatVector a = g.blend(g.mul(ratio), g.abs().compare(GT, threshold)).mul(gain);
      FloatVector old = FloatVector.fromArray(FLOATS, first, firstOffset + i);
      FloatVector m = old.add(a.sub(old).mul(oneMinusBeta1));
      FloatVector v = FloatVector.fromArray(FLOATS, second, secondOffset + i).mul(beta2).add(a.mul(oneMinusBeta2).mul(a));
      m.intoArray(first, firstOffset + i);
      v.intoArray(second, secondOffset + i);
      FloatVector update = m.mul(stepSize).div(v.sqrt().mul(correction).add(epsilon));
      FloatVector.fromArray(FLOATS, parameters, parametersOffset + i).mul(decay).sub(update).intoArray(parameters, parametersOffset + i);
    }
    return end;
  }
}
