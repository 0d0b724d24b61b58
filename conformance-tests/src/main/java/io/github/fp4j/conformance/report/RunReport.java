package io.github.fp4j.conformance.report;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.Variation;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.conformance.subject.RivalDifference;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Everything a run found.
 *
 * @param level how much was covered
 * @param started when it began
 * @param seconds how long it took
 * @param environment machine and versions, as names and values
 * @param commands the command lines that ran it
 * @param shard which part of the suite this is
 * @param subjects who was asked
 * @param results what came of each class and subject
 * @param variations the documented differences that the suite knows, by id
 * @param rivals how the peers' quantisers differ from NVIDIA's rule
 * @param fingerprint which accumulator a subject was found to have; null if that is not part of the report
 */
public record RunReport(
    String level,
    Instant started,
    double seconds,
    Map<String, String> environment,
    List<String> commands,
    Shard shard,
    List<Subject> subjects,
    List<ClassResult> results,
    Map<String, String> variations,
    List<RivalDifference> rivals,
    @Nullable CardSummary fingerprint) {

  /**
   * One who was asked.
   *
   * @param name the backend's name
   * @param description what it is
   * @param unavailable why it could not be asked; empty if it could
   */
  public record Subject(String name, String description, String unavailable) {
    static Subject of(Backend backend) {
      String reason = backend.availability() instanceof Availability.Unavailable(String why) ? why : "";
      return new Subject(backend.name(), backend.description(), reason);
    }
  }

  /** The report of a run that has ended. */
  public static RunReport of(
      String level, Instant started, double seconds, Map<String, String> environment, String command, Shard shard, List<Backend> subjects,
      List<ClassResult> results, List<RivalDifference> rivals, @Nullable CardSummary fingerprint) {
    Map<String, String> variations = new TreeMap<>();
    Variation.all().forEach(variation -> variations.put(variation.id(), variation.description()));
    return new RunReport(
        level, started, seconds, environment, List.of(command), shard, subjects.stream().map(Subject::of).toList(), List.copyOf(results), variations,
        List.copyOf(rivals), fingerprint);
  }

  /** The worst verdict of all that was judged; what was unsupported or not run does not count, unless nothing was judged. */
  public Verdict verdict() {
    return results.stream()
        .map(ClassResult::verdict)
        .filter(verdict -> verdict != Verdict.UNSUPPORTED && verdict != Verdict.NOT_RUN)
        .max(Verdict::compareTo)
        .orElse(Verdict.INCOMPLETE);
  }

  /** Whether every judged class covered its whole space, which is what makes a run a conformance result. */
  public boolean isConformanceResult() {
    return judged().stream().allMatch(ClassResult::exhaustive);
  }

  /** The results of classes that were put to a subject. */
  public List<ClassResult> judged() {
    return results.stream().filter(result -> result.verdict() != Verdict.UNSUPPORTED && result.verdict() != Verdict.NOT_RUN).toList();
  }

  /** The ids of the suites, in order. */
  public List<String> suites() {
    return List.copyOf(new TreeSet<>(results.stream().map(ClassResult::suite).toList()));
  }

  /** The results of one subject. */
  public List<ClassResult> of(String subject) {
    return results.stream().filter(result -> result.subject().equals(subject)).toList();
  }

  /** The results of one subject and suite. */
  public List<ClassResult> of(String subject, String suite) {
    Predicate<ClassResult> wanted = result -> result.subject().equals(subject) && result.suite().equals(suite);
    return results.stream().filter(wanted).toList();
  }
}
