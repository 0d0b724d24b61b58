package io.github.fp4j.simd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The backends on the class path of a JVM of their own, where nothing adds the incubator module by itself. */
class ClassPathTest {
  private static final String NO_MODULE = "module jdk.incubator.vector is not in this JVM";

  @Test
  void withoutTheModuleEveryWidthIsListedWithTheReason() throws Exception {
    List<String> lines = probe();
    assertThat(lines.getFirst()).isEqualTo("reference Available[] 16");
    for (int i = 0; i < 3; i++) {
      assertThat(lines.get(i + 1)).startsWith("simd-" + VectorWidths.RUNGS.get(i) + " Unavailable[reason=" + NO_MODULE).endsWith("none");
    }
  }

  @Test
  void withoutTheModuleTheReferenceDoesTheWorkAndThatIsSaidOnce() throws Exception {
    List<String> lines = probe();
    assertThat(lines).filteredOn("fastest ReferenceConversions"::equals).hasSize(2);
    assertThat(lines)
        .filteredOn(line -> line.contains("does the work"))
        .singleElement()
        .asString()
        .contains("reference does the work, for simd-512 is unavailable: " + NO_MODULE);
  }

  @Test
  void withTheModuleTheKernelsWork() throws Exception {
    List<String> lines = probe("--add-modules", "jdk.incubator.vector", "-Dfp4j.simd.bits=128");
    assertThat(lines).contains("fastest SimdConversions").noneMatch(line -> line.contains("does the work"));
    assertThat(lines).contains("simd-128 Available[] 16");
    assertThat(lines).filteredOn(line -> line.contains("-Dfp4j.simd.bits=128 leaves it out")).hasSize(2);
  }

  @Test
  void switchedOffEveryWidthIsListedWithTheReason() throws Exception {
    List<String> lines = probe("--add-modules", "jdk.incubator.vector", "-Dfp4j.simd.bits=off");
    assertThat(lines).filteredOn(line -> line.startsWith("simd-") && line.contains("-Dfp4j.simd.bits=off leaves it out")).hasSize(3);
  }

  private static List<String> probe(String... flags) throws IOException, InterruptedException, URISyntaxException {
    return ProbeJvm.run(List.of(flags), ClassPathProbe.class).stream().filter(line -> !line.startsWith("WARNING: Using incubator modules")).toList();
  }
}
