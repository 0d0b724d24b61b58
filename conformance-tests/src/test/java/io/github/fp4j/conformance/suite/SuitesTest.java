package io.github.fp4j.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.FloatFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The spaces have the sizes that the coverage table states. */
class SuitesTest {
  private static Map<String, CoverageClass> at(Level level) {
    return Suites.at(level).stream().collect(Collectors.toMap(CoverageClass::id, question -> question));
  }

  @Test
  void everyIdIsUniqueAndNamesItsSuite() {
    List<CoverageClass> all = Suites.at(Level.FULL);
    assertThat(all.stream().map(CoverageClass::id).distinct()).hasSameSizeAs(all);
    assertThat(all).allMatch(question -> question.id().startsWith(question.suite() + "/"));
    assertThat(all).allSatisfy(question -> assertThat(Suites.title(question.suite())).isNotEmpty());
  }

  @Test
  void fullLevelIsExhaustiveEverywhere() {
    assertThat(Suites.at(Level.FULL)).allMatch(CoverageClass::exhaustive);
    assertThat(Suites.at(Level.FULL).stream().filter(question -> question.suite().equals("X2"))).allMatch(question -> question.cases() == 1L << 32);
  }

  @Test
  void standardLevelCoversAllFloatsOfTheElement() {
    List<String> swept = Suites.at(Level.STANDARD).stream().filter(question -> question.cases() == 1L << 32).map(CoverageClass::id).toList();
    assertThat(swept).containsExactly("X2/e2m1/nearest-even/saturate");
  }

  @Test
  void aRangeOfAllFloatsIsJudgedWhole() throws Exception {
    CoverageClass whole = at(Level.STANDARD).get("X2/e2m1/nearest-even/saturate");
    List<CoverageClass> parts = whole.parts(3000);
    assertThat(parts.stream().mapToLong(CoverageClass::cases).sum()).isEqualTo(1L << 32);
    CoverageClass last = parts.getLast();
    assertThat(last.id()).isEqualTo("X2/e2m1/nearest-even/saturate@3000/3000");
    Tally tally = new Tally(1);
    try (Workers workers = new Workers(2)) {
      last.run(ReferenceBackend.INSTANCE, tally, workers);
    }
    assertThat(tally.judged()).isEqualTo(last.cases()).isEqualTo(22 * 65536);
    assertThat(last.parts(2)).containsExactly(last);
  }

  @Test
  void quickLevelHasEveryFp16AndBf16ValueAndEveryStepWithItsNeighbours() {
    CoverageClass e2m1 = at(Level.QUICK).get("X2/e2m1/nearest-even/saturate");
    assertThat(e2m1.exhaustive()).isFalse();
    assertThat(e2m1.cases()).isEqualTo(2 * 65536 + 3 * 17);
  }

  @Test
  void thresholdsAreThoseOfTheCoverageTable() {
    Map<String, CoverageClass> classes = at(Level.QUICK);
    assertThat(classes.get("X6/e2m1/nearest-even/saturate").cases()).isEqualTo(7 * 3 * 2);
    assertThat(classes.get("X6/e4m3/nearest-even/nan").cases()).isEqualTo((126 + 1) * 3 * 2);
    assertThat(Thresholds.of(FloatFormat.E2M1)).containsExactly(.25, .75, 1.25, 1.75, 2.5, 3.5, 5);
    assertThat(Thresholds.of(FloatFormat.E4M3)).contains(0x1p-10, 464);
  }

  @Test
  void stochasticRoundingCoversEveryIntervalAndEveryRandomByte() {
    assertThat(at(Level.QUICK).get("X9/e2m1/stochastic-8/saturate").cases()).isEqualTo(7L * 256 * 2 * 2 * 256);
  }

  @Test
  void decodingCoversEveryCodeBothWays() {
    assertThat(at(Level.QUICK).get("X1/e2m1").cases()).isEqualTo(2 * 16);
    assertThat(at(Level.QUICK).get("X1/ue4m3").cases()).isEqualTo(2 * 128);
    assertThat(at(Level.QUICK).get("X1/ue8m0").cases()).isEqualTo(2 * 256);
  }
}
