package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.conformance.diagnosis.GemmTask;
import io.github.fp4j.conformance.diagnosis.Observation;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.Epilogue;
import io.github.fp4j.formats.gemm.GemmOperand;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * One product with the outputs that are judged. D is poisoned before the call and compared bit for bit after it.
 *
 * @param name what it is, for reports
 * @param c the initial accumulators; null for +0
 * @param right D, row-major
 * @param judged which elements of D are judged
 */
public record GemmProblem(String name, GemmOperand a, GemmOperand b, float @Nullable [] c, float[] right, BitSet judged) {

  private static final int POISON = 0x7FA5A5A5;

  /** A problem of which every output is judged. */
  static GemmProblem whole(String name, GemmOperand a, GemmOperand b, float @Nullable [] c, float[] right) {
    BitSet judged = new BitSet();
    judged.set(0, right.length);
    return new GemmProblem(name, a, b, c, right, judged);
  }

  /** Puts it to {@code kernels}. The payload of a NaN is judged under a published model, which defines it, but not under {@link GemmKernels#OWN}. */
  void put(GemmKernels kernels, String model, long firstCase, Tally tally) {
    float[] actual = new float[right.length];
    for (int i = 0; i < right.length; i++) {
      actual[i] = Float.isNaN(right[i]) ? 1 : Float.intBitsToFloat(~Float.floatToRawIntBits(right[i]));
    }
    int[] before = bits(actual);
    kernels.multiply(model, a, b, c, actual);
    boolean anyNan = model.equals(GemmKernels.OWN);
    for (int i = judged.nextSetBit(0); i >= 0; i = judged.nextSetBit(i + 1)) {
      boolean same = anyNan ? FloatTarget.same(right[i], actual[i]) : Float.floatToRawIntBits(right[i]) == Float.floatToRawIntBits(actual[i]);
      if (!same) {
        tally.mismatch(firstCase + i, FloatTarget.mismatch(place(i / b.rows(), i % b.rows()), right[i], actual[i]));
      }
    }
    tally.judged(judged.cardinality());
    tally.observe(firstCase, new Observation<>(task(model), bits(right), bits(actual), judged, before, task -> answers(kernels, model, task)));
  }

  private static int[] answers(GemmKernels kernels, String model, GemmTask task) {
    float[] d = new float[task.rows() * task.columns()];
    Arrays.fill(d, Float.intBitsToFloat(POISON));
    kernels.multiply(model, task.a(), task.b(), task.c(), d);
    return bits(d);
  }

  /** What is asked, under the model or, for an accumulator of the subject's own, under any: the judged outputs are the same. */
  private GemmTask task(String model) {
    boolean own = model.equals(GemmKernels.OWN);
    return new GemmTask(name, own ? AccumulationModels.EXACT_RNE : AccumulationModels.byId(model), own, a, b, c, Epilogue.NONE, null);
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return bits;
  }

  private String place(int row, int column) {
    return "%s, K = %d: D[%d, %d]".formatted(name, a.k(), row, column);
  }
}
