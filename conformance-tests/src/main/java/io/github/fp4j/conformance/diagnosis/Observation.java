package io.github.fp4j.conformance.diagnosis;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A task, and what a subject made of it.
 *
 * @param task what was asked
 * @param right the right outputs
 * @param actual the subject's
 * @param judged which of them are judged
 * @param before what the outputs held before the call; null where that is not known
 * @param subject who answered, to be asked again; null where that is not possible
 * @param <T> the kind of task
 */
public record Observation<T extends Task<T>>(T task, int[] right, int[] actual, BitSet judged, int @Nullable [] before, @Nullable Subject<T> subject) {

  /** Whoever answers tasks of this kind. */
  @FunctionalInterface
  public interface Subject<T> {
    /** Its outputs; whatever it throws counts as no answer. */
    int[] answer(T task);
  }

  public Observation {
    if (actual.length != right.length || before != null && before.length != right.length) {
      throw new IllegalArgumentException("actual has " + actual.length + " outputs: expected " + right.length + ", as many as there are right ones");
    }
  }

  /** An observation of a subject that cannot be asked again. */
  public Observation(T task, int[] right, int[] actual, BitSet judged, int @Nullable [] before) {
    this(task, right, actual, judged, before, null);
  }

  /** An observation of which every output is judged. */
  public static <T extends Task<T>> Observation<T> whole(T task, int[] right, int[] actual, int @Nullable [] before) {
    BitSet judged = new BitSet();
    judged.set(0, right.length);
    return new Observation<>(task, right, actual, judged, before);
  }

  /** Whether an output is judged and wrong. */
  public boolean isWrong(int output) {
    return judged.get(output) && !task.same(right[output], actual[output]);
  }

  /** How many outputs are wrong. */
  public long wrong() {
    return judged.stream().filter(this::isWrong).count();
  }

  /** The first wrong output. */
  public Optional<Integer> firstWrong() {
    return judged.stream().filter(this::isWrong).boxed().findFirst();
  }

  /** Those of {@code candidates} (or, if null, of all known faults) that would give every judged output as the subject did. */
  List<Fault<T>> explaining(@Nullable Map<String, String> candidates) {
    List<Fault<T>> explaining = new ArrayList<>();
    for (Fault<T> fault : task.faults()) {
      if ((candidates == null || candidates.containsKey(fault.id())) && explains(fault)) {
        explaining.add(fault);
      }
    }
    return explaining;
  }

  /** Whether a device with this fault gives every judged output as the subject did; where the fault cannot occur, it gives the right ones. */
  public boolean explains(Fault<T> fault) {
    try {
      Answers answers = fault.device().answers(task, before);
      IntPredicate agrees = output -> task.same(actual[output], answers.at(output));
      return judged.stream().filter(this::isWrong).allMatch(agrees) && judged.stream().filter(output -> !isWrong(output)).allMatch(agrees);
    } catch (IllegalArgumentException cannotOccur) {
      return firstWrong().isEmpty();
    }
  }
}
