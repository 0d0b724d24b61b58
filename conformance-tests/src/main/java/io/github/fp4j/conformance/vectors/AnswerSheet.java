package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.judge.Mismatch;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.conformance.tensorfile.Tensor;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** The answers of one subject to one suite: judged as they come, counted, and what is amiss with them named. Not thread-safe. */
public final class AnswerSheet {
  /** Case numbers of one question lie below those of the next. */
  private static final long CASES_APART = 1L << 32;

  private static final int NAMED = 5;

  private final VectorSuite suite;
  private final int count;
  private final Tally tally;
  private final Finding finding;
  private final AnswerObservations observations;
  private final BitSet answered = new BitSet();
  private final BitSet duplicate = new BitSet();
  private final BitSet unsupported = new BitSet();
  private final List<String> malformed = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final long[] digests;
  private final int[] firstBits;
  private boolean repeating;
  private int malformedCount;
  private int last = -1;
  private int disordered;
  private String firstDisorder = "";

  /**
   * An empty sheet.
   *
   * @param count how many of the suite's questions are asked
   * @param tally where each judged element is entered
   */
  public AnswerSheet(VectorSuite suite, int count, Tally tally) {
    this.suite = suite;
    this.count = count;
    this.tally = tally;
    this.finding = suite.finding();
    this.observations = new AnswerObservations(tally);
    this.digests = new long[count];
    this.firstBits = new int[count];
  }

  /** The questions as a file asks them. */
  List<VectorBatch> batches() {
    return VectorBatch.of(suite, count);
  }

  /** The question with this id. */
  public VectorCase asked(int id) {
    return suite.at(id);
  }

  /**
   * Says that what comes from here on answers the same questions a second time: nothing is judged again, but an answer that differs from the first is a
   * mismatch.
   */
  public void repeat() {
    repeating = true;
  }

  /** Enters an answer, with the arrays that the question asks for; a second one for the same id is not judged. */
  public void answer(int id, List<Tensor> arrays) {
    long digest = digest(arrays);
    if (repeating) {
      if (answered.get(id) && !unsupported.get(id) && digests[id] != digest) {
        tally.mismatch(id * CASES_APART, new Mismatch(Verdict.MISMATCH, suite.at(id).name(), "the same answer twice", "another answer the second time"));
      }
      return;
    }
    if (!seen(id)) {
      return;
    }
    digests[id] = digest;
    firstBits[id] = AnswerComparison.bits(arrays.getFirst(), 0);
    VectorCase asked = suite.at(id);
    AnswerComparison.enter(asked, arrays, id * CASES_APART, tally);
    observations.add(id * CASES_APART, asked, arrays);
    finding.add(id, asked, arrays);
    tally.judged(asked.cases());
  }

  private static long digest(List<Tensor> arrays) {
    MessageDigest digest = VectorHeader.newDigest();
    arrays.forEach(array -> digest.update(array.data().toArray(ValueLayout.JAVA_BYTE)));
    return ByteBuffer.wrap(digest.digest()).getLong();
  }

  /** Enters that the subject does not claim to answer. */
  public void unsupported(int id) {
    if (!repeating && seen(id)) {
      unsupported.set(id);
    }
  }

  /** Enters that the subject says it failed at a question. */
  public void failed(int id, String why) {
    if (!repeating && seen(id)) {
      tally.mismatch(id * CASES_APART, new Mismatch(Verdict.MISMATCH, suite.at(id).name(), "an answer", why));
      tally.judged(suite.at(id).cases());
    }
  }

  private boolean seen(int id) {
    if (answered.get(id)) {
      duplicate.set(id);
      return false;
    }
    answered.set(id);
    if (id < last) {
      firstDisorder = disordered++ == 0 ? id + " after " + last : firstDisorder;
    }
    last = id;
    return true;
  }

  /** Enters that a part of what came back is no answer. */
  public void malformed(String what) {
    if (malformedCount++ < NAMED) {
      malformed.add(what);
    }
  }

  /** Enters what is worth saying and no fault. */
  public void note(String what) {
    notes.add(what);
  }

  /** Ends the sheet: enters what the suite's conclusion cannot explain, if every answer is there. */
  public void conclude() {
    observations.end();
    for (Mismatch fault : isComplete() ? finding.faults() : List.<Mismatch>of()) {
      tally.mismatch(0, fault);
    }
  }

  /** The bits of the first element that was answered to a question. */
  public int bits(int id) {
    return firstBits[id];
  }

  /** Whether every question is answered once. */
  public boolean isComplete() {
    return answered.cardinality() == count && duplicate.isEmpty() && unsupported.isEmpty();
  }

  /** Whether something came back that is no answer. */
  public boolean isMalformed() {
    return malformedCount > 0;
  }

  /** What was found beyond right and wrong. */
  public List<String> findings() {
    return finding.lines();
  }

  /** Everything that is amiss or worth saying, a line each. */
  public List<String> notes() {
    List<String> lines = new ArrayList<>();
    if (malformedCount > 0) {
      lines.add("%,d lines are no answers: %s%s".formatted(malformedCount, String.join("; ", malformed), malformedCount > NAMED ? "; ..." : ""));
    }
    if (answered.cardinality() < count) {
      BitSet missing = new BitSet();
      missing.set(0, count);
      missing.andNot(answered);
      boolean cutOff = missing.nextClearBit(missing.nextSetBit(0)) >= count;
      lines.add(
          cutOff
              ? "short: %s; %,d of %,d are missing".formatted(
                  missing.get(0) ? "there are no answers" : "the answers end after id " + (missing.nextSetBit(0) - 1), missing.cardinality(), count)
              : "%,d of %,d answers are missing: ids %s".formatted(missing.cardinality(), count, list(missing)));
    }
    if (!duplicate.isEmpty()) {
      lines.add("%,d ids are answered more than once, the first answer is judged: ids %s".formatted(duplicate.cardinality(), list(duplicate)));
    }
    if (!unsupported.isEmpty()) {
      lines.add("%,d of %,d questions are unsupported by the subject: ids %s".formatted(unsupported.cardinality(), count, list(unsupported)));
    }
    if (disordered > 0) {
      lines.add("%,d lines are out of order, the first is id %s; judged by their ids".formatted(disordered, firstDisorder));
    }
    lines.addAll(notes);
    return lines;
  }

  private static String list(BitSet ids) {
    String first = ids.stream().limit(NAMED).mapToObj(Integer::toString).reduce((one, other) -> one + ", " + other).orElseThrow();
    return first + (ids.cardinality() > NAMED ? ", ..." : "");
  }
}
