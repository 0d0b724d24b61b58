package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.gemm.AccumulationModel;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A question with its right answer.
 *
 * @param name what it is, for reports
 * @param question the question
 * @param right the arrays that must come back; elements that are not judged hold anything
 * @param judged which elements of the first array are judged, those of the others all being; null if nothing is right or wrong by itself and the suite's
 *     {@link Finding} reads all of it
 * @param model the accumulator whose answer is the right one; null if every accumulator's is, or it is no product
 */
public record VectorCase(String name, Question question, List<Tensor> right, @Nullable BitSet judged, @Nullable AccumulationModel model) {
  public VectorCase {
    right = List.copyOf(right);
  }

  /** One of which everything is judged. */
  static VectorCase whole(String name, Question question, List<Tensor> right) {
    BitSet judged = new BitSet();
    judged.set(0, (int) right.getFirst().elementCount());
    return new VectorCase(name, question, right, judged, null);
  }

  /** Whether element {@code i} of array {@code output} has a right value. */
  boolean isJudged(int output, int i) {
    return judged != null && (output > 0 || judged.get(i));
  }

  /** How many elements are judged, or read by the finding. */
  public long cases() {
    long first = judged == null ? right.getFirst().elementCount() : judged.cardinality();
    return first + right.stream().skip(1).mapToLong(Tensor::elementCount).sum();
  }
}
