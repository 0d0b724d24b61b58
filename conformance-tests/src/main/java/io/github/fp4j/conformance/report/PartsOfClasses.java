package io.github.fp4j.conformance.report;

import io.github.fp4j.conformance.diagnosis.Explanation;
import io.github.fp4j.conformance.judge.ClassPart;
import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.Mismatch;
import io.github.fp4j.conformance.judge.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** One subject's results of the parts of classes, put together. */
final class PartsOfClasses {
  private PartsOfClasses() {}

  /**
   * One result for each class, in the order of their ids' first appearance.
   *
   * @throws IncompleteReportsException if a part is missing or there twice
   */
  static List<ClassResult> joined(String subject, List<ClassResult> results) {
    Map<String, List<ClassResult>> classes =
        results.stream().collect(Collectors.groupingBy(result -> ClassPart.of(result.id()).id(), LinkedHashMap::new, Collectors.toList()));
    List<ClassResult> joined = new ArrayList<>();
    classes.forEach((id, parts) -> joined.add(join(subject, id, parts)));
    return joined;
  }

  private static ClassResult join(String subject, String id, List<ClassResult> results) {
    List<ClassPart> parts = results.stream().map(result -> ClassPart.of(result.id())).sorted(Comparator.comparingInt(ClassPart::index)).toList();
    int count = parts.getFirst().count();
    for (int i = 0; i < parts.size(); i++) {
      ClassPart part = parts.get(i);
      if (part.count() != count) {
        throw new IncompleteReportsException("%s, %s is in %d parts in one report and in %d in another".formatted(subject, id, count, part.count()));
      }
      if (i > 0 && part.equals(parts.get(i - 1))) {
        throw new IncompleteReportsException("%s, %s is in more than one report".formatted(subject, part));
      }
    }
    List<Integer> missing = IntStream.rangeClosed(1, count).boxed().filter(index -> parts.stream().noneMatch(part -> part.index() == index)).toList();
    if (!missing.isEmpty()) {
      throw new IncompleteReportsException("%s, %s: of %d parts these are missing: %s".formatted(subject, id, count, missing));
    }
    return count == 1 ? results.getFirst() : whole(id, results.stream().sorted(Comparator.comparingInt(result -> ClassPart.of(result.id()).index())).toList());
  }

  /** Counts add up, the verdict is the worst, the explanation that of the first part that has one. */
  private static ClassResult whole(String id, List<ClassResult> parts) {
    ClassResult first = parts.getFirst();
    Map<String, Long> allowed = new TreeMap<>();
    parts.forEach(part -> part.allowed().forEach((variation, count) -> allowed.merge(variation, count, Long::sum)));
    List<Mismatch> mismatches = parts.stream().flatMap(part -> part.mismatches().stream()).toList();
    Explanation explanation = parts.stream().map(ClassResult::explanation).filter(Objects::nonNull).findFirst().orElse(null);
    Verdict worst = parts.stream().map(ClassResult::verdict).max(Comparator.naturalOrder()).orElseThrow();
    return new ClassResult(
        first.subject(), first.suite(), id, parts.stream().allMatch(ClassResult::exhaustive), worst, parts.stream().mapToLong(ClassResult::cases).sum(),
        parts.stream().mapToLong(ClassResult::judged).sum(), parts.stream().mapToLong(ClassResult::differences).sum(), allowed, mismatches, explanation,
        parts.stream().allMatch(ClassResult::askedTwice), parts.stream().mapToDouble(ClassResult::seconds).sum(),
        parts.stream().map(ClassResult::reason).filter(reason -> !reason.isEmpty()).distinct().collect(Collectors.joining("; ")));
  }
}
