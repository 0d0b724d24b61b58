package io.github.fp4j.simd.gemm;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import io.github.fp4j.formats.E2m1;
import io.github.fp4j.simd.PerWidth;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link RowProduct} of E2M1 for one width, for CPUs with 16 vector registers: of two vectors, for with four the accumulators, codes, factors and constants do not
 * all have a register (on AVX2 that is three times slower). See {@link PerWidth}.
 *
 * <p>A code is the index of its own float32 bits in a table of one register. Where it holds only eight, the magnitudes, or two hold four each, every entry has its
 * magnitude's code in the top bits: the exclusive-or with the code, moved there, takes that away and leaves the sign.
 */
final class E2m1NarrowRowProductBody implements RowProduct {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final int LANES = FLOATS.length();
  private static final IntVector TABLE = table(0);
  private static final IntVector UPPER_TABLE = table(LANES);

  private static IntVector table(int from) {
    int[] bits = new int[LANES];
    for (int i = 0; i < LANES; i++) {
      int code = from + i;
      bits[i] = Float.floatToRawIntBits(E2m1.decode(code)) ^ (LANES == 16 ? 0 : code << 28);
    }
    return IntVector.fromArray(INTS, bits, 0);
  }

  @Override
  public int rows() {
    return Math.max(2 * LANES, 16);
  }

  @Override
  public void multiply(
      int[] codes, int codesOffset, int codesStride, float[] factors, int factorsOffset, int factorsStride, int blockShift, int k, float[] x, int xOffset,
      float[] sums, int sumsOffset) {
    int codes1 = LANES == 16 ? codesStride : LANES;
    int factors1 = LANES == 16 ? factorsStride : LANES;
    for (int part = 0; part < rows(); part += 2 * LANES) {
      FloatVector sum0 = FloatVector.fromArray(FLOATS, sums, sumsOffset + part);
      FloatVector sum1 = FloatVector.fromArray(FLOATS, sums, sumsOffset + part + LANES);
      for (int i = 0; i < k; i += 8) {
        int at = codesOffset + part + 2 * i;
        int f = factorsOffset + part + (i >>> blockShift << 4);
        IntVector code0 = IntVector.fromArray(INTS, codes, at);
        IntVector code1 = IntVector.fromArray(INTS, codes, at + codes1);
        FloatVector factor0 = FloatVector.fromArray(FLOATS, factors, f);
        FloatVector factor1 = FloatVector.fromArray(FLOATS, factors, f + factors1);
        for (int n = 0; n < 8; n++) {
          FloatVector activation = FloatVector.broadcast(FLOATS, x[xOffset + i + n]);
          IntVector entry0 = LANES == 4 ? code0.selectFrom(TABLE, UPPER_TABLE) : code0.selectFrom(TABLE);
          FloatVector element0 = (LANES == 16 ? entry0 : entry0.lanewise(XOR, code0.lanewise(LSHL, 28))).reinterpretAsFloats().mul(factor0);
          sum0 = element0.fma(activation, sum0);
          code0 = code0.lanewise(LSHR, 4);
          IntVector entry1 = LANES == 4 ? code1.selectFrom(TABLE, UPPER_TABLE) : code1.selectFrom(TABLE);
          FloatVector element1 = (LANES == 16 ? entry1 : entry1.lanewise(XOR, code1.lanewise(LSHL, 28))).reinterpretAsFloats().mul(factor1);
          sum1 = element1.fma(activation, sum1);
          code1 = code1.lanewise(LSHR, 4);
        }
      }
      sum0.intoArray(sums, sumsOffset + part);
      sum1.intoArray(sums, sumsOffset + part + LANES);
    }
  }
}
