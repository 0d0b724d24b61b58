package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.conformance.tensorfile.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Questions that a file asks as one: successive elementwise ones with the same words as one array, every other one alone.
 *
 * @param first id of the first
 * @param cases the questions
 */
record VectorBatch(int first, List<VectorCase> cases) {

  /** The first {@code count} questions of a suite, in order. */
  static List<VectorBatch> of(VectorSuite suite, int count) {
    List<VectorBatch> batches = new ArrayList<>();
    List<VectorCase> open = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      VectorCase next = suite.at(number);
      boolean joins =
          !open.isEmpty() && next.question().operation().isElementwise() && open.getFirst().question().words().equals(next.question().words());
      if (!joins && !open.isEmpty()) {
        batches.add(new VectorBatch(number - open.size(), List.copyOf(open)));
        open.clear();
      }
      open.add(next);
    }
    batches.add(new VectorBatch(count - open.size(), List.copyOf(open)));
    return batches;
  }

  /** All of it as one question. */
  Question question() {
    Question one = cases.getFirst().question();
    return cases.size() == 1 ? one : new Question(one.operation(), one.arguments(), List.of(joined(cases.stream().map(c -> c.question().inputs().getFirst()).toList())));
  }

  private static Tensor joined(List<Tensor> pieces) {
    Tensor first = pieces.getFirst();
    int width = (int) first.data().byteSize();
    byte[] bytes = new byte[pieces.size() * width];
    for (int i = 0; i < pieces.size(); i++) {
      MemorySegment.copy(pieces.get(i).data(), ValueLayout.JAVA_BYTE, 0, bytes, i * width, width);
    }
    return Tensor.of(new TensorInfo(first.name(), first.type(), pieces.size()), MemorySegment.ofArray(bytes));
  }

  /**
   * Enters the arrays that answer it.
   *
   * @param arrays in the order of the question's outputs
   */
  void enter(List<Tensor> arrays, AnswerSheet sheet) {
    List<TensorInfo> outputs = question().outputs();
    if (arrays.size() != outputs.size()) {
      sheet.malformed("id " + first + ": " + arrays.size() + " arrays: expected " + outputs.size());
      return;
    }
    for (int i = 0; i < arrays.size(); i++) {
      TensorInfo wanted = outputs.get(i);
      if (arrays.get(i).type() != wanted.type() || !Arrays.equals(arrays.get(i).shape(), wanted.shape())) {
        sheet.malformed("id " + first + ": " + arrays.get(i).info() + ": expected " + wanted);
        return;
      }
    }
    if (cases.size() == 1) {
      sheet.answer(first, arrays);
      return;
    }
    Tensor all = arrays.getFirst();
    int width = all.type().unitBytes();
    for (int i = 0; i < cases.size(); i++) {
      Tensor one = Tensor.of(new TensorInfo(all.name(), all.type(), 1), all.data().asSlice((long) i * width, width));
      sheet.answer(first + i, List.of(one));
    }
  }
}
