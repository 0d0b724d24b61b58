package io.github.fp4j.conformance.judge;

import io.github.fp4j.backend.Backend;
import java.util.List;

/** One question: a class of cases whose number is known before it is put. */
public interface CoverageClass {

  /** The suite it belongs to, e.g. {@code X2}. */
  String suite();

  /** Unique, stable, e.g. {@code X2/e4m3/nearest-even/saturate}. */
  String id();

  /** Exactly how many cases it has. */
  long cases();

  /** Whether those are all there are: every bit pattern, every code, every threshold. */
  boolean exhaustive();

  /** Whether {@link #run} puts every case twice, or judges answers that are there already: the judge does not ask again. */
  default boolean asksTwiceItself() {
    return false;
  }

  /**
   * It in parts that take about as long, for as many machines: each case is in one of them. Their ids are {@link ClassPart}s.
   *
   * @return {@code count} parts, or the class itself alone where it is not worth splitting
   */
  default List<CoverageClass> parts(int count) {
    return List.of(this);
  }

  /** Whether {@code subject} claims to answer it. */
  boolean appliesTo(Backend subject);

  /**
   * Puts every case to {@code subject} and enters it in {@code tally}. Work that is split goes through {@code workers}.
   *
   * @throws Exception whatever the subject throws: it is the verdict {@link Verdict#CRASH}
   */
  void run(Backend subject, Tally tally, Workers workers) throws Exception;
}
