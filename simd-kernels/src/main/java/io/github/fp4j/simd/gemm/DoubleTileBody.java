package io.github.fp4j.simd.gemm;

import static io.github.fp4j.simd.gemm.TileProduct.PANEL;

import io.github.fp4j.simd.PerWidth;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/** {@link DoubleTile} of four rows and two vectors: eight accumulators, two columns, one broadcast row. See {@link PerWidth}. */
final class DoubleTileBody implements DoubleTile {
  private static final VectorSpecies<Double> DOUBLES = VectorSpecies.of(double.class, PerWidth.shape(MethodHandles.lookup()));
  private static final int LANES = DOUBLES.length();

  @Override
  public int columns() {
    return 2 * LANES;
  }

  @Override
  public void multiply(float[] a, int aOffset, int aStride, int valid, double[] panel, int panelOffset, int k, double[] sums, int sumsOffset) {
    int last = valid - 1;
    int a1 = aOffset + Math.min(1, last) * aStride;
    int a2 = aOffset + Math.min(2, last) * aStride;
    int a3 = aOffset + Math.min(3, last) * aStride;
    DoubleVector sum00 = DoubleVector.fromArray(DOUBLES, sums, sumsOffset);
    DoubleVector sum01 = DoubleVector.fromArray(DOUBLES, sums, sumsOffset + LANES);
    DoubleVector sum10 = DoubleVector.fromArray(DOUBLES, sums, sumsOffset + PANEL);
    DoubleVector sum11 = DoubleVector.fromArray(DOUBLES, sums, sumsOffset + PANEL + LANES);
    DoubleVector sum20 = DoubleVector.fromArray(DOUBLES, sums, sumsOffset + 2 * PANEL);
    DoubleVector sum21 = DoubleVector.fromArray(DOUBLES, sums, sumsOffset + 2 * PANEL + LANES);
    DoubleVector sum30 = DoubleVector.fromArray(DOUBLES, sums, sumsOffset + 3 * PANEL);
    DoubleVector sum31 = DoubleVector.fromArray(DOUBLES, sums, sumsOffset + 3 * PANEL + LANES);
    for (int i = 0; i < k; i++) {
      DoubleVector b0 = DoubleVector.fromArray(DOUBLES, panel, panelOffset + PANEL * i);
      DoubleVector b1 = DoubleVector.fromArray(DOUBLES, panel, panelOffset + PANEL * i + LANES);
      DoubleVector row0 = DoubleVector.broadcast(DOUBLES, a[aOffset + i]);
      sum00 = row0.fma(b0, sum00);
      sum01 = row0.fma(b1, sum01);
      DoubleVector row1 = DoubleVector.broadcast(DOUBLES, a[a1 + i]);
      sum10 = row1.fma(b0, sum10);
      sum11 = row1.fma(b1, sum11);
      DoubleVector row2 = DoubleVector.broadcast(DOUBLES, a[a2 + i]);
      sum20 = row2.fma(b0, sum20);
      sum21 = row2.fma(b1, sum21);
      DoubleVector row3 = DoubleVector.broadcast(DOUBLES, a[a3 + i]);
      sum30 = row3.fma(b0, sum30);
      sum31 = row3.fma(b1, sum31);
    }
    sum00.intoArray(sums, sumsOffset);
    sum01.intoArray(sums, sumsOffset + LANES);
    sum10.intoArray(sums, sumsOffset + PANEL);
    sum11.intoArray(sums, sumsOffset + PANEL + LANES);
    sum20.intoArray(sums, sumsOffset + 2 * PANEL);
    sum21.intoArray(sums, sumsOffset + 2 * PANEL + LANES);
    sum30.intoArray(sums, sumsOffset + 3 * PANEL);
    sum31.intoArray(sums, sumsOffset + 3 * PANEL + LANES);
  }
}
