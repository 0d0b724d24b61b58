package io.github.fp4j.conformance.mutants;

import io.github.fp4j.conformance.diagnosis.Answers;
import io.github.fp4j.conformance.diagnosis.Fault;
import io.github.fp4j.conformance.diagnosis.Task;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A fault at work. */
final class Wrong {
  private Wrong() {}

  /** The outputs of a device with this fault; the right ones without a fault, or where it cannot occur. */
  static <T extends Task<T>> Answers answers(@Nullable Fault<T> fault, T task, int[] before, Function<T, Answers> right) {
    if (fault == null) {
      return right.apply(task);
    }
    Answers wrong;
    try {
      wrong = fault.device().answers(task, before);
    } catch (IllegalArgumentException cannotOccur) {
      return right.apply(task);
    }
    return output -> {
      try {
        return wrong.at(output);
      } catch (IllegalArgumentException cannotOccur) {
        return right.apply(task).at(output);
      }
    };
  }
}
