package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.judge.Mismatch;
import io.github.fp4j.conformance.tensorfile.Tensor;
import java.util.List;

/** Draws a conclusion from the answers of one subject to one suite, e.g. the order in which it sums. Not thread-safe. */
public interface Finding {

  /** No conclusion. */
  Finding NONE =
      new Finding() {
        @Override
        public void add(int number, VectorCase asked, List<Tensor> answer) {}

        @Override
        public List<Mismatch> faults() {
          return List.of();
        }

        @Override
        public List<String> lines() {
          return List.of();
        }
      };

  /** Takes the answer to one question, once for each. */
  void add(int number, VectorCase asked, List<Tensor> answer);

  /** Why no conclusion can be drawn: answers that nothing published explains; empty if all is well. Asked when all answers are there. */
  List<Mismatch> faults();

  /** What was found, in lines of text. */
  List<String> lines();
}
