package io.github.fp4j.conformance.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.conformance.diagnosis.GemmFaults;
import io.github.fp4j.conformance.judge.ClassPart;
import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Judge;
import io.github.fp4j.conformance.judge.Mismatch;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.conformance.mutants.FaultyGemms;
import io.github.fp4j.conformance.suite.Level;
import io.github.fp4j.conformance.suite.Suites;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shards of a suite, written, read and joined: counts add up, and what is not one whole is refused. */
class ReportMergeTest {
  private static final List<CoverageClass> SUITE =
      Suites.at(Level.QUICK).stream().filter(question -> question.id().startsWith("X6/e2m1") || question.id().startsWith("XD/")).toList();
  @TempDir private Path folder;

  /** The report of one shard, read back from its file. */
  private RunReport shard(int index, int count, String level, Backend subject) throws Exception {
    Shard shard = Shard.of(index, count, SUITE);
    try (Workers workers = new Workers(1)) {
      List<ClassResult> results = new Judge(shard.part(SUITE), 5).judge(List.of(subject), workers, Judge.Listener.SILENT);
      Map<String, String> environment = Map.of("fp4j", "test", "machine", "number " + index);
      RunReport report = RunReport.of(level, Instant.EPOCH, 1, environment, "fp4j conform --shard " + index, shard, List.of(subject), results, List.of(), null);
      Path place = folder.resolve(level + index + "of" + count);
      ReportFolder.write(report, place);
      return ReportFolder.read(place.resolve("report.json"));
    }
  }

  private static Map<String, RunReport> named(RunReport... reports) {
    Map<String, RunReport> named = new LinkedHashMap<>();
    for (RunReport report : reports) {
      named.put("report " + named.size(), report);
    }
    return named;
  }

  @Test
  void countsAddUpToThoseOfTheWhole() throws Exception {
    RunReport whole = shard(1, 1, "quick", ReferenceBackend.INSTANCE);
    RunReport merged =
        ReportMerge.of(
            named(
                shard(3, 3, "quick", ReferenceBackend.INSTANCE), shard(1, 3, "quick", ReferenceBackend.INSTANCE),
                shard(2, 3, "quick", ReferenceBackend.INSTANCE)));
    assertThat(merged.results()).hasSize(SUITE.size());
    assertThat(merged.results().stream().mapToLong(ClassResult::judged).sum()).isEqualTo(whole.results().stream().mapToLong(ClassResult::judged).sum()).isPositive();
    assertThat(merged.verdict()).isEqualTo(Verdict.PASS);
    assertThat(merged.seconds()).isEqualTo(3);
    assertThat(merged.environment()).containsEntry("fp4j", "test").containsEntry("machine, shard 2", "number 2").containsEntry("shards", "3");
    assertThat(merged.commands()).hasSize(3);
    assertThat(merged.shard()).isEqualTo(whole.shard());
  }

  @Test
  void anExplanationSurvivesWritingReadingAndJoining() throws Exception {
    Backend wrong = new FaultyGemms(GemmFaults.all().stream().filter(fault -> fault.id().equals("scales-switched")).findFirst().orElseThrow());
    RunReport merged = ReportMerge.of(named(shard(1, 2, "quick", wrong), shard(2, 2, "quick", wrong)));
    ClassResult result = merged.results().stream().filter(one -> one.id().equals("XD/nvfp4-gst-f35")).findFirst().orElseThrow();
    assertThat(result.explanation().names("scales-switched")).isTrue();
    assertThat(result.explanation().reproduction().command()).startsWith("fp4j explain gemm ");
    assertThat(result.explanation().map().shares()).isNotEmpty();
    assertThat(HtmlReport.of(merged)).contains("The block scales of A and B are switched").contains("class=\"heat\"").contains("fp4j explain gemm");
  }

  @Test
  void gapsAndOverlapsAreIncomplete() throws Exception {
    RunReport first = shard(1, 2, "quick", ReferenceBackend.INSTANCE);
    RunReport second = shard(2, 2, "quick", ReferenceBackend.INSTANCE);
    assertThatThrownBy(() -> ReportMerge.of(named(first))).isInstanceOf(IncompleteReportsException.class).hasMessage("of 2 shards these are missing: [2]");
    assertThatThrownBy(() -> ReportMerge.of(named(first, first)))
        .isInstanceOf(IncompleteReportsException.class)
        .hasMessage("report 0 and report 1 are both shard 1 of 2");
    RunReport shortened =
        new RunReport(
            second.level(), second.started(), second.seconds(), second.environment(), second.commands(), second.shard(), second.subjects(),
            second.results().subList(1, second.results().size()), second.variations(), second.rivals(), null);
    assertThatThrownBy(() -> ReportMerge.of(named(first, shortened)))
        .isInstanceOf(IncompleteReportsException.class)
        .hasMessageContaining("classes of the suite's " + SUITE.size());
  }

  /** A hundred cases that can be split. */
  private record Sweep(ClassPart part) implements CoverageClass {
    private static final int CASES = 100;

    @Override
    public String suite() {
      return "X2";
    }

    @Override
    public String id() {
      return part.toString();
    }

    private int before(int index) {
      return CASES * (index - 1) / part.count();
    }

    @Override
    public long cases() {
      return before(part.index() + 1) - before(part.index());
    }

    @Override
    public boolean exhaustive() {
      return true;
    }

    @Override
    public List<CoverageClass> parts(int count) {
      return IntStream.rangeClosed(1, count).<CoverageClass>mapToObj(index -> new Sweep(new ClassPart(part.id(), index, count))).toList();
    }

    @Override
    public boolean appliesTo(Backend subject) {
      return true;
    }

    /** Case 57 is wrong. */
    @Override
    public void run(Backend subject, Tally tally, Workers workers) {
      for (int i = before(part.index()); i < before(part.index() + 1); i++) {
        tally.judged(1);
        if (i == 57) {
          tally.mismatch(i, new Mismatch(Verdict.MISMATCH, "case 57", "right", "wrong"));
        }
      }
    }
  }

  private static RunReport swept(int index, int count) throws InterruptedException {
    List<CoverageClass> suite = List.of(new Sweep(new ClassPart("X2/sweep", 1, 1)));
    Shard shard = Shard.of(index, count, suite);
    try (Workers workers = new Workers(1)) {
      List<ClassResult> results = new Judge(shard.part(suite), 5).judge(List.of(ReferenceBackend.INSTANCE), workers, Judge.Listener.SILENT);
      return RunReport.of("full", Instant.EPOCH, 1, Map.of("fp4j", "test"), "", shard, List.of(ReferenceBackend.INSTANCE), results, List.of(), null);
    }
  }

  @Test
  void rangesOfOneClassAddUpAndGapsAndOverlapsAreIncomplete() throws InterruptedException {
    List<RunReport> parts = new ArrayList<>();
    for (int index = 1; index <= 8; index++) {
      parts.add(swept(index, 8));
      assertThat(parts.getLast().results().getFirst().cases()).isBetween(12L, 13L);
    }
    ClassResult merged = ReportMerge.of(named(parts.toArray(RunReport[]::new))).results().getFirst();
    assertThat(merged.id()).isEqualTo("X2/sweep");
    assertThat(List.of(merged.cases(), merged.judged(), merged.differences())).containsExactly(100L, 100L, 1L);
    assertThat(merged.verdict()).isEqualTo(Verdict.MISMATCH);
    assertThat(merged.mismatches()).extracting(Mismatch::input).containsExactly("case 57");
    RunReport third = parts.get(2);
    assertThatThrownBy(() -> ReportMerge.of(named(with(parts, 2, third, List.of()))))
        .isInstanceOf(IncompleteReportsException.class)
        .hasMessage("reference, X2/sweep: of 8 parts these are missing: [3]");
    assertThatThrownBy(() -> ReportMerge.of(named(with(parts, 2, third, parts.get(6).results()))))
        .isInstanceOf(IncompleteReportsException.class)
        .hasMessage("reference, X2/sweep@7/8 is in more than one report");
    assertThatThrownBy(() -> ReportMerge.of(named(with(parts, 2, third, swept(1, 4).results()))))
        .isInstanceOf(IncompleteReportsException.class)
        .hasMessageContaining("is in 8 parts in one report and in 4 in another");
  }

  private static RunReport[] with(List<RunReport> reports, int at, RunReport one, List<ClassResult> results) {
    List<RunReport> other = new ArrayList<>(reports);
    other.set(
        at,
        new RunReport(
            one.level(), one.started(), one.seconds(), one.environment(), one.commands(), one.shard(), one.subjects(), results, one.variations(), one.rivals(),
            null));
    return other.toArray(RunReport[]::new);
  }

  /** By cases, which sweeps of all floats take most of. */
  @Test
  void eightShardsAreBalanced() {
    for (Level level : List.of(Level.STANDARD, Level.FULL)) {
      List<CoverageClass> suite = Suites.at(level);
      LongSummaryStatistics sizes = new LongSummaryStatistics();
      for (int index = 1; index <= 8; index++) {
        sizes.accept(Shard.of(index, 8, suite).part(suite).stream().mapToLong(CoverageClass::cases).sum());
      }
      assertThat(sizes.getSum()).as("cases of " + level).isEqualTo(suite.stream().mapToLong(CoverageClass::cases).sum());
      assertThat(sizes.getMax()).as(level.name()).isLessThan(sizes.getMin() * 11 / 10);
    }
  }

  @Test
  void otherLevelsAndSuitesAreRefused() throws Exception {
    RunReport first = shard(1, 2, "quick", ReferenceBackend.INSTANCE);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ReportMerge.of(named(first, shard(2, 2, "full", ReferenceBackend.INSTANCE))))
        .withMessage("report 1: the level is full, but quick in report 0: expected reports of one suite");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ReportMerge.of(named(first, shard(2, 3, "quick", ReferenceBackend.INSTANCE))))
        .withMessageContaining("the number of shards is 3, but 2");
    assertThatIllegalArgumentException().isThrownBy(() -> Shard.parse("3/2", SUITE)).withMessage("--shard 3/2: expected I/N with 1 <= I <= N, e.g. 2/3");
  }
}
