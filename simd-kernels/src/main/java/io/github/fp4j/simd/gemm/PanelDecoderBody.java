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

/** {@link PanelDecoder} for one width; see {@link PerWidth} and, for the table, {@link RowProductBody}. */
final class PanelDecoderBody implements PanelDecoder {
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
  public void decode(int[] codes, int codesOffset, float[] factors, int factorsOffset, int blockShift, int k, float[] panel, int panelOffset) {
    IntVector sign = IntVector.broadcast(INTS, 1 << 31);
    for (int part = 0; part < 16; part += LANES) {
      for (int i = 0; i < k; i += 8) {
        IntVector code = IntVector.fromArray(INTS, codes, codesOffset + part + 2 * i);
        FloatVector factor = FloatVector.fromArray(FLOATS, factors, factorsOffset + part + (i >>> blockShift << 4));
        for (int n = 0; n < 8; n++) {
          IntVector entry = LANES == 4 ? code.selectFrom(TABLE, UPPER_TABLE) : code.selectFrom(TABLE);
          IntVector scaled = entry.reinterpretAsFloats().mul(factor).reinterpretAsInts();
          IntVector element = LANES == 16 ? scaled : scaled.lanewise(XOR, code.lanewise(LSHL, 28).and(sign));
          element.reinterpretAsFloats().intoArray(panel, panelOffset + part + TileProduct.PANEL * (i + n));
          code = code.lanewise(LSHR, 4);
        }
      }
    }
  }
}
