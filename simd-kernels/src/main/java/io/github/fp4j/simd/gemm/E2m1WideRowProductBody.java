package io.github.fp4j.simd.gemm;

import static jdk.incubator.vector.VectorOperators.LSHR;

import io.github.fp4j.formats.E2m1;
import io.github.fp4j.simd.PerWidth;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link RowProduct} of E2M1 for vectors of 512 bits, of which there are 32; see {@link PerWidth}. A code is the index of its own float32 in a table of one register.
 * Four accumulators hide the latency of fused multiply-adds.
 */
final class E2m1WideRowProductBody implements RowProduct {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final int LANES = FLOATS.length();
  private static final IntVector TABLE = table();

  private static IntVector table() {
    int[] bits = new int[LANES];
    for (int code = 0; code < LANES; code++) {
      bits[code] = Float.floatToRawIntBits(E2m1.decode(code));
    }
    return IntVector.fromArray(INTS, bits, 0);
  }

  @Override
  public int rows() {
    return 4 * LANES;
  }

  @Override
  public void multiply(
      int[] codes, int codesOffset, int codesStride, float[] factors, int factorsOffset, int factorsStride, int blockShift, int k, float[] x, int xOffset,
      float[] sums, int sumsOffset) {
    int codes1 = codesStride;
    int codes2 = 2 * codesStride;
    int codes3 = 3 * codesStride;
    int factors1 = factorsStride;
    int factors2 = 2 * factorsStride;
    int factors3 = 3 * factorsStride;
    FloatVector sum0 = FloatVector.fromArray(FLOATS, sums, sumsOffset);
    FloatVector sum1 = FloatVector.fromArray(FLOATS, sums, sumsOffset + LANES);
    FloatVector sum2 = FloatVector.fromArray(FLOATS, sums, sumsOffset + 2 * LANES);
    FloatVector sum3 = FloatVector.fromArray(FLOATS, sums, sumsOffset + 3 * LANES);
    for (int i = 0; i < k; i += 8) {
      int at = codesOffset + 2 * i;
      int f = factorsOffset + (i >>> blockShift << 4);
      IntVector code0 = IntVector.fromArray(INTS, codes, at);
      IntVector code1 = IntVector.fromArray(INTS, codes, at + codes1);
      IntVector code2 = IntVector.fromArray(INTS, codes, at + codes2);
      IntVector code3 = IntVector.fromArray(INTS, codes, at + codes3);
      FloatVector factor0 = FloatVector.fromArray(FLOATS, factors, f);
      FloatVector factor1 = FloatVector.fromArray(FLOATS, factors, f + factors1);
      FloatVector factor2 = FloatVector.fromArray(FLOATS, factors, f + factors2);
      FloatVector factor3 = FloatVector.fromArray(FLOATS, factors, f + factors3);
      for (int n = 0; n < 8; n++) {
        FloatVector activation = FloatVector.broadcast(FLOATS, x[xOffset + i + n]);
        FloatVector element0 = code0.selectFrom(TABLE).reinterpretAsFloats().mul(factor0);
        sum0 = element0.fma(activation, sum0);
        code0 = code0.lanewise(LSHR, 4);
        FloatVector element1 = code1.selectFrom(TABLE).reinterpretAsFloats().mul(factor1);
        sum1 = element1.fma(activation, sum1);
        code1 = code1.lanewise(LSHR, 4);
        FloatVector element2 = code2.selectFrom(TABLE).reinterpretAsFloats().mul(factor2);
        sum2 = element2.fma(activation, sum2);
        code2 = code2.lanewise(LSHR, 4);
        FloatVector element3 = code3.selectFrom(TABLE).reinterpretAsFloats().mul(factor3);
        sum3 = element3.fma(activation, sum3);
        code3 = code3.lanewise(LSHR, 4);
      }
    }
    sum0.intoArray(sums, sumsOffset);
    sum1.intoArray(sums, sumsOffset + LANES);
    sum2.intoArray(sums, sumsOffset + 2 * LANES);
    sum3.intoArray(sums, sumsOffset + 3 * LANES);
  }
}
