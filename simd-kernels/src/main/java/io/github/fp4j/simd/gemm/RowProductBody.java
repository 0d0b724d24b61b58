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
 * {@link RowProduct} for one width; see {@link PerWidth}.
 *
 * <p>A code is the index of its own float32 bits in a table of one register: of all sixteen codes, or of the magnitudes of eight or (two registers) twice four,
 * with the sign put on the scaled element. Four accumulators hide the latency of fused multiply-adds.
 */
final class RowProductBody implements RowProduct {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final int LANES = FLOATS.length();
  private static final IntVector TABLE = table(0);
  private static final IntVector UPPER_TABLE = table(LANES);

  private static IntVector table(int from) {
    int[] bits = new int[LANES];
    for (int i = 0; i < LANES; i++) {
      bits[i] = Float.floatToRawIntBits(E2m1.decode(from + i));
    }
    return IntVector.fromArray(INTS, bits, 0);
  }

  @Override
  public int rows() {
    return 4 * LANES;
  }

  /** Where vector {@code number} of the rows lies, 16 rows being {@code stride} apart. */
  private static int at(int number, int stride) {
    return number * LANES / 16 * stride + number * LANES % 16;
  }

  @Override
  public void multiply(
      int[] codes, int codesOffset, int codesStride, float[] factors, int factorsOffset, int factorsStride, int blockShift, int k, float[] x, int xOffset,
      float[] sums, int sumsOffset) {
    IntVector sign = IntVector.broadcast(INTS, 1 << 31);
    int codes1 = at(1, codesStride);
    int codes2 = at(2, codesStride);
    int codes3 = at(3, codesStride);
    int factors1 = at(1, factorsStride);
    int factors2 = at(2, factorsStride);
    int factors3 = at(3, factorsStride);
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
        IntVector entry0 = LANES == 4 ? code0.selectFrom(TABLE, UPPER_TABLE) : code0.selectFrom(TABLE);
        IntVector scaled0 = entry0.reinterpretAsFloats().mul(factor0).reinterpretAsInts();
        IntVector element0 = LANES == 16 ? scaled0 : scaled0.lanewise(XOR, code0.lanewise(LSHL, 28).and(sign));
        sum0 = element0.reinterpretAsFloats().fma(activation, sum0);
        code0 = code0.lanewise(LSHR, 4);
        IntVector entry1 = LANES == 4 ? code1.selectFrom(TABLE, UPPER_TABLE) : code1.selectFrom(TABLE);
        IntVector scaled1 = entry1.reinterpretAsFloats().mul(factor1).reinterpretAsInts();
        IntVector element1 = LANES == 16 ? scaled1 : scaled1.lanewise(XOR, code1.lanewise(LSHL, 28).and(sign));
        sum1 = element1.reinterpretAsFloats().fma(activation, sum1);
        code1 = code1.lanewise(LSHR, 4);
        IntVector entry2 = LANES == 4 ? code2.selectFrom(TABLE, UPPER_TABLE) : code2.selectFrom(TABLE);
        IntVector scaled2 = entry2.reinterpretAsFloats().mul(factor2).reinterpretAsInts();
        IntVector element2 = LANES == 16 ? scaled2 : scaled2.lanewise(XOR, code2.lanewise(LSHL, 28).and(sign));
        sum2 = element2.reinterpretAsFloats().fma(activation, sum2);
        code2 = code2.lanewise(LSHR, 4);
        IntVector entry3 = LANES == 4 ? code3.selectFrom(TABLE, UPPER_TABLE) : code3.selectFrom(TABLE);
        IntVector scaled3 = entry3.reinterpretAsFloats().mul(factor3).reinterpretAsInts();
        IntVector element3 = LANES == 16 ? scaled3 : scaled3.lanewise(XOR, code3.lanewise(LSHL, 28).and(sign));
        sum3 = element3.reinterpretAsFloats().fma(activation, sum3);
        code3 = code3.lanewise(LSHR, 4);
      }
    }
    sum0.intoArray(sums, sumsOffset);
    sum1.intoArray(sums, sumsOffset + LANES);
    sum2.intoArray(sums, sumsOffset + 2 * LANES);
    sum3.intoArray(sums, sumsOffset + 3 * LANES);
  }
}
