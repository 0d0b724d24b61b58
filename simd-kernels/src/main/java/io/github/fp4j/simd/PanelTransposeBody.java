package io.github.fp4j.simd;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link PanelTranspose} for one width; see {@link PerWidth}.
 *
 * <p>Taking a run of elements apart, the even ones to its first half and the odd ones to its second, four times over, moves element {@code 16 * r + c} of
 * {@code 16 * height} to {@code height * c + r}, whatever the height and the lanes: each time an index is halved modulo {@code 16 * height - 1}, and 16 times
 * {@code height * c + r} is {@code 16 * r + c} there.
 */
final class PanelTransposeBody implements PanelTranspose {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final int LANES = FLOATS.length();

  @Override
  public void transpose(float[] values, int offset, int stride, int height, float[] first, float[] second, float[] to, int toOffset) {
    rowsApart(values, offset, stride, height, first);
    apart(first, COLUMNS * height, second, 0);
    apart(second, COLUMNS * height, first, 0);
    apart(first, COLUMNS * height, to, toOffset);
  }

  /** The first time, from where the rows lie. */
  private static void rowsApart(float[] values, int offset, int stride, int height, float[] to) {
    IntVector even = IntVector.zero(INTS).addIndex(2);
    IntVector odd = IntVector.broadcast(INTS, 1).addIndex(2);
    int half = COLUMNS / 2 * height;
    for (int i = 0; i < half; i += LANES) {
      int at = 2 * i;
      int next = at + LANES;
      IntVector x = FloatVector.fromArray(FLOATS, values, offset + at / COLUMNS * stride + at % COLUMNS).reinterpretAsInts();
      IntVector y = FloatVector.fromArray(FLOATS, values, offset + next / COLUMNS * stride + next % COLUMNS).reinterpretAsInts();
      even.selectFrom(x, y).reinterpretAsFloats().intoArray(to, i);
      odd.selectFrom(x, y).reinterpretAsFloats().intoArray(to, half + i);
    }
  }

  private static void apart(float[] from, int length, float[] to, int toOffset) {
    IntVector even = IntVector.zero(INTS).addIndex(2);
    IntVector odd = IntVector.broadcast(INTS, 1).addIndex(2);
    int half = length / 2;
    for (int i = 0; i < half; i += LANES) {
      IntVector x = FloatVector.fromArray(FLOATS, from, 2 * i).reinterpretAsInts();
      IntVector y = FloatVector.fromArray(FLOATS, from, 2 * i + LANES).reinterpretAsInts();
      even.selectFrom(x, y).reinterpretAsFloats().intoArray(to, toOffset + i);
      odd.selectFrom(x, y).reinterpretAsFloats().intoArray(to, toOffset + half + i);
    }
  }
}
