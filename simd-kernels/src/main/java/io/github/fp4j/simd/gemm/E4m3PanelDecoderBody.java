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

/** {@link PanelDecoder} of E4M3 for one width; see {@link PerWidth} and, for the arithmetic, {@link E4m3RowProductBody}. */
final class E4m3PanelDecoderBody implements PanelDecoder {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final int LANES = FLOATS.length();

  @Override
  public void decode(int[] codes, int codesOffset, float[] factors, int factorsOffset, int blockShift, int k, float[] panel, int panelOffset) {
    IntVector magnitudeBits = IntVector.broadcast(INTS, 0x7F);
    IntVector signBit = IntVector.broadcast(INTS, 1 << 31);
    IntVector nan = IntVector.broadcast(INTS, 0x7FC00000);
    FloatVector unit = FloatVector.broadcast(FLOATS, 0x1p120f);
    for (int part = 0; part < 16; part += LANES) {
      for (int i = 0; i < k; i += 4) {
        IntVector code = IntVector.fromArray(INTS, codes, codesOffset + part + 4 * i);
        FloatVector factor = FloatVector.fromArray(FLOATS, factors, factorsOffset + part + (i >>> blockShift << 4));
        for (int n = 0; n < 4; n++) {
          IntVector magnitude = code.and(magnitudeBits);
          IntVector value = magnitude.lanewise(LSHL, 20).reinterpretAsFloats().mul(unit).reinterpretAsInts();
          IntVector signed = value.blend(nan, magnitude.compare(EQ, magnitudeBits)).or(code.lanewise(LSHL, 24).and(signBit));
          signed.reinterpretAsFloats().mul(factor).intoArray(panel, panelOffset + part + TileProduct.PANEL * (i + n));
          code = code.lanewise(LSHR, 8);
        }
      }
    }
  }
}
