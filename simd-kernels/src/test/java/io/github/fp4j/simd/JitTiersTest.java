package io.github.fp4j.simd;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The bits that the kernels give do not depend on who runs them: the interpreter, C1 and C2, each alone in a JVM of its own, and C2 while it takes over from the
 * interpreter, against the scalar reference.
 */
@Tag("exhaustive")
class JitTiersTest {
  private static final Map<String, String> EXPECTED = KernelDigests.of(Backends.byName("reference"));

  /** A line of {@code -XX:+PrintCompilation} about a vector kernel. */
  private static final String COMPILED = ".*\\bio\\.github\\.fp4j\\.simd\\S*Body.*::.*";

  @TempDir Path folder;

  @Test
  void interpreter() throws Exception {
    assertThat(probe(1, "-Xint")).isEmpty();
  }

  @Test
  void c1() throws Exception {
    assertThat(probe(4, "-XX:TieredStopAtLevel=1")).as("kernels that C1 compiled").isNotEmpty();
  }

  @Test
  void c2FromTheInterpreterOn() throws Exception {
    assertThat(probe(12, "-XX:-TieredCompilation")).as("kernels that C2 compiled").isNotEmpty();
  }

  /** Compares all digests; returns what was said of the compilation of kernels. */
  private List<String> probe(int passes, String... flags) throws IOException, InterruptedException, URISyntaxException {
    Path digests = folder.resolve("digests");
    List<String> allFlags = new ArrayList<>(List.of(flags));
    allFlags.addAll(List.of("-XX:+PrintCompilation", "--add-modules", "jdk.incubator.vector"));
    List<String> output = ProbeJvm.run(allFlags, JitTierProbe.class, Integer.toString(passes), digests.toString());
    List<String> expected = new ArrayList<>();
    for (Backend backend : Backends.available()) {
      if (backend.name().startsWith("simd-")) {
        EXPECTED.forEach((name, digest) -> expected.add(backend.name() + "|" + name + "|" + digest));
      }
    }
    assertThat(expected).hasSize(Widths.available().size() * 58);
    assertThat(Files.readAllLines(digests)).containsExactlyInAnyOrderElementsOf(expected);
    return output.stream().filter(line -> line.matches(COMPILED)).toList();
  }
}
