package io.github.fp4j.conformance.mutants;

import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Judge;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.conformance.suite.Level;
import io.github.fp4j.conformance.suite.Suites;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Puts every mutant to the suites of level quick, class after class until one finds it. */
public final class Selftest {
  private final List<CoverageClass> questions = Suites.at(Level.QUICK);
  private final List<Mutant> mutants;
  private final Map<Workload, float[]> right = new EnumMap<>(Workload.class);

  /** Of the mutants whose ids begin with one of {@code prefixes}; of all if there are none. */
  public Selftest(List<String> prefixes) {
    this(prefixes, Mutants.all());
  }

  private Selftest(List<String> prefixes, List<Mutant> all) {
    mutants = all.stream().filter(mutant -> prefixes.isEmpty() || prefixes.stream().anyMatch(mutant.id()::startsWith)).toList();
  }

  static Selftest of(List<Mutant> mutants) {
    return new Selftest(List.of(), mutants);
  }

  /** What became of a mutant. */
  public enum Fate {
    /** A class found it. */
    KILLED,
    /** It is the right implementation for all that is asked: for a reason that is checked, or because its fault, which only some can have, never acted. */
    EQUIVALENT,
    /** Nothing found it: the suites have a hole. */
    SURVIVED
  }

  /**
   * One mutant's fate.
   *
   * @param mutant its id
   * @param sentence what is wrong with it
   * @param fate what became of it
   * @param how the class that found it, or why nothing can
   * @param named whether the explanation of what that class saw names the fault, alone or among others that it cannot be told from there
   * @param alternatives how many other faults explain the same
   * @param tolerances which tolerant comparisons notice it
   */
  public record Outcome(String mutant, String sentence, Fate fate, String how, boolean named, int alternatives, Tolerances tolerances) {}

  /** Number of mutants. */
  public int size() {
    return mutants.size();
  }

  /** Runs them on {@code workers}, each of which tells {@code done} of its outcomes; returns all in order. */
  public List<Outcome> run(Workers workers, Consumer<Outcome> done) throws Exception {
    for (Workload workload : Workload.values()) {
      right.put(workload, workload.run(ReferenceBackend.INSTANCE));
    }
    Outcome[] outcomes = new Outcome[mutants.size()];
    workers.share(mutants.size(), () -> number -> {
      outcomes[number] = outcome(mutants.get(number));
      done.accept(outcomes[number]);
    });
    return List.of(outcomes);
  }

  private Outcome outcome(Mutant mutant) {
    Tolerances tolerances = tolerances(mutant);
    Optional<String> equivalent = Equivalence.of(mutant);
    if (equivalent.isPresent()) {
      return new Outcome(mutant.id(), mutant.sentence(), Fate.EQUIVALENT, equivalent.get(), false, 0, tolerances);
    }
    mutant.acted().setPlain(false); // the workload is not what is asked
    try (Workers one = new Workers(1)) {
      Optional<ClassResult> found = found(mutant, one);
      if (found.isPresent()) {
        ClassResult result = found.get();
        String fault = mutant.subject().name();
        boolean named = result.explanation() != null && result.explanation().names(fault);
        int alternatives = named ? result.explanation().causes().size() - 1 : 0;
        return new Outcome(mutant.id(), mutant.sentence(), Fate.KILLED, result.id(), named, alternatives, tolerances);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    if (!mutant.acted().getPlain()) {
      return new Outcome(mutant.id(), mutant.sentence(), Fate.EQUIVALENT, "its fault cannot occur with anything that is asked: it never acted", false, 0, tolerances);
    }
    return new Outcome(mutant.id(), mutant.sentence(), Fate.SURVIVED, "", false, 0, tolerances);
  }

  private Tolerances tolerances(Mutant mutant) {
    try {
      return Tolerances.of(right.get(mutant.workload()), mutant.workload().run(mutant.subject()));
    } catch (RuntimeException crash) {
      return new Tolerances(true, true, true, true);
    }
  }

  /** The first class that finds it, in the order in which the mutant is to be asked. */
  private Optional<ClassResult> found(Mutant mutant, Workers workers) throws InterruptedException {
    for (CoverageClass question : asked(mutant)) {
      ClassResult result = new Judge(List.of(question), 1, false).judge(List.of(mutant.subject()), workers, Judge.Listener.SILENT).getFirst();
      if (result.verdict().isDifference() || result.verdict() == Verdict.CRASH) {
        return Optional.of(result);
      }
    }
    return Optional.empty();
  }

  private List<CoverageClass> asked(Mutant mutant) {
    List<CoverageClass> asked = new ArrayList<>();
    for (String prefix : mutant.asked()) {
      boolean exact = questions.stream().anyMatch(question -> question.id().equals(prefix));
      questions.stream()
          .filter(question -> exact ? question.id().equals(prefix) : question.id().startsWith(prefix))
          .filter(question -> !asked.contains(question))
          .sorted(Comparator.comparingLong(CoverageClass::cases))
          .forEach(asked::add);
    }
    return asked;
  }
}
