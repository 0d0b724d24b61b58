package io.github.fp4j.conformance.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.fp4j.backend.Backends;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a run's figures become: medians, ratios, percent of the limit; nothing is timed here. */
class BenchmarkReportTest {
  private static Measurement of(String family, String subject, int threads, double bytes, Double... nanoseconds) {
    return new Measurement(new Workload(family, subject, SizeClass.L2), threads, List.of(nanoseconds), bytes);
  }

  private static final List<Measurement> RUN =
      List.of(
          of("amax", "simd-512", 1, 0, .3, .1, .2),
          of("amax", "host", 1, 0, .4),
          of("amax", "limit", 1, 0, .05),
          of("gemm-nvfp4", "simd-512", 1, 0, 10.),
          of("gemm-nvfp4", "limit", 1, 0, .01),
          new Measurement(Workload.FMA, 1, List.of(.005), 0));

  private static final BenchmarkReport REPORT = new BenchmarkReport("simd-512", RUN, Map.of("processor", "a </script> of its own"), Instant.EPOCH);

  @Test
  void theMedianOfTheJvmsIsCompared() {
    Comparison line = REPORT.comparisons().getFirst();
    assertThat(line.ours().median()).isEqualTo(.2);
    assertThat(line.ours().spread()).isCloseTo(3, within(1e-12));
    assertThat(line.ratio()).hasValueSatisfying(ratio -> assertThat(ratio).isCloseTo(2, within(1e-12)));
  }

  @Test
  void theLimitThatBindsIsTheOneThatCounts() {
    assertThat(REPORT.comparisons()).extracting(line -> Math.round(line.percent())).containsExactly(25L, 51L); // .05 / .2 of the traffic; 1024 * .005 / 10 of the peak
  }

  @Test
  void theTableHasALineForEveryPeerAndOneForAKernelWithoutPeers() {
    assertThat(REPORT.table().lines()).hasSize(3).element(1).asString().contains("amax", "0.2000", "host", "0.4000", "2.00", "25");
  }

  @Test
  void filesHoldEveryJvmAndAPageThatAHostileNameDoesNotBreak(@TempDir Path folder) throws Exception {
    REPORT.write(folder);
    JsonNode json = JsonMapper.shared().readTree(Files.readString(folder.resolve("bench.json")));
    assertThat(json.get("measurements")).hasSize(RUN.size());
    assertThat(json.get("measurements").get(0).get("jvms")).hasSize(3);
    assertThat(json.get("comparisons").get(0).get("ratio").asDouble()).isCloseTo(2, within(1e-12));
    assertThat(Files.readString(folder.resolve("index.html"))).doesNotContain("a </script> of");
  }

  @Test
  void aCliffIsAKernelThatSlowsDownOrAllocates() {
    List<Measurement> alone = List.of(of("amax", "simd-512", 1, 0, .1), of("amax", "simd-512", 1, 0, .1), of("amax", "simd-512", 1, 0, .1));
    List<Measurement> crowded = List.of(of("amax", "simd-512", 1, 0, .12), of("amax", "simd-512", 1, 0, .14), of("amax", "simd-512", 1, 64, .1));
    CliffReport report = CliffReport.of(alone, crowded);
    assertThat(report.passed()).isFalse();
    assertThat(report.table().lines().skip(1)).extracting(line -> line.endsWith("ok")).containsExactly(true, false, false);
    JsonNode json = JsonMapper.shared().readTree(report.json(Map.of("processor", "one"), Instant.EPOCH));
    assertThat(json.get("kernels")).extracting(line -> line.get("passed").asBoolean()).containsExactly(true, false, false);
    assertThat(json.get("kernels").get(1).get("ratio").asDouble()).isCloseTo(1.4, within(1e-12));
  }

  @Test
  void theCrowdMeetsEveryKindOfMemory() {
    List<Runnable> calls = SegmentCalls.of(Backends.byName("reference"));
    assertThat(calls).hasSize(4 * (1 + 2 + 1) + 3 * 2); // four kinds; there and back where the numbers are float32
    calls.forEach(Runnable::run);
  }

  @Test
  void everyKernelRunsOnTheReferenceOrSaysThatItIsNotThere() {
    List<KernelFamily> there =
        KernelFamilies.all().stream().filter(family -> family.maker().make(Backends.byName("reference"), KernelFamily.ROW).isPresent()).toList();
    assertThat(there).hasSize(KernelFamilies.all().size());
    there.stream().filter(family -> family.operations() < 100).forEach(family -> family.maker().make(Backends.byName("reference"), KernelFamily.ROW).orElseThrow().run());
  }

  @Test
  void aCallReadsAndWritesAsMuchAsItsSizeSays() {
    assertThat(KernelFamilies.byId("quantize-nvfp4").elements(SizeClass.L2)).isEqualTo(65_536); // of 4 + .5 + 1/16 bytes
    assertThat(KernelFamilies.byId("adamw-step").elements(SizeClass.L2)).isEqualTo(32_768); // of 16, in place
    assertThat(KernelFamilies.byId("adamw-step").elements(SizeClass.L1)).isEqualTo(4096);
    assertThat(KernelFamilies.byId("gemv-nvfp4").elements(SizeClass.L2)).isEqualTo(524_288);
    assertThat(KernelFamilies.byId("gemm-nvfp4").elements(SizeClass.MEMORY)).isEqualTo(4096 * 4096);
  }

  @Test
  void aWorkloadIsReadBackFromItsName() {
    Workload workload = new Workload("amax", "simd-256" + Workload.AVX2, SizeClass.MEMORY);
    assertThat(Workload.parse(workload.toString())).isEqualTo(workload);
  }

  @Test
  void aKernelThatIsNotThereIsNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Workloads.of(List.of("quantise"), List.of(), List.of(), List.of(SizeClass.L1)))
        .withMessageStartingWith("kernel quantise: expected part of one of encode-e2m1, ");
  }
}
