package io.github.fp4j.conformance.judge;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.conformance.diagnosis.Diagnosis;
import java.util.ArrayList;
import java.util.List;

/** Puts every coverage class to every subject and says what came of it. */
public final class Judge {
  /** Classes of up to so many cases are put twice; larger ones would take most of a run's time again. */
  static final long CASES_ASKED_TWICE = 1 << 16;

  private final List<CoverageClass> questions;
  private final int mismatchLimit;
  private final boolean asksTwice;

  /** A judge that keeps at most {@code mismatchLimit} mismatches of a class; 0 keeps all. */
  public Judge(List<CoverageClass> questions, int mismatchLimit) {
    this(questions, mismatchLimit, true);
  }

  /** The same; {@code asksTwice} says whether small classes are put a second time. */
  public Judge(List<CoverageClass> questions, int mismatchLimit, boolean asksTwice) {
    this.questions = List.copyOf(questions);
    this.mismatchLimit = mismatchLimit;
    this.asksTwice = asksTwice;
  }

  /** Hears of each class as it starts and ends. */
  public interface Listener {
    /** Is told and says nothing. */
    Listener SILENT =
        new Listener() {
          @Override
          public void started(Backend subject, CoverageClass question, Tally tally) {}

          @Override
          public void ended(ClassResult result) {}
        };

    void started(Backend subject, CoverageClass question, Tally tally);

    void ended(ClassResult result);
  }

  /** Judges {@code subjects} one after the other. A subject that is unavailable gets {@link Verdict#NOT_RUN} with its reason. */
  public List<ClassResult> judge(List<Backend> subjects, Workers workers, Listener listener) throws InterruptedException {
    List<ClassResult> results = new ArrayList<>();
    for (Backend subject : subjects) {
      for (CoverageClass question : questions) {
        ClassResult result = subject instanceof RemoteSubject remote ? put(remote, question, listener) : put(subject, question, workers, listener);
        results.add(result);
        listener.ended(result);
      }
    }
    return results;
  }

  private static ClassResult put(RemoteSubject subject, CoverageClass question, Listener listener) throws InterruptedException {
    Tally progress = new Tally(1);
    listener.started(subject, question, progress);
    return subject.judged(question, progress);
  }

  private ClassResult put(Backend subject, CoverageClass question, Workers workers, Listener listener) throws InterruptedException {
    if (subject.availability() instanceof Availability.Unavailable(String reason)) {
      return ClassResult.notAsked(subject.name(), question, Verdict.NOT_RUN, reason);
    }
    if (!question.appliesTo(subject)) {
      return ClassResult.notAsked(subject.name(), question, Verdict.UNSUPPORTED, "not among what the subject supports");
    }
    Tally tally = new Tally(mismatchLimit);
    listener.started(subject, question, tally);
    long start = System.nanoTime();
    String crash = run(question, subject, tally, workers);
    boolean twice = asksTwice && crash.isEmpty() && !question.asksTwiceItself() && question.cases() <= CASES_ASKED_TWICE;
    String unsteady = twice ? askAgain(question, subject, tally, workers) : "";
    double seconds = (System.nanoTime() - start) / 1e9;
    Verdict verdict = unsteady.isEmpty() ? verdict(question, tally, crash) : Verdict.MISMATCH;
    String reason = verdict == Verdict.INCOMPLETE ? tally.judged() + " of " + question.cases() + " cases judged" : crash + unsteady;
    return new ClassResult(
        subject.name(), question.suite(), question.id(), question.exhaustive(), verdict, question.cases(), tally.judged(), tally.differences(),
        tally.allowed(), tally.mismatches(), Diagnosis.of(subject.name(), tally.observations()).orElse(null), twice, seconds, reason);
  }

  /** What the subject threw; empty if nothing. */
  private static String run(CoverageClass question, Backend subject, Tally tally, Workers workers) throws InterruptedException {
    try {
      question.run(subject, tally, workers);
      return "";
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception | LinkageError | AssertionError e) {
      return e.toString();
    }
  }

  /** Puts the class a second time, its outputs poisoned again; says how the answers differ from the first ones, or nothing if they are the same. */
  private String askAgain(CoverageClass question, Backend subject, Tally first, Workers workers) throws InterruptedException {
    Tally second = new Tally(mismatchLimit);
    String crash = run(question, subject, second, workers);
    boolean same = second.differences() == first.differences() && second.mismatches().equals(first.mismatches()) && second.allowed().equals(first.allowed());
    if (crash.isEmpty() && same) {
      return "";
    }
    return "not deterministic: asked again, %s".formatted(
        crash.isEmpty() ? "%,d cases differ, not %,d, or others".formatted(second.differences(), first.differences()) : "it failed: " + crash);
  }

  private static Verdict verdict(CoverageClass question, Tally tally, String crash) {
    if (!crash.isEmpty()) {
      return Verdict.CRASH;
    }
    boolean complete = tally.judged() == question.cases();
    return complete || tally.worst().isDifference() ? tally.worst() : Verdict.INCOMPLETE;
  }
}
