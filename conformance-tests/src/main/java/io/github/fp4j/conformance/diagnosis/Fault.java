package io.github.fp4j.conformance.diagnosis;

import java.util.function.Function;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * One way of being wrong, as a device that has it.
 *
 * @param id short and stable, e.g. {@code scales-switched}
 * @param sentence what is wrong, as a maintainer would write it in a bug report
 * @param device what comes out instead
 * @param <T> the tasks that can go wrong like this
 */
public record Fault<T>(String id, String sentence, Device<T> device) {

  /** A device with a fault. */
  @FunctionalInterface
  public interface Device<T> {

    /**
     * What it makes of a task.
     *
     * @param before what the outputs held before the call; null where that is not known
     * @throws IllegalArgumentException if the fault cannot occur with this task
     */
    Answers answers(T task, int @Nullable [] before);
  }

  /** A fault that does not depend on what lay in the output. */
  public static <T> Fault<T> of(String id, String sentence, Function<T, Answers> device) {
    return new Fault<>(id, sentence, (task, before) -> device.apply(task));
  }

  /** A fault that leaves outputs as they were. */
  public static <T> Fault<T> leaving(String id, String sentence, Function<T, IntPredicate> untouched, Function<T, Answers> right) {
    return new Fault<>(
        id, sentence,
        (task, before) -> {
          if (before == null) {
            throw new IllegalArgumentException("what lay in the output is not known");
          }
          IntPredicate left = untouched.apply(task);
          Answers answers = right.apply(task);
          return output -> left.test(output) ? before[output] : answers.at(output);
        });
  }
}
