package io.github.fp4j.conformance.diagnosis;

import java.util.Iterator;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Makes a failing case as small as it can be made step by step and still fail. */
public final class Minimiser {
  private Minimiser() {}

  /**
   * The case that is left when none of the smaller ones fails any more.
   *
   * @param failing a case that fails
   * @param fails whether a case fails
   * @param smaller cases a step smaller than one, the most drastic first; every chain of steps must end
   * @param tries after how many questions to {@code fails} to be content with what there is
   */
  public static <C> C shrink(C failing, Predicate<? super C> fails, Function<? super C, ? extends Stream<? extends C>> smaller, int tries) {
    C smallest = failing;
    int tried = 0;
    boolean shrunk = true;
    while (shrunk) {
      shrunk = false;
      Iterator<? extends C> candidates = smaller.apply(smallest).iterator();
      while (!shrunk && candidates.hasNext()) {
        if (tried++ == tries) {
          return smallest;
        }
        C candidate = candidates.next();
        if (fails.test(candidate)) {
          smallest = candidate;
          shrunk = true;
        }
      }
    }
    return smallest;
  }
}
