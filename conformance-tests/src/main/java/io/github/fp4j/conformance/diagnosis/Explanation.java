package io.github.fp4j.conformance.diagnosis;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a subject's answers are wrong, as far as known faults say.
 *
 * @param causes the faults each of which alone explains every mismatch and every match; more than one where these tasks cannot tell them apart, none where no
 *     known fault does
 * @param tried how many faults were tried
 * @param tasks how many tasks were looked at
 * @param wrong mismatches among their outputs
 * @param matching outputs that are right
 * @param first the first mismatch in full, a line each
 * @param statistics where the mismatches lie, a line each
 * @param map the mismatches over rows and columns; null where outputs have none
 * @param reproduction how to see the smallest case of it again; null where there is none
 */
public record Explanation(
    List<Cause> causes,
    int tried,
    int tasks,
    long wrong,
    long matching,
    List<String> first,
    List<String> statistics,
    @Nullable HeatMap map,
    @Nullable Reproduction reproduction) {

  /**
   * A fault that explains everything.
   *
   * @param fault its id
   * @param sentence what is wrong
   */
  public record Cause(String fault, String sentence) {}

  public Explanation {
    causes = List.copyOf(causes);
    first = List.copyOf(first);
    statistics = List.copyOf(statistics);
  }

  /** The explanation in one paragraph. */
  public String summary() {
    String all = "all %,d mismatches and all %,d matches of %,d %s".formatted(wrong, matching, tasks, tasks == 1 ? "task" : "tasks");
    if (causes.isEmpty()) {
      return "None of the %,d known faults explains %s.".formatted(tried, all);
    }
    if (causes.size() == 1) {
      return "%s This explains %s.".formatted(causes.getFirst().sentence(), all);
    }
    StringBuilder text = new StringBuilder("One of these; each explains %s:".formatted(all));
    causes.forEach(cause -> text.append(' ').append(cause.sentence()));
    return text.toString();
  }

  /** Whether this fault is among the causes. */
  public boolean names(String fault) {
    return causes.stream().anyMatch(cause -> cause.fault().equals(fault));
  }
}
