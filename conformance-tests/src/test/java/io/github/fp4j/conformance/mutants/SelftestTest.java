package io.github.fp4j.conformance.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.conformance.diagnosis.DecodeTask;
import io.github.fp4j.conformance.diagnosis.Fault;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.conformance.mutants.Selftest.Fate;
import io.github.fp4j.conformance.mutants.Selftest.Outcome;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Mutants are killed and named; the check that they are can itself fail. */
class SelftestTest {
  private static List<Outcome> run(Selftest selftest) throws Exception {
    try (Workers workers = new Workers(2)) {
      return selftest.run(workers, outcome -> {});
    }
  }

  @Test
  void thereAreEnough() {
    List<Mutant> all = Mutants.all();
    assertThat(all.size()).isGreaterThan(400);
    assertThat(all).extracting(Mutant::id).doesNotHaveDuplicates();
  }

  @Test
  void everyFaultOfLayoutsTransformsAndRestoringIsFoundAndNamed() throws Exception {
    List<Outcome> outcomes = run(new Selftest(List.of("layout/", "hadamard/", "decode/", "restore/", "amax/")));
    assertThat(outcomes).hasSizeGreaterThan(60).allMatch(outcome -> outcome.fate() == Fate.KILLED).allMatch(Outcome::named);
    assertThat(outcomes.stream().filter(outcome -> outcome.mutant().startsWith("hadamard/"))).allMatch(outcome -> outcome.alternatives() == 0);
    assertThat(outcomes.stream().filter(outcome -> outcome.mutant().startsWith("layout/"))).allMatch(outcome -> outcome.alternatives() == 0);
  }

  @Test
  void theFaultsThatTheFieldHasHadAreFoundAndTheirOwnNameIsAmongThoseThatExplainThem() throws Exception {
    List<String> field =
        List.of(
            "quantize/tensor-scale-raw-amax", "quantize/tensor-scale-of-row", "gemm/scales-switched", "gemm/nibbles-swapped", "gemm/c-ignored", "gemm/last-16-dropped", "gemm/through-bf16", "gemm/scale-sign-honoured",
            "gemm/d-column-major", "gemm/b-not-transposed", "gemm/accumulator-nvfp4-f34", "gemm/accumulator-te-reference", "quantize/tensor-scale-inverted",
            "quantize/scale-f6", "quantize/last-block-not-written", "quantize/nibbles-swapped", "quantize/element-ties-away", "encode/ties-away",
            "encode/ties-toward-zero");
    List<Outcome> outcomes = run(new Selftest(field));
    assertThat(outcomes.size()).as("no name of a fault is out of date").isGreaterThanOrEqualTo(field.size());
    for (Outcome outcome : outcomes) {
      assertThat(outcome.fate()).as(outcome.mutant()).isEqualTo(Fate.KILLED);
      assertThat(outcome.named()).as(outcome.mutant()).isTrue();
    }
  }

  @Test
  void tiesAwayAreNoticedByNoTolerantComparison() throws Exception {
    assertThat(run(new Selftest(List.of("encode/ties-away"))).getFirst().tolerances()).isEqualTo(new Tolerances(false, false, false, false));
  }

  @Test
  void aMutantThatGivesRightAnswersSurvives() throws Exception {
    AtomicBoolean acted = new AtomicBoolean();
    Fault<DecodeTask> acting = Fault.of("none", "Nothing is wrong.", task -> {
      acted.set(true);
      return task.answers();
    });
    Mutant right = new Mutant("decode/none", "Nothing is wrong.", new FaultyConversions(null, acting), acted, Workload.DECODE, List.of("X1/"));
    assertThat(run(Selftest.of(List.of(right))).getFirst().fate()).isEqualTo(Fate.SURVIVED);
  }
}
