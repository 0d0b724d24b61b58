package io.github.fp4j.conformance.judge;

import io.github.fp4j.conformance.diagnosis.Explanation;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came of putting one coverage class to one subject.
 *
 * @param subject the backend's name
 * @param suite the suite's id, e.g. {@code X2}
 * @param id the class's id, e.g. {@code X2/e4m3/nearest-even/saturate}
 * @param exhaustive whether the class covers its whole finite space
 * @param verdict the worst of its cases, or why there are none
 * @param cases how many cases the class has
 * @param judged how many were judged
 * @param differences how many came out wrong
 * @param allowed how many differ by which named variation
 * @param mismatches the first of the differences
 * @param explanation why, as far as known faults say; null where nothing differs, or the class observes nothing
 * @param askedTwice whether every case was put a second time, and all answers had to be the same
 * @param seconds time taken
 * @param reason why it was not run, crashed or is incomplete; empty otherwise
 */
public record ClassResult(
    String subject,
    String suite,
    String id,
    boolean exhaustive,
    Verdict verdict,
    long cases,
    long judged,
    long differences,
    Map<String, Long> allowed,
    List<Mismatch> mismatches,
    @Nullable Explanation explanation,
    boolean askedTwice,
    double seconds,
    String reason) {

  static ClassResult notAsked(String subject, CoverageClass question, Verdict verdict, String reason) {
    return new ClassResult(
        subject, question.suite(), question.id(), question.exhaustive(), verdict, question.cases(), 0, 0, Map.of(), List.of(), null, false, 0, reason);
  }

  /** A class that a subject did not survive: how many of its cases were judged before is not known. */
  public static ClassResult crashed(String subject, CoverageClass question, double seconds, String reason) {
    return new ClassResult(
        subject, question.suite(), question.id(), question.exhaustive(), Verdict.CRASH, question.cases(), 0, 0, Map.of(), List.of(), null, false, seconds,
        reason);
  }

  /** The same under another name of the subject. */
  public ClassResult as(String name) {
    return new ClassResult(
        name, suite, id, exhaustive, verdict, cases, judged, differences, allowed, mismatches, explanation, askedTwice, seconds, reason);
  }
}
