package io.github.fp4j.conformance.diagnosis;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Something that was asked of a subject, with numbered outputs: float32 bits, codes or scale bytes, each an int.
 *
 * @param <T> the kind of task itself
 */
public interface Task<T extends Task<T>> {

  /** What it is, for reports. */
  String name();

  /** The faults that implementations of this kind of task have had, simple ones first. */
  List<Fault<T>> faults();

  /** Whether two values of one output count as the same. */
  default boolean same(int one, int other) {
    return one == other;
  }

  /** Where an output stands, e.g. {@code D[3, 5]}. */
  String place(int output);

  /** All that a person needs to check an output by hand: operands, exact value, what each rule makes of it. */
  List<String> details(int output, int right, int actual);

  /** What outputs can be sorted by, to see where the mismatches lie. */
  List<Trait> traits();

  /** The mismatches over rows and columns; null where outputs have none. */
  default @Nullable HeatMap heatMap(Observation<T> observation) {
    return null;
  }

  /** All outputs as they must be. */
  int[] right();

  /** Whether an output has one right answer, so that it can be judged in a task that was made of another one. */
  default boolean isDetermined(int output) {
    return true;
  }

  /** Tasks a step smaller, the most drastic first; none where nothing gets smaller. */
  default Stream<T> smaller() {
    return Stream.empty();
  }

  /**
   * How to put this task again; null where there is no short way.
   *
   * @param actual what came out
   * @param subject the backend's name
   */
  default @Nullable Reproduction reproduction(int[] actual, String subject) {
    return null;
  }
}
