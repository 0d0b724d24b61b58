package io.github.fp4j.conformance.diagnosis;

import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;

/**
 * A property of outputs.
 *
 * @param name its plural, e.g. {@code rows}
 * @param values the values that an output has, e.g. its row, or every scale that its row uses
 */
public record Trait(String name, IntFunction<int[]> values) {

  /** A trait with one value for each output. */
  public static Trait single(String name, IntUnaryOperator value) {
    return new Trait(name, output -> new int[] {value.applyAsInt(output)});
  }
}
