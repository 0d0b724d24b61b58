package io.github.fp4j.simd;

import static jdk.incubator.vector.VectorOperators.DIV;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** {@link ElementScaler} for one width; see {@link PerWidth}. */
final class ElementScalerBody implements ElementScaler {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final int LANES = FLOATS.length();

  @Override
  public void prescaleProducts(float[] values, int offset, int length, float zero, float m, float[] prescaled) {
    FloatVector addend = FloatVector.broadcast(FLOATS, zero);
    FloatVector multiplier = FloatVector.broadcast(FLOATS, m);
    for (int i = 0; i < length; i += LANES) {
      FloatVector.fromArray(FLOATS, values, offset + i).add(addend).mul(multiplier).intoArray(prescaled, i);
    }
  }

  @Override
  public void prescaleQuotients(float[] values, int offset, int length, float zero, float d, float[] prescaled) {
    FloatVector addend = FloatVector.broadcast(FLOATS, zero);
    FloatVector divisor = FloatVector.broadcast(FLOATS, d);
    for (int i = 0; i < length; i += LANES) {
      FloatVector.fromArray(FLOATS, values, offset + i).add(addend).lanewise(DIV, divisor).intoArray(prescaled, i);
    }
  }

  @Override
  public void products(float[] values, int offset, int length, float[] factors, int blockShift, float zero, float[] scaled) {
    FloatVector addend = FloatVector.broadcast(FLOATS, zero);
    for (int i = 0; i < length; i += LANES) {
      FloatVector factor = FloatVector.broadcast(FLOATS, factors[i >>> blockShift]);
      FloatVector.fromArray(FLOATS, values, offset + i).mul(factor).add(addend).intoArray(scaled, i);
    }
  }

  @Override
  public void quotients(float[] values, int offset, int length, float[] factors, int blockShift, float zero, float[] scaled) {
    FloatVector addend = FloatVector.broadcast(FLOATS, zero);
    for (int i = 0; i < length; i += LANES) {
      FloatVector factor = FloatVector.broadcast(FLOATS, factors[i >>> blockShift]);
      FloatVector.fromArray(FLOATS, values, offset + i).lanewise(DIV, factor).add(addend).intoArray(scaled, i);
    }
  }
}
