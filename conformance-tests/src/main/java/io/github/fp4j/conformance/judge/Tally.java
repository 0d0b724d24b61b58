package io.github.fp4j.conformance.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** Counts the cases of one coverage class while it runs; thread-safe. The mismatches kept are those with the smallest case numbers. */
public final class Tally {
  private record Kept(long caseNumber, Mismatch mismatch) {}

  private final LongAdder judged = new LongAdder();
  private final int limit;
  private final List<Kept> kept = new ArrayList<>();
  private final Map<String, Long> allowed = new TreeMap<>();
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
