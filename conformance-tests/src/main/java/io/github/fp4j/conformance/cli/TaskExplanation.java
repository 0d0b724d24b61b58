package io.github.fp4j.conformance.cli;

import io.github.fp4j.conformance.diagnosis.Diagnosis;
import io.github.fp4j.conformance.diagnosis.Explanation;
import io.github.fp4j.conformance.diagnosis.Observation;
import io.github.fp4j.conformance.diagnosis.Task;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Prints what a task's outputs must be and, where answers are given, which known fault explains them. */
final class TaskExplanation {
  private TaskExplanation() {}

  /**
   * Prints it.
   *
   * @param actual the answers; null for the right ones
   * @return the exit status: whether the answers are right
   */
  static <T extends Task<T>> int print(T task, int @Nullable [] actual, PrintWriter out) {
    int[] right = task.right();
    Optional<Explanation> explanation =
        actual == null ? Optional.empty() : Diagnosis.of(List.of(Observation.whole(task, right, actual, null)));
    if (explanation.isPresent()) {
      explanation.get().first().forEach(out::println);
      out.println(explanation.get().summary());
      return ExitCode.MISMATCH;
    }
    out.println(task.place(0));
    task.details(0, right[0], right[0]).forEach(out::println);
    for (int i = 1; i < right.length; i++) {
      out.printf("%s must be 0x%x%n", task.place(i), right[i]);
    }
    if (actual != null) {
      out.printf("All %d outputs are right.%n", right.length);
    }
    return ExitCode.OK;
  }
}
