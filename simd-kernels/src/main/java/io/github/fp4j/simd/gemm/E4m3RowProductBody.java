package io.github.fp4j.simd.gemm;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.github.fp4j.simd.PerWidth;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link RowProduct} of E4M3 for one width; see {@link PerWidth}.
 *
 * <p>A code's exponent and mantissa, moved to a float32's, are 2^-120 of its value, subnormals included; only the NaN needs a rule of its own. A NaN stays one
 * whatever sign is put on it.
 */
final class E4m3RowProductBody implements RowProduct {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final int LANES = FLOATS.length();

  @Override
  public int rows() {
    return Math.max(2 * LANES, 16);
  }

  @Override
  public void multiply(
      int[] codes, int codesOffset, int codesStride, float[] factors, int factorsOffset, int factorsStride, int blockShift, int k, float[] x, int xOffset,
      float[] sums, int sumsOffset) {
    IntVector magnitudeBits = IntVector.broadcast(INTS, 0x7F);
    IntVector signBit = IntVector.broadcast(INTS, 1 << 31);
    IntVector nan = IntVector.broadcast(INTS, 0x7FC00000);
    FloatVector unit = FloatVector.broadcast(FLOATS, 0x1p120f);
    int codes1 = LANES == 16 ? codesStride : LANES;
    int factors1 = LANES == 16 ? factorsStride : LANES;
    for (int part = 0; part < rows(); part += 2 * LANES) {
      FloatVector sum0 = FloatVector.fromArray(FLOATS, sums, sumsOffset + part);
      FloatVector sum1 = FloatVector.fromArray(FLOATS, sums, sumsOffset + part + LANES);
      for (int i = 0; i < k; i += 4) {
        int at = codesOffset + part + 4 * i;
        int f = factorsOffset + part + (i >>> blockShift << 4);
        IntVector code0 = IntVector.fromArray(INTS, codes, at);
        IntVector code1 = IntVector.fromArray(INTS, codes, at + codes1);
        FloatVector factor0 = FloatVector.fromArray(FLOATS, factors, f);
        FloatVector factor1 = FloatVector.fromArray(FLOATS, factors, f + factors1);
        for (int n = 0; n < 4; n++) {
          FloatVector activation = FloatVector.broadcast(FLOATS, x[xOffset + i + n]);
          IntVector magnitude0 = code0.and(magnitudeBits);
          IntVector value0 = magnitude0.lanewise(LSHL, 20).reinterpretAsFloats().mul(unit).reinterpretAsInts();
          IntVector signed0 = value0.blend(nan, magnitude0.compare(EQ, magnitudeBits)).or(code0.lanewise(LSHL, 24).and(signBit));
          sum0 = signed0.reinterpretAsFloats().mul(factor0).fma(activation, sum0);
          code0 = code0.lanewise(LSHR, 8);
          IntVector magnitude1 = code1.and(magnitudeBits);
          IntVector value1 = magnitude1.lanewise(LSHL, 20).reinterpretAsFloats().mul(unit).reinterpretAsInts();
          IntVector signed1 = value1.blend(nan, magnitude1.compare(EQ, magnitudeBits)).or(code1.lanewise(LSHL, 24).and(signBit));
          sum1 = signed1.reinterpretAsFloats().mul(factor1).fma(activation, sum1);
          code1 = code1.lanewise(LSHR, 8);
        }
      }
      sum0.intoArray(sums, sumsOffset + part);
      sum1.intoArray(sums, sumsOffset + part + LANES);
    }
  }
}
