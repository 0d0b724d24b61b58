package io.github.fp4j.conformance.judge;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.conformance.diagnosis.Diagnosis;
import java.util.ArrayList;
import java.util.List;

/** Puts every coverage class to every subject and says what came of it. */
public final class Judge {
  private final List<CoverageClass> questions;
  private final int mismatchLimit;

  /** A judge that keeps at most {@code mismatchLimit} mismatches of a class; 0 keeps all. */
  public Judge(List<CoverageClass> questions, int mismatchLimit) {
    this.questions = List.copyOf(questions);
    this.mismatchLimit = mismatchLimit;
  }

  /** Hears of each class as it starts and ends. */
  public interface Listener {
    void started(Backend subject, CoverageClass question, Tally tally);

    void ended(ClassResult result);
  }

  /** Judges {@code subjects} one after the other. A subject that is unavailable gets {@link Verdict#NOT_RUN} with its reason. */
  public List<ClassResult> judge(List<Backend> subjects, Workers workers, Listener listener) throws InterruptedException {
    List<ClassResult> results = new ArrayList<>();
    for (Backend subject : subjects) {
      for (CoverageClass question : questions) {
        ClassResult result = put(subject, question, workers, listener);
        results.add(result);
        listener.ended(result);
      }
    }
    return results;
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
    String crash = "";
    try {
      question.run(subject, tally, workers);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception | LinkageError | AssertionError e) {
      crash = e.toString();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    Verdict verdict = verdict(question, tally, crash);
    String reason = verdict == Verdict.INCOMPLETE ? tally.judged() + " of " + question.cases() + " cases judged" : crash;
    return new ClassResult(
        subject.name(), question.suite(), question.id(), question.exhaustive(), verdict, question.cases(), tally.judged(), tally.differences(),
        tally.allowed(), tally.mismatches(), Diagnosis.of(subject.name(), tally.observations()).orElse(null), seconds, reason);
  }

  private static Verdict verdict(CoverageClass question, Tally tally, String crash) {
    if (!crash.isEmpty()) {
      return Verdict.CRASH;
    }
    boolean complete = tally.judged() == question.cases();
    return complete || tally.worst().isDifference() ? tally.worst() : Verdict.INCOMPLETE;
  }
}
