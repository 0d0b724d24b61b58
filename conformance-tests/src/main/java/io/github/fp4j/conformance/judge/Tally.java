package io.github.fp4j.conformance.judge;

import io.github.fp4j.conformance.diagnosis.Observation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** Counts the cases of one coverage class while it runs; thread-safe. The mismatches kept are those with the smallest case numbers. */
public final class Tally {
  /** Outputs of observations that are kept for the explanation: more than any class has that is not a sweep. */
  private static final long OBSERVED_OUTPUTS = 1 << 21;

  private record Kept(long caseNumber, Mismatch mismatch) {}

  private record Observed(long caseNumber, boolean allRight, Observation<?> observation) {
    private static final Comparator<Observed> WRONG_FIRST = Comparator.comparing(Observed::allRight).thenComparing(Observed::caseNumber);
  }

  private final LongAdder judged = new LongAdder();
  private final int limit;
  private final List<Kept> kept = new ArrayList<>();
  private final Map<String, Long> allowed = new TreeMap<>();
  private final TreeSet<Observed> observed = new TreeSet<>(Observed.WRONG_FIRST);
  private long observedOutputs;
  private long differences;
  private Verdict worst = Verdict.PASS;

  /** A tally that keeps at most {@code limit} mismatches; 0 keeps all. */
  public Tally(int limit) {
    this.limit = limit;
  }

  /** Adds cases that were judged, right or wrong. */
  public void judged(long cases) {
    judged.add(cases);
  }

  /** Cases judged so far. */
  public long judged() {
    return judged.sum();
  }

  /** Adds a case that came out wrong. */
  public void mismatch(long caseNumber, Mismatch mismatch) {
    mismatch(caseNumber, mismatch.verdict(), () -> mismatch);
  }

  /** The same where there may be millions: the words are made only for those that are kept. */
  public synchronized void mismatch(long caseNumber, Verdict verdict, Supplier<Mismatch> mismatch) {
    differences++;
    if (verdict.compareTo(worst) > 0) {
      worst = verdict;
    }
    boolean full = limit > 0 && kept.size() == limit;
    if (full && caseNumber >= kept.getLast().caseNumber) {
      return;
    }
    int at = kept.size();
    while (at > 0 && kept.get(at - 1).caseNumber > caseNumber) {
      at--;
    }
    kept.add(at, new Kept(caseNumber, mismatch.get()));
    if (limit > 0 && kept.size() > limit) {
      kept.removeLast();
    }
  }

  /** Adds a case that differs by a named variation. */
  public synchronized void allowed(Variation variation) {
    allowed.merge(variation.id(), 1L, Long::sum);
    if (worst == Verdict.PASS) {
      worst = Verdict.ALLOWED;
    }
  }

  /**
   * Adds what the subject made of one task, right or wrong, so that its mistakes can be explained. Kept while there is room: those with mismatches rather than
   * those without, the smaller case numbers rather than the larger.
   */
  public void observe(long firstCase, Observation<?> observation) {
    Observed one = new Observed(firstCase, observation.firstWrong().isEmpty(), observation);
    synchronized (this) {
      observed.add(one);
      observedOutputs += observation.right().length;
      while (observedOutputs > OBSERVED_OUTPUTS && observed.size() > 1) {
        observedOutputs -= observed.removeLast().observation.right().length;
      }
    }
  }

  /** Whether there is room for an observation: so that a sweep need not make those that are dropped at once. */
  public synchronized boolean wants(long firstCase, boolean allRight) {
    if (observedOutputs < OBSERVED_OUTPUTS) {
      return true;
    }
    Observed last = observed.last();
    return last.allRight == allRight ? firstCase < last.caseNumber : last.allRight;
  }

  synchronized List<Observation<?>> observations() {
    List<Observation<?>> observations = new ArrayList<>();
    observed.forEach(one -> observations.add(one.observation));
    return observations;
  }

  synchronized Verdict worst() {
    return worst;
  }

  synchronized long differences() {
    return differences;
  }

  synchronized List<Mismatch> mismatches() {
    return kept.stream().map(Kept::mismatch).toList();
  }

  synchronized Map<String, Long> allowed() {
    return Map.copyOf(allowed);
  }
}
