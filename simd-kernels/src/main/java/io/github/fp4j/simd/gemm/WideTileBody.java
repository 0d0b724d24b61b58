package io.github.fp4j.simd.gemm;

import io.github.fp4j.simd.PerWidth;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link TileProduct} of eight rows and three vectors, for CPUs with 32 vector registers: 24 accumulators, three columns, one broadcast row. See
 * {@link PerWidth}.
 */
final class WideTileBody implements TileProduct {
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, PerWidth.shape(MethodHandles.lookup()));
  private static final int LANES = FLOATS.length();
  private static final int ROWS = 8;

  @Override
  public int rows() {
    return ROWS;
  }

  @Override
  public int columns() {
    return 3 * LANES;
  }

  @Override
  public void multiply(float[] a, int aOffset, int aStride, int valid, float[] panel, int panelOffset, int k, float[] sums, int sumsOffset) {
    int last = valid - 1;
    int a1 = aOffset + Math.min(1, last) * aStride;
    int a2 = aOffset + Math.min(2, last) * aStride;
    int a3 = aOffset + Math.min(3, last) * aStride;
    int a4 = aOffset + Math.min(4, last) * aStride;
    int a5 = aOffset + Math.min(5, last) * aStride;
    int a6 = aOffset + Math.min(6, last) * aStride;
    int a7 = aOffset + Math.min(7, last) * aStride;
    FloatVector sum00 = FloatVector.fromArray(FLOATS, sums, sumsOffset);
    FloatVector sum01 = FloatVector.fromArray(FLOATS, sums, sumsOffset + LANES);
    FloatVector sum02 = FloatVector.fromArray(FLOATS, sums, sumsOffset + 2 * LANES);
    FloatVector sum10 = FloatVector.fromArray(FLOATS, sums, sumsOffset + PANEL);
    FloatVector sum11 = FloatVector.fromArray(FLOATS, sums, sumsOffset + PANEL + LANES);
    FloatVector sum12 = FloatVector.fromArray(FLOATS, sums, sumsOffset + PANEL + 2 * LANES);
    FloatVector sum20 = FloatVector.fromArray(FLOATS, sums, sumsOffset + 2 * PANEL);
    FloatVector sum21 = FloatVector.fromArray(FLOATS, sums, sumsOffset + 2 * PANEL + LANES);
    FloatVector sum22 = FloatVector.fromArray(FLOATS, sums, sumsOffset + 2 * PANEL + 2 * LANES);
    FloatVector sum30 = FloatVector.fromArray(FLOATS, sums, sumsOffset + 3 * PANEL);
    FloatVector sum31 = FloatVector.fromArray(FLOATS, sums, sumsOffset + 3 * PANEL + LANES);
    FloatVector sum32 = FloatVector.fromArray(FLOATS, sums, sumsOffset + 3 * PANEL + 2 * LANES);
    FloatVector sum40 = FloatVector.fromArray(FLOATS, sums, sumsOffset + 4 * PANEL);
    FloatVector sum41 = FloatVector.fromArray(FLOATS, sums, sumsOffset + 4 * PANEL + LANES);
    FloatVector sum42 = FloatVector.fromArray(FLOATS, sums, sumsOffset + 4 * PANEL + 2 * LANES);
    FloatVector sum50 = FloatVector.fromArray(FLOATS, sums, sumsOffset + 5 * PANEL);
    FloatVector sum51 = FloatVector.fromArray(FLOATS, sums, sumsOffset + 5 * PANEL + LANES);
    FloatVector sum52 = FloatVector.fromArray(FLOATS, sums, sumsOffset + 5 * PANEL + 2 * LANES);
    FloatVector sum60 = FloatVector.fromArray(FLOATS, sums, sumsOffset + 6 * PANEL);
    FloatVector sum61 = FloatVector.fromArray(FLOATS, sums, sumsOffset + 6 * PANEL + LANES);
    FloatVector sum62 = FloatVector.fromArray(FLOATS, sums, sumsOffset + 6 * PANEL + 2 * LANES);
    FloatVector sum70 = FloatVector.fromArray(FLOATS, sums, sumsOffset + 7 * PANEL);
    FloatVector sum71 = FloatVector.fromArray(FLOATS, sums, sumsOffset + 7 * PANEL + LANES);
    FloatVector sum72 = FloatVector.fromArray(FLOATS, sums, sumsOffset + 7 * PANEL + 2 * LANES);
    for (int i = 0; i < k; i++) {
      FloatVector b0 = FloatVector.fromArray(FLOATS, panel, panelOffset + PANEL * i);
      FloatVector b1 = FloatVector.fromArray(FLOATS, panel, panelOffset + PANEL * i + LANES);
      FloatVector b2 = FloatVector.fromArray(FLOATS, panel, panelOffset + PANEL * i + 2 * LANES);
      FloatVector row0 = FloatVector.broadcast(FLOATS, a[aOffset + i]);
      sum00 = row0.fma(b0, sum00);
      sum01 = row0.fma(b1, sum01);
      sum02 = row0.fma(b2, sum02);
      FloatVector row1 = FloatVector.broadcast(FLOATS, a[a1 + i]);
      sum10 = row1.fma(b0, sum10);
      sum11 = row1.fma(b1, sum11);
      sum12 = row1.fma(b2, sum12);
      FloatVector row2 = FloatVector.broadcast(FLOATS, a[a2 + i]);
      sum20 = row2.fma(b0, sum20);
      sum21 = row2.fma(b1, sum21);
      sum22 = row2.fma(b2, sum22);
      FloatVector row3 = FloatVector.broadcast(FLOATS, a[a3 + i]);
      sum30 = row3.fma(b0, sum30);
      sum31 = row3.fma(b1, sum31);
      sum32 = row3.fma(b2, sum32);
      FloatVector row4 = FloatVector.broadcast(FLOATS, a[a4 + i]);
      sum40 = row4.fma(b0, sum40);
      sum41 = row4.fma(b1, sum41);
      sum42 = row4.fma(b2, sum42);
      FloatVector row5 = FloatVector.broadcast(FLOATS, a[a5 + i]);
      sum50 = row5.fma(b0, sum50);
      sum51 = row5.fma(b1, sum51);
      sum52 = row5.fma(b2, sum52);
      FloatVector row6 = FloatVector.broadcast(FLOATS, a[a6 + i]);
      sum60 = row6.fma(b0, sum60);
      sum61 = row6.fma(b1, sum61);
      sum62 = row6.fma(b2, sum62);
      FloatVector row7 = FloatVector.broadcast(FLOATS, a[a7 + i]);
      sum70 = row7.fma(b0, sum70);
      sum71 = row7.fma(b1, sum71);
      sum72 = row7.fma(b2, sum72);
    }
    sum00.intoArray(sums, sumsOffset);
    sum01.intoArray(sums, sumsOffset + LANES);
    sum02.intoArray(sums, sumsOffset + 2 * LANES);
    sum10.intoArray(sums, sumsOffset + PANEL);
    sum11.intoArray(sums, sumsOffset + PANEL + LANES);
    sum12.intoArray(sums, sumsOffset + PANEL + 2 * LANES);
    sum20.intoArray(sums, sumsOffset + 2 * PANEL);
    sum21.intoArray(sums, sumsOffset + 2 * PANEL + LANES);
    sum22.intoArray(sums, sumsOffset + 2 * PANEL + 2 * LANES);
    sum30.intoArray(sums, sumsOffset + 3 * PANEL);
    sum31.intoArray(sums, sumsOffset + 3 * PANEL + LANES);
    sum32.intoArray(sums, sumsOffset + 3 * PANEL + 2 * LANES);
    sum40.intoArray(sums, sumsOffset + 4 * PANEL);
    sum41.intoArray(sums, sumsOffset + 4 * PANEL + LANES);
    sum42.intoArray(sums, sumsOffset + 4 * PANEL + 2 * LANES);
    sum50.intoArray(sums, sumsOffset + 5 * PANEL);
    sum51.intoArray(sums, sumsOffset + 5 * PANEL + LANES);
    sum52.intoArray(sums, sumsOffset + 5 * PANEL + 2 * LANES);
    sum60.intoArray(sums, sumsOffset + 6 * PANEL);
    sum61.intoArray(sums, sumsOffset + 6 * PANEL + LANES);
    sum62.intoArray(sums, sumsOffset + 6 * PANEL + 2 * LANES);
    sum70.intoArray(sums, sumsOffset + 7 * PANEL);
    sum71.intoArray(sums, sumsOffset + 7 * PANEL + LANES);
    sum72.intoArray(sums, sumsOffset + 7 * PANEL + 2 * LANES);
  }
}
