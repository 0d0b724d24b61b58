package io.github.fp4j.conformance.diagnosis;

import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The smallest task on which a subject is still wrong: asked again itself or, where that is not possible, played by the fault that explains it. */
final class Smallest {
  private static final int TRIES = 3000;

  private Smallest() {}

  /** How to see it again; null where there is no short way. */
  static <T extends Task<T>> @Nullable Reproduction of(Observation<T> observation, Collection<String> causes, String name) {
    Optional<Observation.Subject<T>> device = device(observation, causes);
    if (device.isEmpty()) {
      return observation.task().reproduction(observation.actual(), name);
    }
    Predicate<T> fails = task -> isWrong(task, device.get());
    T smallest = fails.test(observation.task()) ? Minimiser.shrink(observation.task(), fails, Task::smaller, TRIES) : observation.task();
    return smallest.reproduction(device.get().answer(smallest), name);
  }

  private static <T extends Task<T>> Optional<Observation.Subject<T>> device(Observation<T> observation, Collection<String> causes) {
    if (observation.subject() != null) {
      return Optional.of(observation.subject());
    }
    return observation.task().faults().stream().filter(fault -> causes.contains(fault.id())).findFirst().map(Smallest::playing);
  }

  private static <T extends Task<T>> Observation.Subject<T> playing(Fault<T> fault) {
    return task -> {
      int[] before = Arrays.stream(task.right()).map(right -> ~right).toArray();
      Answers answers = fault.device().answers(task, before);
      int[] played = new int[before.length];
      Arrays.setAll(played, answers::at);
      return played;
    };
  }

  /** Where the subject or the fault gives no answer at all, this is not the mistake that is looked for. */
  private static <T extends Task<T>> boolean isWrong(T task, Observation.Subject<T> device) {
    try {
      int[] right = task.right();
      int[] actual = device.answer(task);
      for (int i = 0; i < right.length; i++) {
        if (!task.same(right[i], actual[i]) && task.isDetermined(i)) {
          return true;
        }
      }
      return false;
    } catch (RuntimeException noAnswer) {
      return false;
    }
  }
}
