package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.conformance.diagnosis.Explanation.Cause;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tries known faults on what a subject answered, and names those that explain all of it. */
public final class Diagnosis {
  private Diagnosis() {}

  /** The explanation for a subject that is no backend: commands that ask it again name the reference in its place. */
  public static Optional<Explanation> of(List<? extends Observation<?>> observations) {
    return of("reference", observations);
  }

  /**
   * The explanation.
   *
   * @param subject its name as a backend, for commands that ask it again
   * @param observations what was asked and answered, right answers included: a fault must explain those too, except those to another kind of task
   * @return empty if nothing is wrong
   */
  public static Optional<Explanation> of(String subject, List<? extends Observation<?>> observations) {
    Optional<? extends Observation<?>> first = observations.stream().filter(one -> one.firstWrong().isPresent()).findFirst();
    return first.map(observation -> explain(subject, observation, observations));
  }

  private static <T extends Task<T>> Explanation explain(String subject, Observation<T> first, List<? extends Observation<?>> observations) {
    Set<Class<?>> kinds = observations.stream().filter(one -> one.wrong() > 0).map(one -> one.task().getClass()).collect(Collectors.toSet());
    List<Observation<?>> smallestFirst = new ArrayList<>(observations.stream().filter(one -> kinds.contains(one.task().getClass())).toList());
    smallestFirst.sort(Comparator.<Observation<?>>comparingInt(one -> one.wrong() > 0 ? 0 : 1).thenComparingInt(one -> one.right().length));
    Map<String, String> causes = causes(smallestFirst);
    long wrong = observations.stream().mapToLong(Observation::wrong).sum();
    long judged = observations.stream().mapToLong(one -> one.judged().cardinality()).sum();
    return new Explanation(
        causes.entrySet().stream().map(cause -> new Cause(cause.getKey(), cause.getValue())).toList(), tried(observations), observations.size(), wrong,
        judged - wrong, firstMismatch(first), Statistics.of(observations), heatMap(observations), Smallest.of(first, causes.keySet(), subject));
  }

  /** Of the largest task with mismatches. */
  private static @Nullable HeatMap heatMap(List<? extends Observation<?>> observations) {
    return observations.stream()
        .filter(one -> one.firstWrong().isPresent())
        .max(Comparator.comparingInt(one -> one.right().length))
        .map(Diagnosis::ownHeatMap)
        .orElse(null);
  }

  private static <T extends Task<T>> @Nullable HeatMap ownHeatMap(Observation<T> observation) {
    return observation.task().heatMap(observation);
  }

  private static Map<String, String> causes(List<Observation<?>> smallestFirst) {
    Map<String, String> causes = sentences(smallestFirst.getFirst(), null);
    for (Observation<?> observation : smallestFirst.subList(1, smallestFirst.size())) {
      if (causes.isEmpty()) {
        break;
      }
      Map<String, String> still = sentences(observation, causes);
      causes.keySet().retainAll(still.keySet());
    }
    return causes;
  }

  private static <T extends Task<T>> Map<String, String> sentences(Observation<T> observation, @Nullable Map<String, String> candidates) {
    Map<String, String> sentences = new LinkedHashMap<>();
    observation.explaining(candidates).forEach(fault -> sentences.putIfAbsent(fault.id(), fault.sentence()));
    return sentences;
  }

  private static int tried(List<? extends Observation<?>> observations) {
    return (int) observations.stream().flatMap(one -> one.task().faults().stream()).map(Fault::id).distinct().count();
  }

  private static List<String> firstMismatch(Observation<?> observation) {
    int output = observation.firstWrong().orElseThrow();
    List<String> lines = new ArrayList<>();
    lines.add(observation.task().name() + ": " + observation.task().place(output));
    lines.addAll(observation.task().details(output, observation.right()[output], observation.actual()[output]));
    return lines;
  }
}
