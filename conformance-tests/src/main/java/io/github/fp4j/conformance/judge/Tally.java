package io.github.fp4j.conformance.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

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
  public synchronized void mismatch(long caseNumber, Mismatch mismatch) {
    differences++;
    if (mismatch.verdict().compareTo(worst) > 0) {
      worst = mismatch.verdict();
    }
    boolean full = limit > 0 && kept.size() == limit;
    if (full && caseNumber >= kept.getLast().caseNumber) {
      return;
    }
    int at = kept.size();
    while (at > 0 && kept.get(at - 1).caseNumber > caseNumber) {
      at--;
    }
    kept.add(at, new Kept(caseNumber, mismatch));
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
